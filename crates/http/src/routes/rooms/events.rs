use axum::{extract::State, http::HeaderMap};
use elizabeth_api::EventData;

use crate::{
    body::Answer,
    extract::{Counted, Credential, InRoom},
    live,
    state::AppState,
};

/// Follow what happens in a room, as it happens. Who may not look follows their own contents and uploads.
///
/// Server-sent events. `event:` is one of `content.created`, `content.updated`, `content.deleted`, `content.edited`,
/// `upload.started`, `upload.progress`, `upload.ended`, `room.updated` and `room.deleted`, or `reset`: what the client
/// knows of the room is too old, and has to be listed anew. `data:` is an `EventData`. `id:` is the room's number, a dot and
/// the event's, which ascend from 1 without a gap. An id without an event says up to where there is nothing more. A comment
/// comes every 15 seconds. The stream ends with its token, its room or its permission.
///
/// Two kinds of events are kept nowhere and have no id: `presence`, with what somebody says who is there and whether they
/// are `gone`, and `signal`, with `from` and `data`.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/events", tag = "rooms",
    params(
        ("Last-Event-ID" = Option<String>, Header, description = "The id that came last: what happened since is sent first"),
    ),
    responses(
        (status = 200, description = "The events, for as long as the stream is open", body = EventData, content_type = "text/event-stream"),
        (status = 403, description = "`permission_denied`"),
        (status = 429, description = "`too_many_listeners`"),
        (status = 503, description = "`listeners_full`"),
    ),
)]
pub(crate) async fn follow_events(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    client: Counted,
    headers: HeaderMap,
) -> Answer {
    live::follow(&state, room, credential.into_caller(), client, &headers).await
}
