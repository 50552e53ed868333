use axum::{
    http::{HeaderValue, StatusCode},
    response::IntoResponse,
};

use super::{Target, note::Note, standing::Standing};
use crate::{body::Answer, headers::tus::UPLOAD_LENGTH, state::AppState};

/// Says how far an upload has come, and what it was made with. A piece that is on its way ends here:
/// who asks is about to go on.
pub(super) async fn upload(state: &AppState, target: Target) -> Answer {
    state.app().appendable(&target.room, &target.access).await?;
    // Only now: strangers end nothing.
    state.slots().end(target.upload).await;
    let upload = state.app().appendable(&target.room, &target.access).await?;
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    Standing::of(&upload).add_to(headers);
    headers.insert(&UPLOAD_LENGTH, HeaderValue::from(upload.announced()));
    Note::of(&upload).add_to(headers);
    Ok(response)
}
