//! Whether requests can be served.

use std::time::Duration;

use elizabeth_core::{Elizabeth, Error, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// How long a store may take to say that it works.
const PATIENCE: Duration = Duration::from_secs(5);

/// What works.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `ok` when something was written, committed and read, else `error`.
    database: &'static str,
    /// `ok` or `error`.
    blobs: &'static str,
    /// `full` when nothing new is taken in any more; what is there can be read and deleted. `ok` or `unknown` else.
    storage: &'static str,
    /// `waits` when the clock is more than an hour ahead of what accounts for it: what is over only by that is kept
    /// until the wait is over, or `elizabeth-cli admin gc --force` ends it. `ok` else.
    removal: &'static str,
    /// For how many seconds removal waits, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    removal_waits_seconds: Option<u64>,
}

impl Readiness {
    /// Asks all that requests need.
    pub(crate) async fn of(app: &Elizabeth) -> Self {
        let (database, blobs, space) = futures::future::join3(
            ask("database", app.check_store()),
            ask("blobs", app.check_blobs()),
            ask("storage", takes_in(app)),
        )
        .await;
        let leap = app.leap();
        let word = |works: Option<()>| if works.is_some() { "ok" } else { "error" };
        Self {
            database: word(database),
            blobs: word(blobs),
            storage: space.map_or("unknown", |takes_in| if takes_in { "ok" } else { "full" }),
            removal: if leap.is_some() { "waits" } else { "ok" },
            removal_waits_seconds: leap.map(|leap| leap.left.as_secs()),
        }
    }

    /// Whether requests can be served.
    pub(crate) fn serves(&self) -> bool {
        self.database == "ok" && self.blobs == "ok"
    }
}

async fn takes_in(app: &Elizabeth) -> Result<bool> {
    match app.check_space().await {
        Err(Error::StorageFull) => Ok(false),
        checked => checked.map(|()| true),
    }
}

async fn ask<T>(what: &str, check: impl Future<Output = Result<T>>) -> Option<T> {
    match tokio::time::timeout(PATIENCE, check).await {
        Ok(Ok(seen)) => Some(seen),
        Ok(Err(error)) => {
            tracing::error!(%error, "{what} does not work");
            None
        }
        Err(_) => {
            tracing::error!("{what} does not answer");
            None
        }
    }
}
