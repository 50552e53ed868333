use async_trait::async_trait;
use elizabeth_core::{
    ports::{ReadTotals, StoreResult, Totals, WriteTotals},
    time::Timestamp,
};

use crate::{
    connection::{Connection, Transaction},
    statement::Dialect,
    tables::totals,
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadTotals for SqlTx<C> {
    async fn outstanding(&mut self, now: Timestamp) -> StoreResult<u64> {
        self.one(totals::Outstanding { now }).await
    }

    async fn totals(&mut self, now: Timestamp) -> StoreResult<Totals> {
        let (stored, held) = self.one(totals::Sums { now }).await?;
        Ok(Totals { stored, held })
    }
}

#[async_trait]
impl<C: Transaction> WriteTotals for SqlTx<C> {
    async fn lock_totals(&mut self) -> StoreResult<()> {
        match self.conn.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => self.one(totals::Lock {}).await.map(drop),
        }
    }

    async fn share_totals(&mut self) -> StoreResult<()> {
        match self.conn.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => self.one(totals::Share {}).await.map(drop),
        }
    }
}
