use axum::{
    extract::State,
    http::header,
    response::{Html, IntoResponse},
};

use crate::{body::Answer, reference::content_security_policy, state::AppState};

/// This document as a page.
#[utoipa::path(
    get, path = "/api/v1/docs", tag = "system",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
)]
pub(crate) async fn docs(State(state): State<AppState>) -> Answer {
    let headers = [(header::CONTENT_SECURITY_POLICY, content_security_policy())];
    Ok((headers, Html(state.reference())).into_response())
}

/// The same page, where clients of old look for it.
#[utoipa::path(
    get, path = "/api/v1/scalar", tag = "system",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
)]
pub(crate) async fn scalar(state: State<AppState>) -> Answer {
    docs(state).await
}
