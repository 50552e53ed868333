use std::time::Instant;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::Admin,
    state::AppState,
};

/// What was removed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Collected {
    /// Rooms whose time was over.
    cleaned_rooms: u64,
    /// Contents of such rooms, and those whose own time was over or whose downloads were used up.
    cleaned_contents: u64,
    /// Reservations that were not used in time, or whose upload fell silent.
    cleaned_reservations: u64,
    /// Bytes that were stored in the contents removed.
    freed_size: u64,
    /// Milliseconds.
    execution_time_ms: u64,
}

/// Remove what is over: expired rooms and contents, dead reservations and tokens, left-over blobs.
#[utoipa::path(
    post, path = "/api/v1/admin/gc", tag = "admin",
    responses(
        (status = 200, description = "What was removed", body = Collected),
    ),
)]
pub(crate) async fn collect_garbage(State(state): State<AppState>, _: Admin) -> Answer {
    let started = Instant::now();
    let report = state.app().gc(false).await?;
    state.metrics().swept(&report);
    Ok(reply(&Collected {
        cleaned_rooms: report.cleaned_rooms,
        cleaned_contents: report.cleaned_contents,
        cleaned_reservations: report.cleaned_reservations,
        freed_size: report.freed_size,
        execution_time_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    }))
}
