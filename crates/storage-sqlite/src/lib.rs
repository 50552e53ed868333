//! Elizabeth's store on SQLite: one file, one writer, many readers.
//!
//! The writer commits several units of work at once when they queue up, so that many small ones share the cost of
//! making them durable; none is acknowledged before it is committed. Other processes may use the same file at
//! the same time.

mod conn;
mod error;
mod migrate;
mod open;
mod place;
mod readers;
mod unit;
mod writer;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use elizabeth_core::ports::{Observer, ReadTx, Store, StoreResult, WriteTx};
use elizabeth_storage_sql::{Observed, SqlTx};

use crate::{readers::Readers, writer::Writer};

/// A store in a file. Clones are the same store.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    observed: Observed,
}

impl SqliteStore {
    /// Opens a store, and brings its tables up to date. A file that is not there is made, readable by its owner
    /// only, with the folders above it. Several processes may do so at once.
    ///
    /// To be called within a tokio runtime, which the store then needs for as long as it lives.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](elizabeth_core::ports::StoreError::Unavailable) when the file cannot be opened or stays
    /// locked, [`Corrupt`](elizabeth_core::ports::StoreError::Corrupt) when it is no store of this version.
    pub async fn open(path: &Path) -> StoreResult<Self> {
        let path = open::prepare(path)?;
        let mut conn = open::first_writer(&path).await?;
        migrate::migrate(&mut conn).await?;
        let observed = Observed::default();
        Ok(Self {
            writer: Writer::spawn(open::writer(&path), conn, observed.clone()),
            readers: Readers::new(open::reader(&path)),
            observed,
        })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> StoreResult<Box<dyn WriteTx>> {
        Ok(Box::new(SqlTx::new(self.observed.waited(self.writer.begin()).await?)))
    }

    async fn read(&self) -> StoreResult<Box<dyn ReadTx>> {
        Ok(Box::new(SqlTx::new(self.observed.waited(Readers::take(&self.readers)).await?)))
    }

    async fn check(&self) -> StoreResult<()> {
        SqlTx::new(Readers::take(&self.readers).await?).check().await
    }

    fn observe(&self, observer: Arc<dyn Observer>) {
        self.observed.by(observer);
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }
}

#[cfg(test)]
mod between_tests;
#[cfg(test)]
mod tests;
