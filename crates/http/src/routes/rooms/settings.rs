use axum::extract::State;
use elizabeth_api::{Instant, RoomObject, given};
use elizabeth_core::room::{RoomSettings, RoomStatus};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
};

/// What an owner may change. What is left out stays; null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChangeSettings)]
pub(crate) struct Body {
    /// Bytes; null for the server's default.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u64>)]
    max_size: Option<Option<u64>>,
    /// Null for no limit.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u64>)]
    max_times_entered: Option<Option<u64>>,
    /// Null for never, where the server allows that.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Instant>)]
    expire_at: Option<Option<Instant>>,
    /// 0 open, 1 locked, 2 closed; null for open.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u8>, maximum = 2)]
    status: Option<Option<Status>>,
    /// Null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    password: Option<Option<SecretString>>,
}

/// A status by its number.
#[derive(Debug)]
struct Status(RoomStatus);

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = i64::deserialize(deserializer)?;
        let status = RoomStatus::from_code(code).map(Self);
        status.ok_or_else(|| de::Error::custom("expected 0 (open), 1 (locked) or 2 (closed)"))
    }
}

/// Change a room's settings, within the server's ceilings.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/settings", tag = "rooms",
    request_body = Body,
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
    Json(body): Json<Body>,
) -> Answer {
    let settings = RoomSettings::default()
        .max_size(body.max_size)
        .max_entries(body.max_times_entered)
        .expire_at(body.expire_at.map(|at| at.map(|Instant(at)| at)))
        .status(body.status.map(|status| status.map(|Status(status)| status)))
        .password(body.password);
    let room = state.app().change_settings(&room, credential.caller(), settings).await?;
    Ok(reply(&RoomObject::new(&room, state.app().now())))
}
