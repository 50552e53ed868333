use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use elizabeth_core::{
    Invalid,
    name::{FileName, InvalidRoomName, RoomRef},
};

use crate::{
    problem::{Problem, RequestCode},
    routes::fallback::nothing_at,
    state::AppState,
};

/// A room, and the file in it where the path goes on. The server's own words are no rooms: there is nothing there.
pub(super) struct FolderPath {
    pub(super) room: RoomRef,
    pub(super) file: Option<FileName>,
}

impl FromRequestParts<AppState> for FolderPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::new(RequestCode::InvalidPath, "the path is no valid UTF-8 once decoded"))?;
        let mut values = params.iter().map(|(_, value)| value);
        let room = match RoomRef::parse(values.next().unwrap_or_default()) {
            Err(InvalidRoomName::Reserved | InvalidRoomName::Empty) => return Err(nothing_at(&parts.uri)),
            parsed => parsed.map_err(Invalid::from)?,
        };
        let file = values.next().map(FileName::parse).transpose().map_err(Invalid::from)?;
        Ok(Self { room, file })
    }
}
