use axum::extract::State;
use elizabeth_api::TokensCleaned;

use crate::{
    body::{Answer, reply},
    extract::Admin,
    state::AppState,
};

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
        message: "Expired tokens cleaned up".into(),
    }))
}
