use axum::extract::State;
use elizabeth_api::EditsObject;
use elizabeth_core::id::ContentId;

use crate::{
    body::{Answer, reply},
    extract::{Credential, Query, RoomItem},
    problem::{Problem, RequestCode},
    state::AppState,
};

/// What was edited in a text since a version: the newest 1000 edits are kept, or 256 KiB of them.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/contents/{id}/edits", tag = "contents",
    params(("since" = u64, Query, description = "The version")),
    responses(
        (status = 200, description = "The edits, one for each version since", body = EditsObject),
        (status = 400, description = "`invalid_query`, `wrong_content_type`: not a text, or one with `max_downloads`"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`content_not_found`"),
        (status = 410, description = "`edits_gone`: they are not all kept, so the text has to be read anew; `content_expired`"),
    ),
)]
pub(crate) async fn edits_since(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: Credential,
    query: Query,
) -> Answer {
    let since = query.number("since")?;
    let since = since.ok_or_else(|| Problem::new(RequestCode::InvalidQuery, "query: since is missing"))?;
    let edits = state.app().text_edits(&room, credential.caller(), id, since).await?;
    Ok(reply(&EditsObject::from(edits)))
}
