use axum::extract::State;
use elizabeth_api::UploadUnderWay;
use elizabeth_core::id::ReservationId;

use crate::{
    body::Answer,
    extract::{Credential, InRoom, Paging},
    state::AppState,
};

/// The uploads in pieces that are under way, the oldest first. Who may not look sees their own.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/uploads", tag = "uploads",
    params(
        ("limit" = Option<u64>, Query, description = "At most so many, 1000 when left out and 10000 at most; fewer where they have many files"),
        ("after" = Option<i64>, Query, minimum = 0, description = "Only those behind the one that the `Link` of an earlier answer names"),
    ),
    responses(
        (status = 200, description = "The uploads. `Link` with `rel=\"next\"` says where the list goes on", body = Vec<UploadUnderWay>),
        (status = 403, description = "`permission_denied`"),
    ),
)]
pub(crate) async fn list_uploads(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    paging: Paging,
) -> Answer {
    let after = paging.after_number()?.map(ReservationId);
    let page = state.app().uploads(&room, credential.caller(), after, paging.limit).await?;
    let items: Vec<_> = page.items.iter().map(UploadUnderWay::from).collect();
    paging.reply(&items, page.next.map(|id| id.to_string()))
}
