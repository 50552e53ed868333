//! What browsers open: not part of the OpenAPI document.

#[cfg(feature = "web-ui")]
pub(crate) mod app;
#[cfg(not(feature = "web-ui"))]
pub(crate) mod app {
    //! A program that carries no page.

    use axum::{Router, response::Response};

    use crate::{protection::Kind, state::AppState};

    pub(crate) fn page(_: &AppState, _: Kind, _: Option<&str>) -> Option<Response> {
        None
    }

    pub(crate) fn routes() -> Router<AppState> {
        Router::new()
    }
}
mod look;
pub(crate) mod ticket;
mod words;
