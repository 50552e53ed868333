use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::Admin,
    state::AppState,
};

/// How many were removed.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokensCleaned {
    cleaned_records: u64,
    /// The same as `cleaned_records`.
    deleted_count: u64,
    message: &'static str,
}

/// Remove tokens and refresh tokens whose time is over.
#[utoipa::path(
    method(post, delete), path = "/api/v1/auth/cleanup", tag = "admin",
    responses(
        (status = 200, description = "How many were removed", body = TokensCleaned),
    ),
)]
pub(crate) async fn clean_tokens(State(state): State<AppState>, _: Admin) -> Answer {
    let cleaned = state.app().clean_tokens().await?;
    Ok(reply(&TokensCleaned {
        cleaned_records: cleaned,
        deleted_count: cleaned,
        message: "Expired tokens cleaned up",
    }))
}
