use axum::{extract::State, http::StatusCode, response::IntoResponse};
use elizabeth_api::{AddUrl, ContentObject};
use elizabeth_core::text::LinkRequest;

use crate::{
    body::Answer,
    extract::{Credential, InRoom, Json},
    routes::contents::meta::described,
    state::AppState,
};

/// Add a link to the room. Nobody follows it but who clicks it.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/urls", tag = "contents",
    request_body = AddUrl,
    responses(
        (status = 201, description = "The link is stored", body = ContentObject,
            headers(("ETag" = String, description = "The version in quotes, to send as `If-Match`"))),
        (status = 400, description = "`invalid_json`, `invalid_url`, `invalid_file_name`"),
        (status = 403, description = "`permission_denied`"),
        (status = 409, description = "`room_contents_full`"),
        (status = 413, description = "`room_full`, `room_rows_full`: `details` says how much was asked for and how much is left"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn add_url(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<AddUrl>,
) -> Answer {
    let request = LinkRequest::new(body.url).file_name(body.file_name);
    let content = state.app().add_link(&room, credential.caller(), request).await?;
    Ok((StatusCode::CREATED, described(&content)).into_response())
}
