use std::borrow::Cow;

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderValue, Method, Uri, header},
};
use elizabeth_core::{Elizabeth, client::Client, name::RoomRef};
use percent_encoding::percent_decode_str;

use super::Key;
use crate::{
    extract::Query,
    headers::{accepts_html, bearer_token},
};

/// Where something is guessed in the body.
const IN_BODIES: &str = "/api/v1/auth/";
/// Files that everybody gets.
const ASSETS: &str = "/assets/";

/// Set among the extensions of a request for a page whose client is not to learn anything at present.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unanswered;

/// A request that may guess, as far as it is needed once it has been answered. Cheap to keep.
pub(crate) struct Attempt {
    pub(super) client: Client,
    uri: Uri,
    authorization: Option<HeaderValue>,
}

impl Attempt {
    /// What a request may guess: by what it names, by what it shows, or in its body. `None` where there is nothing.
    pub(crate) fn of(client: Client, request: &Request) -> Option<Self> {
        let route = request.extensions().get::<MatchedPath>()?.as_str();
        let names_something = route.contains('{') && !route.starts_with(ASSETS);
        let shows_something = request.headers().contains_key(header::AUTHORIZATION);
        let guesses = names_something || shows_something || route.starts_with(IN_BODIES);
        guesses.then(|| Self {
            client,
            uri: request.uri().clone(),
            authorization: request.headers().get(header::AUTHORIZATION).cloned(),
        })
    }

    /// The room that it asks for; `None` where it names none. However an address is written, it is the same room.
    pub(super) fn room(&self) -> Option<RoomRef> {
        let path = self.uri.path();
        let room = match path.strip_prefix("/api/v1/rooms/") {
            Some(below) => below,
            None if path.starts_with("/api/") || path.starts_with("/s/") => return None,
            None => path.strip_prefix('/')?,
        };
        let room = percent_decode_str(room.split('/').next()?).decode_utf8().ok()?;
        RoomRef::parse(&room).ok()
    }

    /// Who it is by its token, where that is one that we signed for the room it asks for and that has not expired: whom
    /// others' guesses do not slow down. Whether it was revoked is for the store to say.
    pub(super) fn token(&self, app: &Elizabeth) -> Option<Key> {
        let by_header = self.authorization.as_ref().and_then(bearer_token).map(Cow::Borrowed);
        let by_query = || Query::of_uri(&self.uri).text("token").ok().flatten().map(Cow::Owned);
        let claims = app.signed(&by_header.or_else(by_query)?)?;
        let (room, name) = (self.room()?, claims.room_name.as_str());
        let is_of_room = room.as_str() == name
            || room.as_str().strip_prefix(name).is_some_and(|rest| rest.starts_with('_'));
        is_of_room.then_some(Key::Session(claims.sid.0))
    }
}

/// Whether a request is a browser's for the page of a room, which everybody gets.
pub(crate) fn is_for_page(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    matches!(route, Some("/{room}" | "/{room}/"))
        && matches!(*request.method(), Method::GET | Method::HEAD)
        && accepts_html(request.headers())
}
