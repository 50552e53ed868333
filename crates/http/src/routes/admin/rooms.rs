use axum::extract::State;
use elizabeth_api::RoomObject;
use elizabeth_core::id::RoomId;

use crate::{
    body::Answer,
    extract::{Admin, Paging},
    state::AppState,
};

/// List all rooms by ascending id, expired ones that were not collected among them.
#[utoipa::path(
    get, path = "/api/v1/admin/rooms", tag = "admin",
    params(
        ("limit" = Option<u64>, Query, description = "At most so many: 1000 when left out, 10000 at most"),
        ("after" = Option<i64>, Query, minimum = 0, description = "Only those with a greater id"),
    ),
    responses(
        (status = 200, description = "The rooms. `Link` with `rel=\"next\"` says where the list goes on", body = Vec<RoomObject>),
        (status = 400, description = "`invalid_query`"),
    ),
)]
pub(crate) async fn list_rooms(State(state): State<AppState>, _: Admin, paging: Paging) -> Answer {
    let after = paging.after_number()?.map(RoomId);
    let page = state.app().rooms(after, paging.limit).await?;
    let now = state.app().now();
    let rooms: Vec<_> = page.items.iter().map(|room| RoomObject::new(room, now)).collect();
    paging.reply(&rooms, page.next.map(|id| id.to_string()))
}
