use axum::extract::State;
use elizabeth_api::UploadUnderWay;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom},
    state::AppState,
};

/// The uploads in pieces that are under way, the oldest first. Who may not look sees their own.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/uploads", tag = "uploads",
    responses(
        (status = 200, description = "The uploads", body = Vec<UploadUnderWay>),
        (status = 403, description = "`permission_denied`"),
    ),
)]
pub(crate) async fn list_uploads(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    let uploads = state.app().uploads(&room, credential.caller()).await?;
    Ok(reply(&uploads.iter().map(UploadUnderWay::from).collect::<Vec<_>>()))
}
