use std::time::Duration;

use axum::{extract::State, http::StatusCode};
use elizabeth_core::Result;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    state::AppState,
};

/// How long a store may take to say that it works.
const PATIENCE: Duration = Duration::from_secs(5);

/// `ok` or `error`, each.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    database: &'static str,
    blobs: &'static str,
}

/// Whether requests can be served: the database and the blob store are really asked.
#[utoipa::path(
    get, path = "/api/v1/ready", tag = "system",
    responses(
        (status = 200, description = "Both work", body = Readiness),
        (status = 503, description = "One of them does not", body = Readiness),
    ),
)]
pub(crate) async fn ready(State(state): State<AppState>) -> Answer {
    let app = state.app();
    let (database, blobs) =
        futures::future::join(ask("database", app.check_store()), ask("blobs", app.check_blobs())).await;
    let word = |works: bool| if works { "ok" } else { "error" };
    let mut response = reply(&Readiness { database: word(database), blobs: word(blobs) });
    if !(database && blobs) {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(response)
}

async fn ask(what: &str, check: impl Future<Output = Result<()>>) -> bool {
    match tokio::time::timeout(PATIENCE, check).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!(%error, "{what} does not work");
            false
        }
        Err(_) => {
            tracing::error!("{what} does not answer");
            false
        }
    }
}
