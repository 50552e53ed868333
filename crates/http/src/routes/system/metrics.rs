//! The server's figures, for whoever watches it. They are not part of the interface that rooms are used by, so its
//! description does not have them.

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};

use crate::{body::Answer, extract::Admin, metrics::CONTENT_TYPE, problem::Problem, state::AppState};

/// With the admin token, beside everything else.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/metrics", get(for_admin))
}

/// For anybody, and nothing else.
pub(crate) fn alone(state: AppState) -> Router {
    Router::new().route("/metrics", get(for_anybody)).with_state(state)
}

async fn for_admin(state: State<AppState>, _: Admin) -> Answer {
    for_anybody(state).await
}

async fn for_anybody(State(state): State<AppState>) -> Answer {
    let text = state.metrics().text(state.app()).await.map_err(|_| Problem::internal())?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}
