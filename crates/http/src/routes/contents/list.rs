use axum::extract::State;
use elizabeth_core::{id::ContentId, ports::ContentPage};

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Query},
    object::{ContentList, ContentObject},
    state::AppState,
};

/// List a room's contents, by ascending id.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/contents", tag = "contents",
    params(
        ("room" = String, Path, description = "A room's name or slug"),
        ("limit" = Option<u64>, Query, description = "At most so many; all when left out"),
        ("after" = Option<i64>, Query, description = "Only those with a greater id"),
    ),
    responses(
        (status = 200, description = "The contents", body = Vec<ContentObject>),
        (status = 400, description = "`invalid_query`"),
        (status = 401, description = "`token_missing`, `token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`permission_denied`, `room_closed`"),
        (status = 404, description = "`room_not_found`"),
        (status = 410, description = "`room_expired`"),
    ),
    security(("room_token" = [])),
)]
pub(crate) async fn list_contents(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    query: Query,
) -> Answer {
    // Read as signed: what does not fit a store's column is out of range.
    let limit = query.number::<i64>("limit")?.map(i64::unsigned_abs);
    let after = query.number("after")?.map(ContentId);
    let contents = state.app().contents(&room, credential.token(), ContentPage { after, limit }).await?;
    Ok(reply(&ContentList(&contents)))
}
