use axum::extract::State;
use elizabeth_api::{DeleteContents, DeletedContents};
use elizabeth_core::id::ContentId;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
};

/// Delete contents: all that are named, or none.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}/contents", tag = "contents",
    request_body = DeleteContents,
    responses(
        (status = 200, description = "They are gone", body = DeletedContents),
        (status = 400, description = "`invalid_ids`"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`content_not_found`: nothing is deleted"),
    ),
)]
pub(crate) async fn delete_contents(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<DeleteContents>,
) -> Answer {
    let ids = body.ids.into_iter().map(ContentId).collect();
    let gone = state.app().delete_contents(&room, credential.caller(), ids).await?;
    state.announce_garbage();
    Ok(reply(&DeletedContents {
        deleted_count: gone.deleted.len(),
        deleted: gone.deleted.iter().map(|id| id.0).collect(),
        freed_size: gone.freed_size,
        current_size: gone.current_size,
    }))
}
