use axum::extract::State;
use elizabeth_api::TicketDeleted;
use elizabeth_core::id::TicketId;

use crate::{
    body::{Answer, reply},
    extract::{Credential, RoomItem},
    state::AppState,
};

/// Revoke a ticket: the owner any of the room, a guest those that its own session made. Twice is as good as once.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}/tickets/{id}", tag = "tickets",
    responses(
        (status = 200, description = "It is no good any more", body = TicketDeleted),
        (status = 403, description = "`not_your_ticket`"),
        (status = 404, description = "`ticket_not_found`"),
    ),
)]
pub(crate) async fn delete_ticket(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<TicketId>,
    credential: Credential,
) -> Answer {
    state.app().revoke_ticket(&room, credential.caller(), id).await?;
    Ok(reply(&TicketDeleted { revoked: true }))
}
