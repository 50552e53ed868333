//! Who is there: in memory alone, for as long as each goes on saying so.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    time::Duration,
};

use data_encoding::HEXLOWER;
use elizabeth_api::BePresent;
use elizabeth_core::{
    id::{RoomId, SessionId},
    limits::{Limit, Limits},
};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// How long a sign counts.
const LEASE: Duration = Duration::from_secs(30);
/// How often it is looked whose time is over.
const SWEEP: Duration = Duration::from_secs(1);

/// What a session is known by to others in a room. Nothing can be found out from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Who([u8; 8]);

impl Who {
    /// A session in a room.
    pub(super) fn of(room: RoomId, SessionId(session): SessionId) -> Self {
        let hash = Sha256::new().chain_update(b"present").chain_update(room.0.to_be_bytes());
        let hash = hash.chain_update(session.as_bytes()).finalize();
        let mut who = [0; 8];
        who.copy_from_slice(&hash[..8]);
        Self(who)
    }

    /// Reads what others call it by.
    pub(super) fn parse(text: &str) -> Option<Self> {
        HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// Who is there in all rooms.
pub(super) struct Crowds {
    most_of_room: usize,
    most: usize,
    all: usize,
    rooms: HashMap<RoomId, BTreeMap<Who, Here>>,
    swept: Instant,
}

struct Here {
    sign: BePresent,
    until: Instant,
}

/// As many are there as may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crowded;

impl Crowds {
    pub(super) fn new(limits: &Limits) -> Self {
        let [most_of_room, most] = [Limit::RoomPresent, Limit::Listeners]
            .map(|limit| usize::try_from(limits.get(limit)).unwrap_or(usize::MAX));
        Self { most_of_room, most, all: 0, rooms: HashMap::new(), swept: Instant::now() }
    }

    /// Somebody is there; whether that is news.
    pub(super) fn sign(&mut self, room: RoomId, who: Who, sign: &BePresent) -> Result<bool, Crowded> {
        let until = Instant::now() + LEASE;
        let crowd = self.rooms.entry(room).or_default();
        if let Some(here) = crowd.get_mut(&who) {
            let is_news = here.until <= Instant::now() || here.sign != *sign;
            *here = Here { sign: sign.clone(), until };
            return Ok(is_news);
        }
        if crowd.len() >= self.most_of_room || self.all >= self.most {
            self.forget_if_empty(room);
            return Err(Crowded);
        }
        crowd.insert(who, Here { sign: sign.clone(), until });
        self.all += 1;
        Ok(true)
    }

    /// Those who are there in a room.
    pub(super) fn here(&self, room: RoomId) -> Vec<(Who, BePresent)> {
        let now = Instant::now();
        let crowd = self.rooms.get(&room).into_iter().flatten();
        crowd.filter(|(_, here)| here.until > now).map(|(who, here)| (*who, here.sign.clone())).collect()
    }

    /// Whether somebody is there.
    pub(super) fn is_here(&self, room: RoomId, who: Who) -> bool {
        let here = self.rooms.get(&room).and_then(|crowd| crowd.get(&who));
        here.is_some_and(|here| here.until > Instant::now())
    }

    /// Forgets those who are gone, once a second at most; who they were.
    pub(super) fn sweep(&mut self) -> Vec<(RoomId, Who)> {
        let now = Instant::now();
        if now < self.swept + SWEEP {
            return Vec::new();
        }
        self.swept = now;
        let mut gone = Vec::new();
        self.rooms.retain(|room, crowd| {
            crowd.retain(|who, here| {
                let stays = here.until > now;
                if !stays {
                    gone.push((*room, *who));
                }
                stays
            });
            !crowd.is_empty()
        });
        self.all -= gone.len();
        gone
    }

    fn forget_if_empty(&mut self, room: RoomId) {
        if self.rooms.get(&room).is_some_and(BTreeMap::is_empty) {
            self.rooms.remove(&room);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn who(n: u128) -> Who {
        Who::of(RoomId(1), SessionId(Uuid::from_u128(n)))
    }

    fn typing() -> BePresent {
        BePresent { doing: Some("typing".into()), ..BePresent::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_more_is_gone() {
        let mut crowds = Crowds::new(&Limits::default());
        let (room, nothing) = (RoomId(1), BePresent::default());
        assert_eq!(crowds.sign(room, who(1), &nothing), Ok(true));
        assert_eq!(crowds.sign(room, who(2), &nothing), Ok(true));
        tokio::time::advance(LEASE / 2).await;
        assert_eq!(crowds.sign(room, who(1), &nothing), Ok(false));
        assert_eq!(crowds.sign(room, who(1), &typing()), Ok(true));
        tokio::time::advance(LEASE / 2).await;
        assert_eq!(crowds.here(room), [(who(1), typing())]);
        assert!(crowds.is_here(room, who(1)) && !crowds.is_here(room, who(2)));
        assert_eq!(crowds.sweep(), [(room, who(2))]);
        tokio::time::advance(LEASE).await;
        assert_eq!(crowds.sweep(), [(room, who(1))]);
        assert!(crowds.rooms.is_empty() && crowds.all == 0);
    }

    #[tokio::test]
    async fn there_are_so_many() {
        let limits = Limits::default().with(Limit::RoomPresent, 2).with(Limit::Listeners, 3);
        let mut crowds = Crowds::new(&limits);
        let mut sign = |room, n| crowds.sign(RoomId(room), who(n), &BePresent::default());
        assert!(sign(1, 1).is_ok() && sign(1, 2).is_ok());
        assert_eq!(sign(1, 3), Err(Crowded));
        assert_eq!(sign(1, 2), Ok(false));
        assert!(sign(2, 1).is_ok());
        assert_eq!(sign(3, 1), Err(Crowded));
        assert_eq!(crowds.rooms.len(), 2);
    }

    #[test]
    fn a_session_has_one_name_in_each_room() {
        let session = SessionId(Uuid::from_u128(7));
        let name = Who::of(RoomId(1), session);
        assert_eq!(Who::parse(&name.to_string()), Some(name));
        assert_ne!(name, Who::of(RoomId(2), session));
        for bad in ["", "00", "000000000000000g", "00000000000000000"] {
            assert_eq!(Who::parse(bad), None, "{bad}");
        }
    }
}
