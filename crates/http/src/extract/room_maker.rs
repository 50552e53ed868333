use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, request::Parts},
};
use utoipa::openapi::path::Operation;

use super::Counted;
use crate::{
    document::{Described, add_refusals},
    problem::{Problem, RequestCode},
    state::AppState,
};

static X_CREATE_KEY: HeaderName = HeaderName::from_static("x-create-key");

/// Somebody who wants to make a room.
pub(crate) struct RoomMaker {
    key: Option<HeaderValue>,
    client: Counted,
}

/// Somebody who may make one more.
pub(crate) struct MayMakeRoom;

impl RoomMaker {
    /// Whoever sends a request.
    pub(crate) fn of(parts: &Parts, state: &AppState) -> Self {
        Self { key: parts.headers.get(&X_CREATE_KEY).cloned(), client: Counted::of(parts, state) }
    }

    /// Asks for the key, where one is needed, and counts the room.
    ///
    /// # Errors
    ///
    /// When the key is missing or another one, or this client makes too many rooms.
    pub(crate) fn judge(&self, state: &AppState) -> Result<MayMakeRoom, Problem> {
        if let Some(expected) = state.create_key() {
            let given = self.key.as_ref().ok_or_else(|| {
                let text = "rooms are made here with a key: send it as X-Create-Key";
                Problem::new(RequestCode::CreateKeyRequired, text)
            })?;
            if !given.to_str().is_ok_and(|key| expected.matches(key)) {
                return Err(Problem::new(
                    RequestCode::CreateKeyInvalid,
                    "this is not the key to make rooms with",
                ));
            }
        }
        match (state.limiter(), self.client.0) {
            (Some(limiter), Some(client)) => limiter.room(client).map(|()| MayMakeRoom),
            _ => Ok(MayMakeRoom),
        }
    }
}

impl FromRequestParts<AppState> for MayMakeRoom {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        RoomMaker::of(parts, state).judge(state)
    }
}

impl Described for MayMakeRoom {
    fn describe(operation: &mut Operation) {
        let refusals =
            [RequestCode::CreateKeyRequired, RequestCode::CreateKeyInvalid, RequestCode::TooManyRooms];
        add_refusals(operation, &refusals.map(Into::into));
    }
}
