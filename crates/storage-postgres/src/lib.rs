//! Elizabeth's store on Postgres: any number of processes on one database.
//!
//! Transactions are READ COMMITTED and lock what they decide on row by row; what they read after the lock is what
//! the one before them committed.

mod conn;
mod error;
mod link;
mod messages;
mod migrate;
mod options;
mod pool;
mod session;

use std::sync::Arc;

use async_trait::async_trait;
use elizabeth_core::ports::{Observer, ReadTx, Store, StoreResult, WriteTx};
use elizabeth_storage_sql::{Observed, SqlTx};
use sqlx::Connection;

use crate::{link::Link, pool::Pool};
pub use crate::{messages::PostgresMessages, options::PostgresOptions};

/// A store on a server. Clones are the same store.
#[derive(Clone)]
pub struct PostgresStore {
    pool: Pool,
    observed: Observed,
}

impl PostgresStore {
    /// Opens a store in an existing database, `postgres://user:password@host:port/name`, and brings its tables up
    /// to date. Several processes may do so at once.
    ///
    /// TLS is a matter of the URL: `sslmode=verify-full` is what is safe across a network (roots are those of the
    /// web, or `sslrootcert`); without it TLS is used where the server offers it, and nobody's certificate checked.
    ///
    /// To be called within a tokio runtime, which the store then needs for as long as it lives.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](elizabeth_core::ports::StoreError::Unavailable) when the URL cannot be read, the server
    /// cannot be reached or lets us not in, [`Corrupt`](elizabeth_core::ports::StoreError::Corrupt) when the
    /// database is no store of this version. No text of them holds the password.
    pub async fn open(url: &str, options: PostgresOptions) -> StoreResult<Self> {
        // One of the driver's ways to verify takes the process's provider. Whoever was first has installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let connect = options::connect_options(url)?;
        let mut first = pool::first(&connect, options.acquire_timeout).await?;
        migrate::migrate(&mut first).await?;
        // It has done its work, however it ends.
        let _ = first.close().await;
        Ok(Self { pool: Pool::new(connect, options), observed: Observed::default() })
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn begin(&self) -> StoreResult<Box<dyn WriteTx>> {
        Ok(Box::new(SqlTx::new(self.observed.waited(Link::transaction(&self.pool)).await?)))
    }

    async fn read(&self) -> StoreResult<Box<dyn ReadTx>> {
        Ok(Box::new(SqlTx::new(self.observed.waited(Link::reader(&self.pool)).await?)))
    }

    async fn check(&self) -> StoreResult<()> {
        SqlTx::new(Link::reader(&self.pool).await?).check().await
    }

    fn observe(&self, observer: Arc<dyn Observer>) {
        self.observed.by(observer);
    }

    async fn close(&self) -> StoreResult<()> {
        self.pool.close().await;
        Ok(())
    }

    fn kind(&self) -> &'static str {
        "postgres"
    }
}

#[cfg(test)]
mod tests;
