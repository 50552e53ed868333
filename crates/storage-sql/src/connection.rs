use std::future::Future;

use elizabeth_core::ports::{StoreError, StoreResult};

use crate::statement::{Dialect, Statement};

/// A value on its way to the database. `None` is NULL; it keeps its type, since some databases want to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, a size in bytes or an instant in microseconds.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

/// A row of an answer, its cells read by their place, on demand.
pub trait Row: Send + 'static {
    /// Whether a cell is NULL.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there is no such cell.
    fn is_null(&self, cell: usize) -> StoreResult<bool>;

    /// A number; `None` for NULL.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there is no such cell or it is none.
    fn int(&self, cell: usize) -> StoreResult<Option<i64>>;

    /// A text; `None` for NULL.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there is no such cell or it is none.
    fn text(&self, cell: usize) -> StoreResult<Option<String>>;

    /// Bytes; `None` for NULL.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there is no such cell or they are none.
    fn bytes(&self, cell: usize) -> StoreResult<Option<Vec<u8>>>;
}

/// A connection to a database: all that an adapter has to provide.
///
/// Its errors are core's: the driver's own end in the adapter.
pub trait Connection: Send {
    /// What it answers with.
    type Row: Row;

    /// Which SQL it understands.
    fn dialect(&self) -> Dialect;

    /// Runs a statement; says how many rows it changed.
    fn execute(&mut self, statement: Statement) -> impl Future<Output = StoreResult<u64>> + Send;

    /// Runs a statement to its end and returns its rows.
    fn fetch(&mut self, statement: Statement) -> impl Future<Output = StoreResult<Vec<Self::Row>>> + Send;

    /// Runs a query and returns its first row. Not for statements that change something: they must run to their
    /// end.
    fn fetch_first(
        &mut self,
        statement: Statement,
    ) -> impl Future<Output = StoreResult<Option<Self::Row>>> + Send {
        async { Ok(self.fetch(statement).await?.into_iter().next()) }
    }
}

/// A connection inside a transaction. Dropping it undoes what was done.
pub trait Transaction: Connection {
    /// Makes it durable.
    fn commit(self) -> impl Future<Output = StoreResult<()>> + Send;
}

/// What is said of a row that cannot be.
pub(crate) fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}
