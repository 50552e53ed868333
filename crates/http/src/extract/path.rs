use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use elizabeth_core::{
    ErrorCode, Invalid,
    id::{ContentId, Jti, ReservationId, TicketId, UploadId},
    name::{FILE_NAME_MAX_BYTES, FileName, ROOM_NAME_MAX_CHARS, RoomRef},
};
use utoipa::{
    PartialSchema,
    openapi::{RefOr, Schema, path::Operation},
};
use uuid::Uuid;

use crate::{
    document::{Described, add_path_parameter, add_refusals, id, text, uuid},
    problem::{Code, Problem, RequestCode},
    state::AppState,
};

/// The name in a path with `{room}`, decoded and not yet judged.
pub(crate) struct RoomPath(pub(crate) String);

/// The room of a path with `{room}`.
pub(crate) struct InRoom(pub(crate) RoomRef);

/// The room and the numbered thing of a path with `{room}` and a second parameter.
pub(crate) struct RoomItem<T>(pub(crate) RoomRef, pub(crate) T);

/// The room of a path with `{room}`, and the file that the rest of it names, slashes included.
pub(crate) struct RoomFile(pub(crate) RoomRef, pub(crate) FileName);

/// The room of a path with `{room}`, and the file and the chunk that it names by their indexes.
pub(crate) struct ChunkPath {
    pub(crate) room: RoomRef,
    pub(crate) file: u64,
    pub(crate) chunk: u64,
}

/// A path's second parameter.
pub(crate) trait PathItem: Sized {
    /// What it is called in the path.
    const NAME: &str;
    /// What it is, in the document.
    const DESCRIPTION: &str;

    /// Its form.
    fn schema() -> RefOr<Schema>;

    /// Reads it; `None` when it is not of its form.
    fn read(text: &str) -> Option<Self>;
}

impl PathItem for ContentId {
    const NAME: &str = "id";
    const DESCRIPTION: &str = "The content's number";

    fn schema() -> RefOr<Schema> {
        id().into()
    }

    fn read(text: &str) -> Option<Self> {
        number(text).map(Self)
    }
}

impl PathItem for ReservationId {
    const NAME: &str = "id";
    const DESCRIPTION: &str = "The reservation's number";

    fn schema() -> RefOr<Schema> {
        id().into()
    }

    fn read(text: &str) -> Option<Self> {
        number(text).map(Self)
    }
}

impl PathItem for TicketId {
    const NAME: &str = "id";
    const DESCRIPTION: &str = "The ticket's number";

    fn schema() -> RefOr<Schema> {
        id().into()
    }

    fn read(text: &str) -> Option<Self> {
        number(text).map(Self)
    }
}

impl PathItem for UploadId {
    const NAME: &str = "reservation_id";
    const DESCRIPTION: &str = "The upload";

    fn schema() -> RefOr<Schema> {
        uuid().into()
    }

    fn read(text: &str) -> Option<Self> {
        Uuid::from_str(text).ok().map(Self)
    }
}

impl PathItem for Jti {
    const NAME: &str = "jti";
    const DESCRIPTION: &str = "The token's identifier";

    fn schema() -> RefOr<Schema> {
        uuid().into()
    }

    fn read(text: &str) -> Option<Self> {
        Uuid::from_str(text).ok().map(Self)
    }
}

impl Described for RoomPath {
    fn describe(operation: &mut Operation) {
        add_path_parameter(operation, "room", "The new room's name", text(1, ROOM_NAME_MAX_CHARS));
        add_refusals(operation, &[ErrorCode::InvalidRoomName.into(), ErrorCode::Unavailable.into()]);
    }
}

impl Described for InRoom {
    fn describe(operation: &mut Operation) {
        // A slug is a name with a UUID behind it.
        let name = text(1, ROOM_NAME_MAX_CHARS + 33);
        add_path_parameter(operation, "room", "A room's name or slug", name);
        let refusals = [
            ErrorCode::InvalidRoomName,
            ErrorCode::RoomNotFound,
            ErrorCode::RoomExpired,
            ErrorCode::Unavailable,
        ];
        add_refusals(operation, &refusals.map(Code::from));
    }
}

