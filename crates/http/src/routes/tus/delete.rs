use axum::{http::StatusCode, response::IntoResponse};

use super::Target;
use crate::{body::Answer, state::AppState};

/// Gives an upload up. What it has become stays: only the upload is forgotten.
pub(super) async fn upload(state: &AppState, target: Target) -> Answer {
    state.app().abandon_upload(&target.room, &target.access).await?;
    state.announce_garbage();
    Ok(StatusCode::NO_CONTENT.into_response())
}
