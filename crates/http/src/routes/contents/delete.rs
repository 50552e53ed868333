use axum::extract::State;
use elizabeth_core::id::ContentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
};

/// Which contents.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DeleteContents)]
pub(crate) struct Body {
    /// The older spelling `content_ids` is read too.
    #[serde(alias = "content_ids")]
    #[schema(min_items = 1, max_items = 1000)]
    ids: Vec<i64>,
}

/// What was deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeletedContents {
    deleted: Vec<i64>,
    deleted_count: usize,
    /// Bytes.
    freed_size: u64,
    /// Bytes stored and reserved in the room now.
    current_size: u64,
}

/// Delete contents: all that are named, or none.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}/contents", tag = "contents",
    request_body = Body,
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
    Json(body): Json<Body>,
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
