use axum::extract::State;
use elizabeth_api::{CreateRoom, CreatedRoom, Instant, PermissionInput, RoomObject};
use elizabeth_core::{Invalid, name::RoomName, room::RoomOptions};
use secrecy::SecretString;

use crate::{
    body::{Answer, reply},
    extract::{Counted, MayMakeRoom, OptionalJson, Query, RoomPath},
    state::AppState,
};

/// Make a room.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}", tag = "rooms",
    params(
        ("password" = Option<String>, Query, description = "Its password; better sent in the body"),
        ("X-Create-Key" = Option<String>, Header, description = "The key that rooms are made with, where `/config` says that one is needed"),
    ),
    request_body(content = Option<CreateRoom>, description = "May be left out"),
    responses(
        (status = 200, description = "The room, and its owner key", body = CreatedRoom),
        (status = 400, description = "`invalid_room_name`, `invalid_password`, `invalid_expire_at`, `invalid_max_size`, `invalid_max_times_entered`, `invalid_permission`"),
        (status = 409, description = "`name_taken`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn create_room(
    State(state): State<AppState>,
    RoomPath(name): RoomPath,
    query: Query,
    _: MayMakeRoom,
    Counted(client): Counted,
    OptionalJson(body): OptionalJson<CreateRoom>,
) -> Answer {
    let name = RoomName::parse(&name).map_err(Invalid::from)?;
    let from_query = query.text("password")?.map(SecretString::from);
    let options = RoomOptions::default()
        .password(body.password.map(|password| password.0).or(from_query))
        .client(client)
        .expire_at(body.expire_at.map(|Instant(at)| at))
        .max_size(body.max_size)
        .max_entries(body.max_times_entered)
        .permission(body.permission.map(PermissionInput::permission).transpose()?);
    let created = state.app().create_room(name, options).await?;
    let room = RoomObject::new(&created.room, state.app().now());
    Ok(reply(&CreatedRoom { room, owner_key: created.owner_key.into() }))
}
