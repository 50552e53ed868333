//! The hub over a source that is made up: what it sends, when, and at which cost.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};

use elizabeth_api::BePresent;
use elizabeth_core::{
    Caller, Error, Result, Unauthorized,
    event::{EventRange, Happening, RoomEvent},
    id::{ContentId, RoomId, SessionId},
    limits::Limits,
    name::RoomRef,
    ports::RoomWatch,
    service::Listening,
    time::Timestamp,
};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    crowd::Who,
    cursor::Since,
    frame::{Frame, encode},
    hub::{Hub, POLL},
    listener::Listener,
    source::Source,
};
use crate::metrics::Metrics;

const ROOM: RoomId = RoomId(7);

/// A store of events.
#[derive(Clone, Default)]
struct Fake(Arc<Mutex<World>>);

#[derive(Default)]
struct World {
    events: Vec<RoomEvent>,
    pruned: u64,
    is_gone: bool,
    is_refused: bool,
    visible: Option<SessionId>,
    reads: usize,
    polls: usize,
}

impl Fake {
    fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    /// Something happens; the newest number.
    fn happen(&self, sid: Option<SessionId>) -> u64 {
        self.happen_as(sid, Happening::ContentCreated { id: ContentId(1) })
    }

    fn happen_as(&self, sid: Option<SessionId>, what: Happening) -> u64 {
        self.world(|world| {
            let seq = world.events.len() as u64 + 1;
            world.events.push(RoomEvent { seq, at: Timestamp::EPOCH, sid, what });
            seq
        })
    }

    fn range(&self) -> EventRange {
        self.world(|world| EventRange { oldest: world.pruned + 1, newest: world.events.len() as u64 })
    }

    fn room() -> RoomRef {
        RoomRef::parse("room").unwrap()
    }

    /// Somebody who begins to listen.
    async fn listener(&self, hub: &Arc<Hub>, since: Since) -> Listener<Self> {
        let listening = self.listen(&Self::room(), &Caller::Nobody).await.unwrap();
        let place = hub.join(self, ROOM, listening.range.newest, None).unwrap();
        Listener::new(self.clone(), place, Self::room(), Caller::Nobody, &listening, since)
    }
}

impl Source for Fake {
    async fn listen(&self, _: &RoomRef, _: &Caller) -> Result<Listening> {
        let range = self.range();
        self.world(|world| {
            if world.is_refused {
                return Err(Unauthorized::Revoked.into());
            }
            if world.is_gone {
                return Err(Error::RoomNotFound);
            }
            let session = SessionId(Uuid::nil());
            let (visible, until) = (world.visible, Timestamp::MAX);
            Ok(Listening { room: ROOM, session, owner: false, visible, until, range })
        })
    }

    async fn frames(&self, room: RoomId, after: u64) -> Result<Vec<Frame>> {
        tokio::task::yield_now().await;
        self.world(|world| {
            world.reads += 1;
            let first = after.max(world.pruned) as usize;
            let events = world.events.iter().skip(first).take(10).cloned();
            let frame = |event: RoomEvent| {
                let bytes = encode(Some((room, event.seq)), event.what.kind(), &event.seq);
                Frame { event, bytes }
            };
            Ok(events.map(frame).collect())
        })
    }

    async fn ranges(&self, _: &[RoomId]) -> Result<BTreeMap<RoomId, EventRange>> {
        let range = self.range();
        self.world(|world| {
            world.polls += 1;
            Ok((!world.is_gone).then_some((ROOM, range)).into_iter().collect())
        })
    }

    fn now(&self) -> Timestamp {
        Timestamp::EPOCH
    }
}

fn hub() -> Arc<Hub> {
    Hub::new(&Limits::default(), usize::MAX, Arc::new(Metrics::new()))
}

/// The next event's word and id, signs of life passed over; `None` at the end.
async fn heard(listener: &mut Listener<Fake>) -> Option<(String, Option<u64>)> {
    loop {
        let bytes = listener.next().await?;
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let field = |name: &str| {
            let lines = text.lines().filter_map(|line| line.strip_prefix(name)).map(str::to_owned);
            lines.collect::<Vec<_>>().pop()
        };
        if let Some(kind) = field("event: ") {
            let id = field("id: ").map(|id| id.strip_prefix("7.").unwrap().parse().unwrap());
            return Some((kind, id));
        }
    }
}

