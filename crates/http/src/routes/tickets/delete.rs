use axum::extract::State;
use elizabeth_core::id::TicketId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{Credential, RoomItem},
    state::AppState,
};

/// It is no good any more.
#[derive(Serialize, ToSchema)]
pub(crate) struct TicketDeleted {
    revoked: bool,
}

/// Revoke a ticket: the owner any of the room, a guest those that its own session made. Twice is as good as once.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}/tickets/{id}", tag = "tickets",
    params(
        ("room" = String, Path, description = "A room's name or slug"),
        ("id" = i64, Path, description = "The ticket's number"),
    ),
    responses(
        (status = 200, description = "It is no good any more", body = TicketDeleted),
        (status = 401, description = "`token_missing`, `token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`not_your_ticket`, `room_closed`"),
        (status = 404, description = "`room_not_found`, `ticket_not_found`"),
        (status = 410, description = "`room_expired`"),
    ),
    security(("room_token" = [])),
)]
pub(crate) async fn delete_ticket(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<TicketId>,
    credential: Credential,
) -> Answer {
    state.app().revoke_ticket(&room, credential.token(), id).await?;
    Ok(reply(&TicketDeleted { revoked: true }))
}
