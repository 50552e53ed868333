use axum::extract::State;
use elizabeth_api::PresentObject;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom},
    live,
    state::AppState,
};

/// Who is there, of those who say so. Whoever may not look sees themselves alone.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/presence", tag = "rooms",
    responses(
        (status = 200, description = "Those who are there", body = Vec<PresentObject>),
        (status = 403, description = "`permission_denied`"),
    ),
)]
pub(crate) async fn list_present(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    Ok(reply(&live::present(&state, &room, credential.caller()).await?))
}
