use axum::{
    Extension,
    extract::State,
    response::{Html, IntoResponse},
};

use crate::{body::Answer, protection::Kind, state::AppState};

/// This document as a page.
#[utoipa::path(
    get, path = "/api/v1/docs", tag = "system",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
)]
pub(crate) async fn docs(State(state): State<AppState>) -> Answer {
    Ok((Extension(Kind::Reference), Html(state.reference())).into_response())
}

/// The same page, where clients of old look for it.
#[utoipa::path(
    get, path = "/api/v1/scalar", tag = "system",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
)]
pub(crate) async fn scalar(state: State<AppState>) -> Answer {
    docs(state).await
}
