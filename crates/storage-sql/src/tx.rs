use elizabeth_core::ports::StoreResult;

use crate::{
    connection::Connection,
    part::{Cells, Part},
    statement::{Built, Run},
    tables::rooms,
    value::corrupt,
};

/// Core's store ports over any connection: [`ReadTx`](elizabeth_core::ports::ReadTx) over a [`Connection`],
/// [`WriteTx`](elizabeth_core::ports::WriteTx) over a [`Transaction`](crate::Transaction).
pub struct SqlTx<C> {
    pub(crate) conn: C,
}

/// How many rows or numbers go into one statement at most: far below what the databases take.
pub(crate) const AT_ONCE: usize = 500;

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
        self.all(rooms::Check {}).await.map(drop)
    }

    /// Runs a statement; says how many rows it changed.
    pub(crate) async fn run<S: Run>(&mut self, statement: S) -> StoreResult<u64> {
        let statement = statement.statement(self.conn.dialect())?;
        self.conn.execute(statement).await
    }

    /// Everything that a statement answers.
    pub(crate) async fn all<S: Run>(&mut self, statement: S) -> StoreResult<Vec<S::Answer>> {
        let statement = statement.statement(self.conn.dialect())?;
        let rows = self.conn.fetch(statement).await?;
        rows.into_iter().map(|row| S::Answer::read(&mut Cells::of(&row))).collect()
    }

    /// The first row of a query.
    pub(crate) async fn first<S: Run>(&mut self, query: S) -> StoreResult<Option<S::Answer>> {
        let statement = query.statement(self.conn.dialect())?;
        let row = self.conn.fetch_first(statement).await?;
        row.map(|row| S::Answer::read(&mut Cells::of(&row))).transpose()
    }

    /// The one row of a query that always has one, or of a statement that answers with what it gave.
    pub(crate) async fn one<S: Run>(&mut self, statement: S) -> StoreResult<S::Answer> {
        self.all(statement).await?.into_iter().next().ok_or_else(|| corrupt("an answer without a row"))
    }

    /// Runs a statement for as many items as there are, some hundred at once.
    pub(crate) async fn run_for_each<T>(
        &mut self,
        items: &[T],
        statement: impl Fn(&[T]) -> Built<()>,
    ) -> StoreResult<()> {
        for part in items.chunks(AT_ONCE) {
            self.run(statement(part)).await?;
        }
        Ok(())
    }

    /// The same for statements that answer with rows.
    pub(crate) async fn all_for_each<T, A: Part>(
        &mut self,
        items: &[T],
        statement: impl Fn(&[T]) -> Built<A>,
    ) -> StoreResult<Vec<A>> {
        let mut answers = Vec::new();
        for part in items.chunks(AT_ONCE) {
            answers.append(&mut self.all(statement(part)).await?);
        }
        Ok(answers)
    }
}
