//! Elizabeth's store on SQLite: one file, one writer, many readers.
//!
//! The writer commits several units of work at once when they queue up, so that many small ones share the cost of
//! making them durable; none is acknowledged before it is committed. Other processes may use the same file at
//! the same time.

mod conn;
mod error;
mod file;
mod migrate;
mod open;
mod place;
mod presence;
mod readers;
mod unit;
mod writer;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use elizabeth_core::ports::{Observer, ReadTx, Store, StoreError, StoreResult, WriteTx};
use elizabeth_storage_sql::{Observed, SqlTx};
use rustix::fs::statvfs;

use crate::{file::OpenFile, readers::Readers, writer::Writer};

/// A store in a file. Clones are the same store.
///
/// [`Store::close`] leaves the file alone as the whole store; without it the log (`…-wal`) belongs to it. Beside them
/// lies `….lock`, by which a start knows whether the last process that had it open closed it.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    observed: Observed,
    file: Arc<OpenFile>,
}

impl SqliteStore {
    /// Opens a store, and brings its tables up to date. A file that is not there is made, readable by its owner
    /// only, with the folders above it. Several processes may do so at once. Where the last process died over it, SQLite
    /// is asked whether the file is in order.
    ///
    /// To be called within a tokio runtime, which the store then needs for as long as it lives.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](elizabeth_core::ports::StoreError::Unavailable) when the file cannot be opened or stays
    /// locked, or when it was not closed and is gone or empty, or its log is gone;
    /// [`Corrupt`](elizabeth_core::ports::StoreError::Corrupt) when it is no store of this version, or damaged.
    pub async fn open(path: &Path) -> StoreResult<Self> {
        Self::open_as_found(path, false).await
    }

    /// The same, but goes on with what there is when the file or its log is gone.
    ///
    /// # Errors
    ///
    /// As [`SqliteStore::open`], for the other reasons.
    pub async fn adopt(path: &Path) -> StoreResult<Self> {
        Self::open_as_found(path, true).await
    }

    async fn open_as_found(path: &Path, adopt: bool) -> StoreResult<Self> {
        let (file, found) = OpenFile::enter(path, adopt).await?;
        let path = file.path();
        let mut conn = open::first_writer(path).await?;
        if found.open && found.alone {
            tracing::info!("the database was not closed the last time: it is checked");
            open::quick_check(&mut conn).await?;
        }
        migrate::migrate(&mut conn).await?;
        let (writer, reader) = (open::writer(path), open::reader(path));
        file.opened().await?;
        let observed = Observed::default();
        let readers = Readers::new(reader);
        Ok(Self {
            writer: Writer::spawn(writer, conn, readers.clone(), observed.clone()),
            readers,
            file: Arc::new(file),
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

    async fn free_space(&self) -> StoreResult<Option<u64>> {
        // In place: this asks the kernel's own books, not the device.
        let path = self.file.path();
        match statvfs(path.parent().unwrap_or(path)) {
            Ok(stat) => Ok(Some(stat.f_bavail.saturating_mul(stat.f_frsize))),
            Err(error) => Err(StoreError::Unavailable(format!("ask for free space: {error}"))),
        }
    }

    async fn check(&self) -> StoreResult<()> {
        self.file.check_is_the_same()?;
        SqlTx::new(Readers::take(&self.readers).await?).check().await
    }

    fn observe(&self, observer: Arc<dyn Observer>) {
        self.observed.by(observer);
    }

    async fn close(&self) -> StoreResult<()> {
        // The last connection to go is the one that may remove the log.
        self.readers.close().await;
        self.writer.close().await;
        self.file.leave().await
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }
}

#[cfg(test)]
mod between_tests;
#[cfg(test)]
mod tests;
