use std::sync::Arc;

use secrecy::SecretString;

use crate::{id::RoomId, token::TokenRecord};

/// Who calls a use case: what a request brings as its credential, not judged yet. Cheap enough to keep for as long as
/// an answer is being sent.
#[derive(Clone, Debug, Default)]
pub enum Caller {
    /// Somebody who brings nothing.
    #[default]
    Nobody,
    /// Somebody with a room token, as the client sent it.
    Token(SecretString),
    /// Somebody whom [`Elizabeth::visit`](crate::Elizabeth::visit) let in, for one call.
    Visitor(Visitor),
}

impl Caller {
    /// Whoever holds a room token.
    pub fn token(token: &str) -> Self {
        Self::Token(token.into())
    }

    /// The room that was made for this call.
    pub(crate) fn made_room(&self) -> Option<RoomId> {
        match self {
            Self::Visitor(Visitor(visit)) if visit.made_room => Some(visit.token.room_id),
            Self::Nobody | Self::Token(_) | Self::Visitor(_) => None,
        }
    }
}

impl From<Option<&str>> for Caller {
    /// Where there is no token, nobody.
    fn from(token: Option<&str>) -> Self {
        token.map_or(Self::Nobody, Self::token)
    }
}

/// A stay that lasts one call. Neither is its token kept nor does a client ever hold it.
#[derive(Clone, Debug)]
pub struct Visitor(Arc<Visit>);

#[derive(Debug)]
struct Visit {
    token: TokenRecord,
    /// Whether the room was made for this call.
    made_room: bool,
}

impl Visitor {
    pub(crate) fn new(token: TokenRecord, made_room: bool) -> Self {
        Self(Arc::new(Visit { token, made_room }))
    }

    pub(super) fn token(&self) -> &TokenRecord {
        &self.0.token
    }
}
