use elizabeth_core::ports::StoreResult;

use crate::{
    connection::{Connection, Value, corrupt},
    rows::Cells,
    statement::{Fixed, Shape},
    statements::rooms,
};

/// Core's store ports over any connection: [`ReadTx`](elizabeth_core::ports::ReadTx) over a [`Connection`],
/// [`WriteTx`](elizabeth_core::ports::WriteTx) over a [`Transaction`](crate::Transaction).
pub struct SqlTx<C> {
    pub(crate) conn: C,
}

/// How many rows or numbers go into one statement at most: far below what the databases take.
const AT_ONCE: usize = 500;

impl<C: Connection> SqlTx<C> {
    /// Over a connection.
    pub fn new(conn: C) -> Self {
        Self { conn }
    }

    /// Really asks the database whether it works and has our tables.
    ///
    /// # Errors
    ///
    /// What the connection says.
    pub async fn check(&mut self) -> StoreResult<()> {
        self.all(&rooms::CHECK, vec![]).await.map(drop)
    }

    /// Runs a statement; says how many rows it changed.
    pub(crate) async fn run(&mut self, fixed: &'static Fixed, values: Vec<Value>) -> StoreResult<u64> {
        let statement = fixed.with(self.conn.dialect(), values)?;
        self.conn.execute(statement).await
    }

    pub(crate) async fn all(
        &mut self,
        fixed: &'static Fixed,
        values: Vec<Value>,
    ) -> StoreResult<Vec<C::Row>> {
        let statement = fixed.with(self.conn.dialect(), values)?;
        self.conn.fetch(statement).await
    }

    /// The first row of a query.
    pub(crate) async fn first(
        &mut self,
        fixed: &'static Fixed,
        values: Vec<Value>,
    ) -> StoreResult<Option<C::Row>> {
        let statement = fixed.with(self.conn.dialect(), values)?;
        self.conn.fetch_first(statement).await
    }

    /// Rows of a query, read one by one.
    pub(crate) async fn list<T>(
        &mut self,
        fixed: &'static Fixed,
        values: Vec<Value>,
        read: fn(&mut Cells<C::Row>) -> StoreResult<T>,
    ) -> StoreResult<Vec<T>> {
        let rows = self.all(fixed, values).await?;
        rows.into_iter().map(|row| read(&mut Cells::of(row))).collect()
    }

    /// The one row of a query that always has one, or of a statement that answers with what it gave.
    pub(crate) async fn one<T>(
        &mut self,
        fixed: &'static Fixed,
        values: Vec<Value>,
        read: fn(&mut Cells<C::Row>) -> StoreResult<T>,
    ) -> StoreResult<T> {
        let rows = self.all(fixed, values).await?;
        let row = rows.into_iter().next().ok_or_else(|| corrupt("an answer without a row"))?;
        read(&mut Cells::of(row))
    }

    /// Runs a statement for as many rows as there are, some hundred at once. Of each run the values are `shared`
    /// and then those of its rows.
    pub(crate) async fn run_for_each(
        &mut self,
        shape: fn(u64) -> Shape,
        shared: &[Value],
        rows: Vec<Vec<Value>>,
    ) -> StoreResult<()> {
        for (count, values) in in_parts(shared, rows) {
            let statement = shape(count).with(self.conn.dialect(), values)?;
            self.conn.execute(statement).await?;
        }
        Ok(())
    }

    /// The same for statements that answer with rows.
    pub(crate) async fn fetch_for_each(
        &mut self,
        shape: fn(u64) -> Shape,
        shared: &[Value],
        rows: Vec<Vec<Value>>,
    ) -> StoreResult<Vec<C::Row>> {
        let mut answers = Vec::new();
        for (count, values) in in_parts(shared, rows) {
            let statement = shape(count).with(self.conn.dialect(), values)?;
            answers.append(&mut self.conn.fetch(statement).await?);
        }
        Ok(answers)
    }
}

fn in_parts(shared: &[Value], rows: Vec<Vec<Value>>) -> Vec<(u64, Vec<Value>)> {
    let mut parts: Vec<(u64, Vec<Value>)> = Vec::new();
    for (n, row) in rows.into_iter().enumerate() {
        if n % AT_ONCE == 0 {
            parts.push((0, shared.to_vec()));
        }
        if let Some((count, values)) = parts.last_mut() {
            *count += 1;
            values.extend(row);
        }
    }
    parts
}