async fn number(listener: &mut Listener<Fake>) -> u64 {
    heard(listener).await.unwrap().1.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_followed_at_once_and_a_lost_one_within_a_second() {
    let (fake, hub) = (Fake::default(), hub());
    let mut listener = fake.listener(&hub, Since::Now).await;
    for hinted in [true, false, true, false] {
        let (seq, begun) = (fake.happen(None), Instant::now());
        if hinted {
            hub.changed(ROOM, seq);
        }
        assert_eq!(number(&mut listener).await, seq);
        assert!(begun.elapsed() <= if hinted { Duration::ZERO } else { POLL }, "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_listeners_cost_one_read_and_one_query_a_second() {
    let (fake, hub) = (Fake::default(), hub());
    let mut listeners = Vec::new();
    for _ in 0..1000 {
        listeners.push(fake.listener(&hub, Since::Now).await);
    }
    let seq = fake.happen(None);
    hub.changed(ROOM, seq);
    for listener in &mut listeners {
        assert_eq!(number(listener).await, seq);
    }
    assert_eq!(fake.world(|world| (world.reads, world.polls)), (1, 0));
    tokio::time::sleep(POLL * 10).await;
    let polls = fake.world(|world| world.polls);
    assert!((9..=11).contains(&polls), "{polls}");
    // Once nobody listens any more, nothing is asked.
    drop(listeners);
    tokio::time::sleep(POLL * 10).await;
    assert!(fake.world(|world| world.polls) <= polls + 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_listener_misses_nothing_and_holds_nobody_up() {
    let (fake, hub) = (Fake::default(), hub());
    let mut slow = fake.listener(&hub, Since::Now).await;
    let mut quick = fake.listener(&hub, Since::Now).await;
    for expected in 1..=2000 {
        hub.changed(ROOM, fake.happen(None));
        assert_eq!(number(&mut quick).await, expected);
    }
    for expected in 1..=2000 {
        assert_eq!(number(&mut slow).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_no_more_is_a_reset_and_then_goes_on() {
    let (fake, hub) = (Fake::default(), hub());
    let mut slow = fake.listener(&hub, Since::Now).await;
    let _quick = fake.listener(&hub, Since::Now).await;
    for _ in 0..2000 {
        fake.happen(None);
    }
    fake.world(|world| world.pruned = 1000);
    hub.changed(ROOM, 2000);
    tokio::time::sleep(POLL).await;
    assert_eq!(heard(&mut slow).await, Some(("reset".into(), None)));
    hub.changed(ROOM, fake.happen(None));
    assert_eq!(number(&mut slow).await, 2001);
    // The same for one that comes with what it has seen.
    let mut late = fake.listener(&hub, Since::Event(7)).await;
    assert_eq!(heard(&mut late).await, Some(("reset".into(), None)));
    let mut in_time = fake.listener(&hub, Since::Event(1000)).await;
    assert_eq!(number(&mut in_time).await, 1001);
    let mut strange = fake.listener(&hub, Since::Unknown).await;
    assert_eq!(heard(&mut strange).await, Some(("reset".into(), None)));
    let text = strange.next().await.unwrap();
    assert_eq!(text, "id: 7.2001\n\n", "from here on it goes on when it comes again");
}

#[tokio::test(start_paused = true)]
async fn a_drop_box_hears_its_own_and_what_is_nobodys() {
    let (fake, hub) = (Fake::default(), hub());
    let [mine, other] = [1, 2].map(|n| Some(SessionId(Uuid::from_u128(n))));
    fake.world(|world| world.visible = mine);
    let mut listener = fake.listener(&hub, Since::Now).await;
    for sid in [other, mine, other, None, other] {
        fake.happen(sid);
    }
    hub.changed(ROOM, 5);
    assert_eq!((number(&mut listener).await, number(&mut listener).await), (2, 4));
    // What it passed over it need not read again: the next sign of life says so.
    assert_eq!(listener.next().await.unwrap(), "id: 7.5\n\n");
    let mut again = fake.listener(&hub, Since::Event(0)).await;
    assert_eq!((number(&mut again).await, number(&mut again).await), (2, 4));
    // Who may see more from now on lists anew.
    fake.world(|world| world.visible = None);
    hub.revoked(ROOM);
    assert_eq!(heard(&mut listener).await, Some(("reset".into(), None)));
    hub.changed(ROOM, fake.happen(other));
    assert_eq!(number(&mut listener).await, 6);
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_its_rights() {
    let (fake, hub) = (Fake::default(), hub());
    // Revoked by this process; by a change of the room, wherever it came from; by another process.
    let here = |hub: &Hub, _: &Fake| hub.revoked(ROOM);
    let by_room = |hub: &Hub, fake: &Fake| hub.changed(ROOM, fake.happen_as(None, Happening::RoomUpdated));
    let elsewhere = |_: &Hub, _: &Fake| {};
    type Revoke = fn(&Hub, &Fake);
    let ways: [(Revoke, u64); 3] = [(here, 1), (by_room, 1), (elsewhere, 15)];
    for (revoke, seconds) in ways {
        fake.world(|world| world.is_refused = false);
        let mut listener = fake.listener(&hub, Since::Now).await;
        fake.world(|world| world.is_refused = true);
        revoke(&hub, &fake);
        let begun = Instant::now();
        while heard(&mut listener).await.is_some() {}
        assert!(begun.elapsed() <= Duration::from_secs(seconds), "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_its_room() {
    let (fake, hub) = (Fake::default(), hub());
    for hinted in [true, false] {
        fake.world(|world| world.is_gone = false);
        let mut listener = fake.listener(&hub, Since::Now).await;
        fake.world(|world| world.is_gone = true);
        if hinted {
            hub.removed(ROOM);
        }
        let begun = Instant::now();
        assert_eq!(heard(&mut listener).await, Some(("room.deleted".into(), Some(1))));
        assert_eq!(listener.next().await, None);
        assert!(begun.elapsed() <= if hinted { Duration::ZERO } else { POLL }, "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn at_a_shutdown_they_end_one_after_the_other() {
    let (fake, hub) = (Fake::default(), hub());
    let mut listeners = Vec::new();
    for _ in 0..100 {
        listeners.push(fake.listener(&hub, Since::Now).await);
    }
    let begun = Instant::now();
    hub.close();
    assert!(hub.join(&fake, ROOM, 0, None).is_err());
    let ends = listeners.into_iter().map(|mut listener| async move {
        while listener.next().await.is_some() {}
        begun.elapsed().as_millis() / 500
    });
    let mut halves = HashMap::<u128, usize>::new();
    futures::future::join_all(ends).await.into_iter().for_each(|half| *halves.entry(half).or_default() += 1);
    assert!(halves.keys().all(|half| *half <= 6), "{halves:?}");
    assert!(halves.values().all(|count| *count < 50), "{halves:?}");
}

#[tokio::test(start_paused = true)]
async fn who_hears_nothing_is_sent_a_sign_of_life() {
    let (fake, hub) = (Fake::default(), hub());
    let mut listener = fake.listener(&hub, Since::Now).await;
    assert!(listener.next().await.unwrap().starts_with(b"retry: "));
    assert_eq!(listener.next().await.unwrap(), "id: 7.0\n\n");
    for _ in 0..10 {
        let begun = Instant::now();
        assert_eq!(listener.next().await.unwrap(), ": keep\n\n");
        assert!(begun.elapsed() <= Duration::from_secs(15), "{:?}", begun.elapsed());
    }
}

/// Listeners come and go at any time: each hears all that happens while it is there, once and in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_comes_while_others_leave_misses_nothing() {
    let (fake, hub) = (Fake::default(), hub());
    let writer = tokio::spawn({
        let (fake, hub) = (fake.clone(), hub.clone());
        async move {
            for _ in 0..3000 {
                hub.changed(ROOM, fake.happen(None));
                tokio::task::yield_now().await;
            }
        }
    });
    let readers = (0..8).map(|_| {
        let (fake, hub) = (fake.clone(), hub.clone());
        tokio::spawn(async move {
            let mut cursor = 0;
            while cursor < 3000 {
                let mut listener = fake.listener(&hub, Since::Event(cursor)).await;
                for _ in 0..1 + cursor % 50 {
                    if cursor == 3000 {
                        break;
                    }
                    assert_eq!(number(&mut listener).await, cursor + 1);
                    cursor += 1;
                }
            }
        })
    });
    for reader in readers.collect::<Vec<_>>() {
        reader.await.unwrap();
    }
    writer.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_is_silent_is_gone_and_those_who_listen_hear_it() {
    let (fake, hub) = (Fake::default(), hub());
    let mut listener = fake.listener(&hub, Since::Now).await;
    let who = Who::of(ROOM, SessionId(Uuid::from_u128(1)));
    let begun = Instant::now();
    for _ in 0..2 {
        hub.appear(ROOM, who, &BePresent::default()).unwrap();
    }
    assert_eq!(heard(&mut listener).await, Some(("presence".into(), None)));
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert!(hub.is_here(ROOM, who));
    assert_eq!(heard(&mut listener).await, Some(("presence".into(), None)));
    let silent = begun.elapsed();
    assert!((Duration::from_secs(30)..Duration::from_secs(32)).contains(&silent), "{silent:?}");
    assert!(!hub.is_here(ROOM, who) && hub.crowd(ROOM).is_empty());
}
