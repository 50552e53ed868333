use std::time::Duration;

use axum::extract::State;
use elizabeth_core::{
    limits::{self, Limit},
    name::FILE_NAME_MAX_BYTES,
    policy::{CHUNK_SIZE_DEFAULT, CHUNK_SIZE_MAX, CHUNK_SIZE_MIN, MANIFEST_FILES_MAX, TEXT_MAX},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    state::AppState,
};

/// What this server can do by now, for clients that talk to servers of several versions.
const FEATURES: &[&str] = &[
    "rooms",
    "tokens",
    "refresh_tokens",
    "tickets",
    "files",
    "put_file",
    "chunked_upload",
    "folder",
    "archive",
    "texts",
    "urls",
    "max_downloads",
    "tus",
    "events",
];

/// What a client should know before it asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct Config {
    version: &'static str,
    room: RoomDefaults,
    limits: Limits,
    counts: Vec<Count>,
    /// Whether making a room needs a key, which `X-Create-Key` brings.
    create_key_required: bool,
    reservation_ttl_seconds: u64,
    features: &'static [&'static str],
}

/// What a new room gets, and how far its owner may go.
#[derive(Serialize, ToSchema)]
struct RoomDefaults {
    /// Bytes.
    max_size: u64,
    /// Bytes.
    max_size_ceiling: u64,
    /// Null for no limit.
    max_times_entered: Option<u64>,
    /// Null for ever.
    ttl_seconds: Option<u64>,
    /// Null for no limit.
    ttl_ceiling_seconds: Option<u64>,
}

/// The largest of everything.
#[derive(Serialize, ToSchema)]
struct Limits {
    text_bytes: usize,
    manifest_files: usize,
    file_name_bytes: usize,
    chunk_size: u64,
    chunk_size_min: u64,
    chunk_size_max: u64,
}

/// How many of something there may be.
#[derive(Serialize, ToSchema)]
struct Count {
    name: &'static str,
    /// Whom it is counted for: `client`, `session`, `content`, `room` or `process`.
    scope: &'static str,
    limit: u64,
    what: &'static str,
}

impl Count {
    fn of(limit: Limit, limits: &limits::Limits) -> Self {
        let (name, scope, what) = (limit.name(), limit.scope().as_str(), limit.what());
        Self { name, scope, limit: limits.get(limit), what }
    }
}

/// The server's defaults and limits.
#[utoipa::path(
    get, path = "/api/v1/config", tag = "system",
    responses((status = 200, description = "Defaults and limits", body = Config)),
)]
pub(crate) async fn config(State(state): State<AppState>) -> Answer {
    let policy = state.app().policy();
    let seconds = |span: Duration| span.as_secs();
    Ok(reply(&Config {
        version: env!("CARGO_PKG_VERSION"),
        room: RoomDefaults {
            max_size: policy.room_max_size,
            max_size_ceiling: policy.room_max_size_ceiling,
            max_times_entered: policy.room_max_entries,
            ttl_seconds: policy.room_ttl.map(seconds),
            ttl_ceiling_seconds: policy.room_ttl_ceiling.map(seconds),
        },
        limits: Limits {
            text_bytes: TEXT_MAX,
            manifest_files: MANIFEST_FILES_MAX,
            file_name_bytes: FILE_NAME_MAX_BYTES,
            chunk_size: CHUNK_SIZE_DEFAULT,
            chunk_size_min: CHUNK_SIZE_MIN,
            chunk_size_max: CHUNK_SIZE_MAX,
        },
        counts: Limit::ALL.iter().map(|limit| Count::of(*limit, &policy.limits)).collect(),
        create_key_required: state.create_key().is_some(),
        reservation_ttl_seconds: policy.reservation_ttl.as_secs(),
        features: FEATURES,
    }))
}
