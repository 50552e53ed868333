use axum::extract::State;
use elizabeth_api::{ChangeSettings, Instant, RoomObject, StatusCode};
use elizabeth_core::room::RoomSettings;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
};

/// Change a room's settings, within the server's ceilings.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/settings", tag = "rooms",
    request_body = ChangeSettings,
    responses(
        (status = 200, description = "The room", body = RoomObject),
        (status = 400, description = "`invalid_password`, `invalid_expire_at`, `invalid_max_size`, `invalid_max_times_entered`"),
        (status = 403, description = "`owner_only`"),
    ),
)]
pub(crate) async fn change_settings(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<ChangeSettings>,
) -> Answer {
    let settings = RoomSettings::default()
        .max_size(body.max_size)
        .max_entries(body.max_times_entered)
        .expire_at(body.expire_at.map(|at| at.map(|Instant(at)| at)))
        .status(body.status.map(|status| status.map(|StatusCode(status)| status)))
        .password(body.password.map(|password| password.map(|password| password.0)));
    let room = state.app().change_settings(&room, credential.caller(), settings).await?;
    Ok(reply(&RoomObject::new(&room, state.app().now())))
}
