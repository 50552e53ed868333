//! The whole interface as one service.

use axum::{Router, middleware};
use bytes::Bytes;

use crate::{document, request, routes, state::AppState};

/// All routes over a state, with the layer that every request passes.
pub fn router(state: AppState) -> Router {
    let (router, document) = routes::all().split_for_parts();
    let document = document::complete(document);
    match serde_json::to_vec(&document) {
        // A second router over the same state documents the same routes.
        Ok(bytes) => drop(state.openapi().set(Bytes::from(bytes))),
        Err(error) => tracing::error!(%error, "the OpenAPI document could not be written"),
    }
    router
        .merge(routes::folder::routes())
        .merge(routes::page_routes())
        .merge(routes::metrics::routes())
        .merge(routes::tus::routes())
        .fallback(routes::not_found)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .layer(middleware::from_fn_with_state(state.clone(), request::wrap))
        .with_state(state)
}
