use axum::extract::State;
use elizabeth_api::TicketObject;
use elizabeth_core::id::TicketId;

use crate::{
    body::Answer,
    extract::{Credential, InRoom, Paging},
    state::AppState,
};

/// List tickets that are neither expired nor revoked: the owner sees all of the room, a guest those that its own
/// session made. Never the tickets themselves.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/tickets", tag = "tickets",
    params(
        ("limit" = Option<u64>, Query, description = "At most so many: 1000 when left out, 10000 at most"),
        ("after" = Option<i64>, Query, minimum = 0, description = "Only those with a greater id"),
    ),
    responses(
        (status = 200, description = "The tickets, by ascending id. `Link` with `rel=\"next\"` says where the list goes on", body = Vec<TicketObject>),
    ),
)]
pub(crate) async fn list_tickets(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    paging: Paging,
) -> Answer {
    let after = paging.after_number()?.map(TicketId);
    let page = state.app().tickets(&room, credential.caller(), after, paging.limit).await?;
    let items: Vec<_> = page.items.iter().map(TicketObject::from).collect();
    paging.reply(&items, page.next.map(|id| id.to_string()))
}
