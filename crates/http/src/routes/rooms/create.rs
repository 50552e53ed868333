use axum::extract::State;
use elizabeth_api::{Instant, PermissionInput, RoomObject};
use elizabeth_core::{Invalid, name::RoomName, room::RoomOptions};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{OptionalJson, Query, RoomPath},
    state::AppState,
};

/// What may be said about a new room. What is left out is the server's default.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CreateRoom)]
pub(crate) struct Body {
    /// 1 to 1,024 bytes. The password of the body counts where there is one in the query too.
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    expire_at: Option<Instant>,
    /// Bytes.
    max_size: Option<u64>,
    max_times_entered: Option<u64>,
    permission: Option<PermissionInput>,
}

/// A new room with its key.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedRoom<'a> {
    #[serde(flatten)]
    room: RoomObject<'a>,
    /// Makes its holder the owner. It is shown this once. For a minute, whoever enters first becomes the owner without it.
    owner_key: &'a str,
}

/// Make a room.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}", tag = "rooms",
    params(
        ("password" = Option<String>, Query, description = "Its password; better sent in the body"),
    ),
    request_body(content = Option<Body>, description = "May be left out"),
    responses(
        (status = 200, description = "The room, and its owner key", body = CreatedRoom),
        (status = 400, description = "`invalid_room_name`, `invalid_password`, `invalid_expire_at`, `invalid_max_size`, `invalid_max_times_entered`, `invalid_permission`"),
        (status = 409, description = "`name_taken`"),
    ),
)]
pub(crate) async fn create_room(
    State(state): State<AppState>,
    RoomPath(name): RoomPath,
    query: Query,
    OptionalJson(body): OptionalJson<Body>,
) -> Answer {
    let name = RoomName::parse(&name).map_err(Invalid::from)?;
    let from_query = query.text("password")?.map(SecretString::from);
    let options = RoomOptions::default()
        .password(body.password.or(from_query))
        .expire_at(body.expire_at.map(|Instant(at)| at))
        .max_size(body.max_size)
        .max_entries(body.max_times_entered)
        .permission(body.permission.map(PermissionInput::permission).transpose()?);
    let created = state.app().create_room(name, options).await?;
    let room = RoomObject::new(&created.room, state.app().now());
    Ok(reply(&CreatedRoom { room, owner_key: created.owner_key.expose_secret() }))
}