impl<T: PathItem> Described for RoomItem<T> {
    fn describe(operation: &mut Operation) {
        InRoom::describe(operation);
        add_path_parameter(operation, T::NAME, T::DESCRIPTION, T::schema());
        add_refusals(operation, &[RequestCode::InvalidPath.into()]);
    }
}

impl Described for RoomFile {
    fn describe(operation: &mut Operation) {
        InRoom::describe(operation);
        let description = "The file's name: the rest of the path, slashes included";
        add_path_parameter(operation, "file_name", description, text(1, FILE_NAME_MAX_BYTES));
        add_refusals(operation, &[RequestCode::InvalidPath.into()]);
    }
}

impl Described for ChunkPath {
    fn describe(operation: &mut Operation) {
        InRoom::describe(operation);
        let file = "The file's place in the manifest, from 0";
        add_path_parameter(operation, "file_index", file, u64::schema());
        add_path_parameter(operation, "chunk_index", "The chunk's place in the file, from 0", u64::schema());
        add_refusals(operation, &[RequestCode::InvalidPath.into()]);
    }
}

/// A whole number as ids are written: digits only, so that one content has one address.
fn number<T: FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl FromRequestParts<AppState> for RoomPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = params(parts, state, ErrorCode::InvalidRoomName).await?;
        let (_, name) = params.iter().next().unwrap_or_default();
        Ok(Self(name.to_owned()))
    }
}

impl FromRequestParts<AppState> for InRoom {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = params(parts, state, ErrorCode::InvalidRoomName).await?;
        let (_, name) = params.iter().next().unwrap_or_default();
        Ok(Self(room(name)?))
    }
}

impl<T: PathItem> FromRequestParts<AppState> for RoomItem<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = params(parts, state, RequestCode::InvalidPath).await?;
        let mut values = params.iter();
        let (_, name) = values.next().unwrap_or_default();
        let (_, item) = values.next().unwrap_or_default();
        let room = room(name)?;
        let item = T::read(item)
            .ok_or_else(|| Problem::new(RequestCode::InvalidPath, "the path names no valid id"))?;
        Ok(Self(room, item))
    }
}

impl FromRequestParts<AppState> for RoomFile {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = params(parts, state, RequestCode::InvalidPath).await?;
        let mut values = params.iter();
        let (_, name) = values.next().unwrap_or_default();
        let (_, file) = values.next().unwrap_or_default();
        Ok(Self(room(name)?, FileName::parse(file).map_err(Invalid::from)?))
    }
}

impl FromRequestParts<AppState> for ChunkPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = params(parts, state, RequestCode::InvalidPath).await?;
        let mut values = params.iter();
        let (_, name) = values.next().unwrap_or_default();
        let room = room(name)?;
        let mut index = || {
            let text = "the path names a file and a chunk by their indexes";
            values
                .next()
                .and_then(|(_, text)| number(text))
                .ok_or_else(|| Problem::new(RequestCode::InvalidPath, text))
        };
        Ok(Self { room, file: index()?, chunk: index()? })
    }
}

async fn params(
    parts: &mut Parts,
    state: &AppState,
    code: impl Into<Code>,
) -> Result<RawPathParams, Problem> {
    RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| Problem::new(code, "the path is no valid UTF-8 once decoded"))
}

fn room(name: &str) -> Result<RoomRef, Problem> {
    Ok(RoomRef::parse(name).map_err(Invalid::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_digits_that_fit() {
        assert_eq!(ContentId::read("7"), Some(ContentId(7)));
        for bad in ["", "-1", "+1", "1.0", "9223372036854775808", "abc", "1 "] {
            assert_eq!(ContentId::read(bad), None, "{bad:?}");
        }
        assert!(Jti::read("0195e6a2-0000-7000-8000-000000000000").is_some());
        assert!(Jti::read("validate").is_none());
    }
}
