use axum::extract::State;
use elizabeth_api::TicketObject;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom},
    state::AppState,
};

/// List tickets that are neither expired nor revoked: the owner sees all of the room, a guest those that its own
/// session made. Never the tickets themselves.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/tickets", tag = "tickets",
    params(("room" = String, Path, description = "A room's name or slug")),
    responses(
        (status = 200, description = "The tickets, by ascending id", body = Vec<TicketObject>),
        (status = 401, description = "`token_missing`, `token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`room_closed`"),
        (status = 404, description = "`room_not_found`"),
        (status = 410, description = "`room_expired`"),
    ),
    security(("room_token" = [])),
)]
pub(crate) async fn list_tickets(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    let tickets = state.app().tickets(&room, credential.token()).await?;
    let tickets: Vec<TicketObject> = tickets.iter().map(TicketObject::from).collect();
    Ok(reply(&tickets))
}
