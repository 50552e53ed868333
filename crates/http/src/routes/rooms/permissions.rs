use axum::extract::State;
use elizabeth_api::{RoomObject, SetPermissions};

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
};

/// Set what guests may do. Switching SHARE off gives the room a new private slug.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/permissions", tag = "rooms",
    request_body = SetPermissions,
    responses(
        (status = 200, description = "The room, with its new slug", body = RoomObject),
        (status = 400, description = "`invalid_permission`"),
        (status = 403, description = "`owner_only`"),
    ),
)]
pub(crate) async fn set_permissions(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<SetPermissions>,
) -> Answer {
    let permission = body.permission()?;
    let room = state.app().set_permission(&room, credential.caller(), permission).await?;
    Ok(reply(&RoomObject::new(&room, state.app().now())))
}
