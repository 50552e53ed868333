use axum::{extract::State, http::StatusCode};

use crate::{
    body::{Answer, reply},
    readiness::Readiness,
    state::AppState,
};

/// Whether requests can be served: something is really written to the database and read, and the blob store is asked.
/// What was found is given again for a second.
#[utoipa::path(
    get, path = "/api/v1/ready", tag = "system",
    responses(
        (status = 200, description = "Database and blobs work", body = Readiness),
        (status = 503, description = "One of them does not", body = Readiness),
    ),
)]
pub(crate) async fn ready(State(state): State<AppState>) -> Answer {
    let readiness = state.readiness().await;
    let mut response = reply(&readiness);
    if !readiness.serves() {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(response)
}
