use axum::{
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};

use crate::{
    headers::tus::{ALGORITHMS, TUS_CHECKSUM_ALGORITHM, TUS_EXTENSION, TUS_MAX_SIZE, TUS_VERSION, VERSION},
    state::AppState,
};

const EXTENSIONS: &str = "creation,creation-with-upload,expiration,checksum,termination,concatenation";

/// Says what can be done. The largest upload is what the largest room takes: one that is here may take less.
pub(super) fn discover(state: &AppState) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(&TUS_VERSION, HeaderValue::from_static(VERSION));
    headers.insert(&TUS_EXTENSION, HeaderValue::from_static(EXTENSIONS));
    headers.insert(&TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static(ALGORITHMS));
    headers.insert(&TUS_MAX_SIZE, HeaderValue::from(state.app().policy().room_max_size_ceiling));
    response
}
