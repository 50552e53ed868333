use axum::extract::State;
use elizabeth_api::{BePresent, PresentObject};

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    live,
    state::AppState,
};

/// Say that one is there, every 10 seconds: after 30 without a sign one is gone. Others hear it as the event `presence`.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/presence", tag = "rooms",
    request_body = BePresent,
    responses(
        (status = 200, description = "Those who are there", body = Vec<PresentObject>),
        (status = 403, description = "`permission_denied`"),
        (status = 429, description = "`too_many_signs`, `too_many_present`"),
    ),
)]
pub(crate) async fn be_present(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(sign): Json<BePresent>,
) -> Answer {
    Ok(reply(&live::appear(&state, &room, credential.caller(), sign).await?))
}
