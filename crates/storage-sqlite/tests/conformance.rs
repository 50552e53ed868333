//! What every store promises, on SQLite.
#![expect(clippy::unwrap_used, reason = "test code: a fixture that cannot be made fails by panicking")]

use std::sync::Arc;

use async_trait::async_trait;
use elizabeth_core::ports::Store;
use elizabeth_storage_sqlite::SqliteStore;
use elizabeth_testing::{conformance::StoreFixture, store_conformance};
use tempfile::TempDir;

struct Sqlite {
    folder: TempDir,
    store: Arc<SqliteStore>,
}

impl Sqlite {
    async fn open_in(folder: &TempDir) -> Arc<SqliteStore> {
        Arc::new(SqliteStore::open(&folder.path().join("elizabeth.db")).await.unwrap())
    }
}

#[async_trait]
impl StoreFixture for Sqlite {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: Self::open_in(&folder).await, folder }
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::<SqliteStore>::clone(&self.store)
    }

    async fn reopen(&self) -> Arc<dyn Store> {
        Self::open_in(&self.folder).await
    }
}

store_conformance!(Sqlite);
