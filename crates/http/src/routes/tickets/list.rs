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
    responses(
        (status = 200, description = "The tickets, by ascending id", body = Vec<TicketObject>),
    ),
)]
pub(crate) async fn list_tickets(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    let tickets = state.app().tickets(&room, credential.caller()).await?;
    let tickets: Vec<TicketObject> = tickets.iter().map(TicketObject::from).collect();
    Ok(reply(&tickets))
}
