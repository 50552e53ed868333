//! How often a client may ask, guess, and make rooms: the one place where that is counted.
//!
//! What is asked is counted before it is answered, what was guessed afterwards, by the answer. Who has guessed too often
//! is refused before anything is parsed, hashed or looked up. Counts are kept in this process alone.

mod attempt;
mod counts;

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use elizabeth_core::{
    Elizabeth, ErrorCode,
    client::Client,
    edits::TextEdit,
    id::SessionId,
    limits::{Limit, Limits},
    name::RoomRef,
};
use governor::{
    Quota,
    clock::{Clock, DefaultClock, Reference},
    nanos::Nanos,
};
use uuid::Uuid;

use self::counts::Counts;
use crate::problem::{Miss, Problem, RequestCode};

pub(crate) use attempt::{Attempt, Unanswered, is_for_page};

const MINUTE: Duration = Duration::from_secs(60);
/// Requests in a burst, for each one a second.
const BURST: u32 = 3;
/// Edits in a burst, for each one a second; and bytes of edits, of which one edit may be a whole text.
const EDIT_BURST: u32 = 10;
const EDIT_BYTES_BURST: u32 = 32;
/// Guesses after which there is one a minute, for each that is free.
const PATIENCE: u32 = 2;
/// Guesses at one room, for each that a client has: more than one client comes to, so that they come from many.
const CROWD: u32 = 5;
/// So many waits are remembered before those that are over are forgotten; and ten times as many at most.
const WAITS: usize = 10_000;

/// What something is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A client, by its network.
    Client(IpAddr),
    /// A room, by a hash of its name.
    Room(u64),
    /// A session in the room that it asks for.
    Session(Uuid),
}

/// Counts by client, session and room.
pub(crate) struct Limiter<C: Clock = DefaultClock> {
    clock: C,
    requests: Counts<C>,
    rooms: Counts<C>,
    names: Counts<C>,
    signs: Counts<C>,
    edits: Counts<C>,
    edit_bytes: Counts<C>,
    /// So many at once, and as many a minute.
    guesses: Counts<C>,
    /// Twice as many at once, and one a minute: who goes on comes to this one.
    persistent: Counts<C>,
    /// Guesses at a room, from wherever they come.
    crowds: Counts<C>,
    /// Who has to wait until when.
    waits: Mutex<HashMap<Key, C::Instant>>,
    hasher: RandomState,
}

