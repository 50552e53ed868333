use axum::extract::State;
use elizabeth_api::{Change, EditsMade, MakeEdits};
use elizabeth_core::{
    edits::{Editor, TextEdit},
    id::ContentId,
};

use crate::{
    body::{Answer, reply},
    extract::{Credential, Json, RoomItem, TEXT_LIMIT},
    state::AppState,
};

/// Edit a text together with others: the edits are made when they start from the version that the text is at, else those
/// that others made since come back, to start from there.
///
/// An edit is a change as CodeMirror's `ChangeSet.toJSON` writes it. It counts UTF-16 units, and a line break as one of them,
/// also where the text has another kind, which its first edit makes `\n`; one that would cut a surrogate pair is refused.
/// Whoever did not hear the answer sends the edits again, and finds them among those that come back. What is sent by
/// `PATCH` is an edit too, of nobody's.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/contents/{id}/edits", tag = "contents",
    request_body = MakeEdits,
    responses(
        (status = 200, description = "They are made", body = EditsMade),
        (status = 400, description = "`invalid_json`, `invalid_client`, `invalid_edits`, `wrong_content_type`: not a text, or one with `max_downloads`"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`content_not_found`"),
        (status = 409, description = "`version_behind`: others were first; `details` are the edits since, as `GET` answers them"),
        (status = 410, description = "`edits_gone`: what was edited since that version is not kept, so the text has to be read anew; `content_expired`"),
        (status = 413, description = "`text_too_long`, `room_full`"),
        (status = 429, description = "`too_many_edits`: this session edits too fast"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn make_edits(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: Credential,
    Json(body): Json<MakeEdits, TEXT_LIMIT>,
) -> Answer {
    let editor = Editor::parse(body.client)?;
    let edit = |Change(change)| TextEdit { editor: editor.clone(), change };
    let edits: Vec<TextEdit> = body.edits.into_iter().map(edit).collect();
    if let Some(limiter) = state.limiter() {
        limiter.edits(state.app(), credential.token(), &edits)?;
    }
    let version = state.app().edit_text(&room, credential.caller(), id, body.version, edits).await?;
    Ok(reply(&EditsMade { version }))
}
