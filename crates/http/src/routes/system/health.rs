use axum::extract::State;
use elizabeth_api::Instant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    state::AppState,
};

/// A sign of life.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    status: &'static str,
    timestamp: Instant,
}

/// Whether the process runs.
#[utoipa::path(
    get, path = "/api/v1/health", tag = "system",
    responses((status = 200, description = "It runs", body = Health)),
)]
pub(crate) async fn health(State(state): State<AppState>) -> Answer {
    Ok(reply(&Health { status: "ok", timestamp: Instant(state.app().now()) }))
}