impl Limiter {
    /// Counts by these limits, and by the system's monotonic clock.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self::by_clock(limits, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limiter<C> {
    fn by_clock(limits: &Limits, clock: C) -> Self {
        let count = |limit| {
            let count = u32::try_from(limits.get(limit)).unwrap_or(u32::MAX);
            NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
        };
        let times =
            |count: NonZeroU32, factor| NonZeroU32::new(count.get().saturating_mul(factor)).unwrap_or(count);
        let [requests, guesses, signs] = [Limit::Requests, Limit::Guesses, Limit::SessionSigns].map(count);
        let [edits, edit_bytes] = [Limit::SessionEdits, Limit::SessionEditBytes].map(count);
        let counts = |quota| Counts::new(quota, &clock);
        Self {
            requests: counts(Quota::per_second(requests).allow_burst(times(requests, BURST))),
            rooms: counts(Quota::per_minute(count(Limit::RoomsMade))),
            signs: counts(Quota::per_second(signs)),
            names: counts(Quota::per_second(NonZeroU32::MIN).allow_burst(count(Limit::Looks))),
            edits: counts(Quota::per_second(edits).allow_burst(times(edits, EDIT_BURST))),
            edit_bytes: counts(
                Quota::per_second(edit_bytes).allow_burst(times(edit_bytes, EDIT_BYTES_BURST)),
            ),
            guesses: counts(Quota::per_minute(guesses)),
            persistent: counts(Quota::per_minute(NonZeroU32::MIN).allow_burst(times(guesses, PATIENCE))),
            crowds: counts(Quota::per_minute(guesses).allow_burst(times(guesses, CROWD))),
            waits: Mutex::default(),
            hasher: RandomState::new(),
            clock,
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// When its client asks too often.
    pub(crate) fn request(&self, client: Client) -> Result<(), Problem> {
        let text = "too many requests from this address: wait a moment";
        let counted = self.requests.count(Key::Client(client.network()));
        counted.map(drop).map_err(|wait| Problem::new(RequestCode::TooManyRequests, text).after(wait))
    }

    /// Counts a room that is about to be made.
    ///
    /// # Errors
    ///
    /// When its client makes too many.
    pub(crate) fn room(&self, client: Client) -> Result<(), Problem> {
        let text = "too many rooms made from this address: wait a moment";
        let counted = self.rooms.count(Key::Client(client.network()));
        counted.map(drop).map_err(|wait| Problem::new(RequestCode::TooManyRooms, text).after(wait))
    }

    /// Counts a sign or a signal of a session.
    ///
    /// # Errors
    ///
    /// When it sends too many.
    pub(crate) fn sign(&self, SessionId(session): SessionId) -> Result<(), Problem> {
        let text = "too many signs of this session: wait a moment";
        let counted = self.signs.count(Key::Session(session));
        counted.map(drop).map_err(|wait| Problem::new(RequestCode::TooManySigns, text).after(wait))
    }

    /// Counts edits of a text that are about to be made by whoever has this token.
    ///
    /// # Errors
    ///
    /// When its session edits too fast.
    pub(crate) fn edits(
        &self,
        app: &Elizabeth,
        token: Option<&str>,
        edits: &[TextEdit],
    ) -> Result<(), Problem> {
        let Some(claims) = token.and_then(|token| app.signed(token)) else { return Ok(()) };
        let session = Key::Session(claims.sid.0);
        let many =
            |count: u64| NonZeroU32::new(u32::try_from(count).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
        let counted = self.edits.count_many(session, many(edits.len() as u64));
        let bytes = edits.iter().map(TextEdit::cost).fold(0, u64::saturating_add);
        let counted = counted.and_then(|_| self.edit_bytes.count_many(session, many(bytes)));
        let text = "this session edits too fast: wait a moment";
        counted.map(drop).map_err(|wait| Problem::new(RequestCode::TooManyEdits, text).after(wait))
    }

    /// Lets somebody try who has not guessed too often. Whoever has a good token of the room that is asked for is not
    /// held up by what others at the same address guess.
    ///
    /// # Errors
    ///
    /// When its client, or the session that it has a token of, has to wait.
    pub(crate) fn attempt(&self, app: &Elizabeth, attempt: &Attempt) -> Result<(), Problem> {
        let Some(wait) = self.wait_of(Key::Client(attempt.client.network())) else { return Ok(()) };
        let wait = match attempt.token(app) {
            Some(session) => self.wait_of(session),
            None => Some(wait),
        };
        let text = "too many wrong guesses from this address: wait before the next one";
        wait.map_or(Ok(()), |wait| Err(Problem::new(ErrorCode::TooManyAttempts, text).after(wait)))
    }

    /// Counts what an attempt did not know.
    ///
    /// A secret of a room counts for the room too. Where many have guessed at it, from wherever, each of them has to
    /// wait a minute from the first mistake on; somebody who knows the secret never does.
    pub(crate) fn missed(&self, app: &Elizabeth, attempt: &Attempt, miss: Miss) {
        let client = Key::Client(attempt.client.network());
        let room = attempt.room();
        let is_private = room.as_ref().is_some_and(RoomRef::is_private);
        let wait = match miss {
            Miss::Name if !is_private => counted(&self.names, client),
            Miss::Name => self.guess(client),
            Miss::Secret => {
                let of_room =
                    room.map(|room| counted(&self.crowds, Key::Room(self.hasher.hash_one(room.as_str()))));
                let many = of_room.is_some_and(|wait| !wait.is_zero());
                self.guess(client).max(if many { MINUTE } else { Duration::ZERO })
            }
        };
        self.hold_up(client, wait);
        if let Some(session) = attempt.token(app) {
            self.hold_up(session, self.guess(session));
        }
    }

    /// Counts a guess; how long the next one has to wait.
    fn guess(&self, key: Key) -> Duration {
        counted(&self.guesses, key).max(counted(&self.persistent, key))
    }

    fn waits(&self) -> MutexGuard<'_, HashMap<Key, C::Instant>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_of(&self, key: Key) -> Option<Duration> {
        let until = *self.waits().get(&key)?;
        let wait = Duration::from(until.duration_since(self.clock.now()));
        (!wait.is_zero()).then_some(wait)
    }

    fn hold_up(&self, key: Key, wait: Duration) {
        if wait.is_zero() {
            return;
        }
        let now = self.clock.now();
        let mut waits = self.waits();
        if waits.len() >= WAITS {
            waits.retain(|_, until| *until > now);
            if waits.len() >= 10 * WAITS {
                waits.clear();
            }
        }
        let until = now + Nanos::from(wait);
        waits.entry(key).and_modify(|before| *before = until.max(*before)).or_insert(until);
    }
}

fn counted<C: Clock + Clone>(counts: &Counts<C>, key: Key) -> Duration {
    counts.count(key).unwrap_or_else(|wait| wait)
}

#[cfg(test)]
mod tests;
