use std::future::Future;

use elizabeth_core::ports::StoreResult;

use crate::{
    statement::{Dialect, Statement},
    value::Row,
};

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
