use axum::{extract::State, http::StatusCode, response::IntoResponse};
use elizabeth_api::SendSignal;

use crate::{
    body::Answer,
    extract::{Credential, InRoom, Json},
    live,
    state::AppState,
};

/// Send something to another session that is there, from one that is: it comes as the event `signal`, or not at all.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/signals", tag = "rooms",
    request_body = SendSignal,
    responses(
        (status = 202, description = "It is on its way"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`not_present`"),
        (status = 429, description = "`too_many_signs`"),
    ),
)]
pub(crate) async fn send_signal(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(signal): Json<SendSignal>,
) -> Answer {
    live::signal(&state, &room, credential.caller(), signal).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
