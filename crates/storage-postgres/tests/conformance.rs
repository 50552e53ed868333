//! What every store promises, on Postgres.
#![expect(clippy::unwrap_used, reason = "test code: a fixture that cannot be made fails by panicking")]

use std::sync::Arc;

use async_trait::async_trait;
use elizabeth_core::ports::Store;
use elizabeth_storage_postgres::{PostgresOptions, PostgresStore};
use elizabeth_test_servers::Postgres;
use elizabeth_testing::{conformance::StoreFixture, store_conformance};

struct OnPostgres {
    url: String,
    store: Arc<PostgresStore>,
}

impl OnPostgres {
    async fn open_at(url: &str) -> Arc<PostgresStore> {
        Arc::new(PostgresStore::open(url, PostgresOptions::default()).await.unwrap())
    }
}

#[async_trait]
impl StoreFixture for OnPostgres {
    async fn open() -> Self {
        let url = Postgres::shared().database("conformance");
        Self { store: Self::open_at(&url).await, url }
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::<PostgresStore>::clone(&self.store)
    }

    async fn reopen(&self) -> Arc<dyn Store> {
        Self::open_at(&self.url).await
    }
}

store_conformance!(OnPostgres);
