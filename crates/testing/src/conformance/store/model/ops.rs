//! What is done at random. A `u8` picks one of what there is by then, whatever it is.

use elizabeth_core::quota::HoldState;
use proptest::{collection::vec, option, prelude::*};

/// Some operations, and whether they are committed in the end.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) ops: Vec<Op>,
    pub(super) commit: bool,
}

/// Seconds are those of [`super::super::given::at`].
#[derive(Clone, Debug)]
pub(super) enum Op {
    AddRoom {
        name: u8,
        slug: u8,
        expire_at: Option<i64>,
    },
    ChangeRoom {
        room: u8,
        change: Change,
    },
    DeleteRoom {
        room: u8,
    },
    AddToken {
        room: u8,
        session: u8,
        owner: bool,
        expires_at: i64,
    },
    RevokeToken {
        token: u8,
        now: i64,
    },
    RevokeSession {
        room: u8,
        session: u8,
        now: i64,
    },
    RevokeSessionRefresh {
        room: u8,
        session: u8,
        now: i64,
    },
    RevokeGuests {
        room: u8,
        now: i64,
    },
    AddRefresh {
        room: u8,
        session: u8,
        owner: bool,
        expires_at: i64,
    },
    UseRefresh {
        token: u8,
        now: i64,
    },
    AddTicket {
        room: u8,
        content: Option<u8>,
        session: u8,
        owner: bool,
        max_uses: Option<u64>,
        expires_at: i64,
    },
    UseTicket {
        ticket: u8,
    },
    RevokeTicket {
        ticket: u8,
        now: i64,
    },
    Reserve {
        room: u8,
        size: u32,
        deadline: i64,
    },
    UpdateHold {
        reservation: u8,
        size: u32,
        deadline: i64,
        state: HoldState,
    },
    DeleteReservation {
        reservation: u8,
    },
    LapseSession {
        room: u8,
        session: u8,
        now: i64,
    },
    AddUpload {
        room: u8,
        session: u8,
        owner: bool,
        deadline: i64,
    },
    AddChunk {
        upload: u8,
        file: u32,
        index: u64,
        size: u8,
        hashed: bool,
    },
    SettleFile {
        upload: u8,
        file: u32,
    },
    Announce {
        reservation: u8,
        blobs: u8,
        until: i64,
    },
    Extend {
        reservation: u8,
        until: i64,
    },
    Retract {
        reservation: u8,
    },
    ExtendOne {
        blob: u8,
        until: i64,
    },
    RetractOne {
        blob: u8,
    },
    AddContent {
        room: u8,
        segments: Vec<(bool, u8)>,
        max_downloads: Option<u64>,
        expire_at: Option<i64>,
    },
    ChangeContent {
        content: u8,
        change: Rewrite,
        now: i64,
    },
    PutThumbnail {
        content: u8,
        size: u8,
    },
    DeleteContents {
        room: u8,
        contents: Vec<u8>,
    },
    Download {
        content: u8,
    },
    SweepReservations {
        now: i64,
    },
    SweepAnnouncements {
        now: i64,
    },
    SweepTokens {
        now: i64,
    },
    Record {
        room: u8,
        events: Vec<Option<u8>>,
        now: i64,
    },
    DeleteEvents {
        room: u8,
        up_to: u64,
    },
    Queue {
        blobs: u8,
    },
    Unqueue {
        blobs: Vec<u8>,
    },
    TakeLease {
        name: u8,
        holder: u8,
        now: i64,
        until: i64,
    },
    ReleaseLease {
        name: u8,
        holder: u8,
    },
}

/// What changes about a room.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) permission: Option<u8>,
    pub(super) slug: Option<u8>,
    pub(super) status: Option<u8>,
    pub(super) password: Option<Option<u8>>,
    pub(super) max_size: Option<u32>,
    pub(super) max_entries: Option<Option<u64>>,
    pub(super) entries: Option<u64>,
    pub(super) expire_at: Option<Option<i64>>,
    pub(super) owner_claimed: Option<bool>,
    pub(super) updated_at: Option<i64>,
}

/// What changes about a content.
#[derive(Clone, Debug)]
pub(super) struct Rewrite {
    pub(super) named: Option<bool>,
    pub(super) language: Option<Option<u8>>,
    pub(super) pinned: Option<bool>,
    pub(super) max_downloads: Option<Option<u64>>,
    pub(super) expire_at: Option<Option<i64>>,
    pub(super) segments: Option<Vec<(bool, u8)>>,
}

/// An instant about which the observations are made.
fn secs() -> std::ops::Range<i64> {
    0..20
}

/// Mostly nothing.
fn seldom<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    option::weighted(0.3, of)
}

fn change() -> impl Strategy<Value = Change> {
    let first = (
        seldom(0u8..16),
        seldom(0u8..6),
        seldom(0u8..3),
        seldom(option::of(any::<u8>())),
        seldom(any::<u32>()),
    );
    let second = (
        seldom(option::of(0u64..9)),
        seldom(0u64..9),
        seldom(option::of(secs())),
        seldom(any::<bool>()),
        seldom(secs()),
    );
    (first, second).prop_map(
        |(
            (permission, slug, status, password, max_size),
            (max_entries, entries, expire_at, owner_claimed, updated_at),
        )| Change {
            permission,
            slug,
            status,
            password,
            max_size,
            max_entries,
            entries,
            expire_at,
            owner_claimed,
            updated_at,
        },
    )
}

fn rewrite() -> impl Strategy<Value = Rewrite> {
    let members = (
        seldom(any::<bool>()),
        seldom(option::of(any::<u8>())),
        seldom(any::<bool>()),
        seldom(option::of(1u64..4)),
        seldom(option::of(secs())),
        option::of(segments()),
    );
    members.prop_map(|(named, language, pinned, max_downloads, expire_at, segments)| Rewrite {
        named,
        language,
        pinned,
        max_downloads,
        expire_at,
        segments,
    })
}

/// In a blob or not, and how many bytes.
fn segments() -> impl Strategy<Value = Vec<(bool, u8)>> {
    vec((any::<bool>(), 1u8..9), 0..4)
}

fn rooms_and_tokens() -> impl Strategy<Value = Op> {
    let (room, session, token) = (any::<u8>(), 0u8..3, any::<u8>());
    prop_oneof![
        4 => (0u8..6, 0u8..6, option::of(secs()))
            .prop_map(|(name, slug, expire_at)| Op::AddRoom { name, slug, expire_at }),
        3 => (room, change()).prop_map(|(room, change)| Op::ChangeRoom { room, change }),
        1 => room.prop_map(|room| Op::DeleteRoom { room }),
        3 => (room, session.clone(), any::<bool>(), secs())
            .prop_map(|(room, session, owner, expires_at)| Op::AddToken { room, session, owner, expires_at }),
        1 => (token, secs()).prop_map(|(token, now)| Op::RevokeToken { token, now }),
        1 => (room, session.clone(), secs())
            .prop_map(|(room, session, now)| Op::RevokeSession { room, session, now }),
        1 => (room, session.clone(), secs())
            .prop_map(|(room, session, now)| Op::RevokeSessionRefresh { room, session, now }),
        1 => (room, secs()).prop_map(|(room, now)| Op::RevokeGuests { room, now }),
        2 => (room, session, any::<bool>(), secs())
            .prop_map(|(room, session, owner, expires_at)| Op::AddRefresh { room, session, owner, expires_at }),
        1 => (token, secs()).prop_map(|(token, now)| Op::UseRefresh { token, now }),
    ]
}

fn tickets() -> impl Strategy<Value = Op> {
    let added = (any::<u8>(), option::of(any::<u8>()), 0u8..3, any::<bool>(), option::of(1u64..4), secs());
    prop_oneof![
        2 => added.prop_map(|(room, content, session, owner, max_uses, expires_at)| Op::AddTicket {
            room, content, session, owner, max_uses, expires_at
        }),
        3 => any::<u8>().prop_map(|ticket| Op::UseTicket { ticket }),
        1 => (any::<u8>(), secs()).prop_map(|(ticket, now)| Op::RevokeTicket { ticket, now }),
    ]
}

fn contents_and_holds() -> impl Strategy<Value = Op> {
    let (room, reservation, content) = (any::<u8>(), any::<u8>(), any::<u8>());
    prop_oneof![
        3 => (room, any::<u32>(), secs())
            .prop_map(|(room, size, deadline)| Op::Reserve { room, size, deadline }),
        2 => (reservation, any::<u32>(), secs(), hold_state()).prop_map(
            |(reservation, size, deadline, state)| Op::UpdateHold { reservation, size, deadline, state }
        ),
        1 => reservation.prop_map(|reservation| Op::DeleteReservation { reservation }),
        2 => (reservation, 0u8..4, secs())
            .prop_map(|(reservation, blobs, until)| Op::Announce { reservation, blobs, until }),
        1 => (reservation, secs()).prop_map(|(reservation, until)| Op::Extend { reservation, until }),
        1 => reservation.prop_map(|reservation| Op::Retract { reservation }),
        5 => (room, segments(), seldom(1u64..3), seldom(secs())).prop_map(
            |(room, segments, max_downloads, expire_at)| Op::AddContent {
                room, segments, max_downloads, expire_at
            }
        ),
        2 => (room, vec(content, 0..4))
            .prop_map(|(room, contents)| Op::DeleteContents { room, contents }),
        3 => (content, 1u8..9).prop_map(|(content, size)| Op::PutThumbnail { content, size }),
        3 => content.prop_map(|content| Op::Download { content }),
        3 => (content, rewrite(), secs())
            .prop_map(|(content, change, now)| Op::ChangeContent { content, change, now }),
    ]
}

fn hold_state() -> impl Strategy<Value = HoldState> {
    prop_oneof![Just(HoldState::Pending), Just(HoldState::Begun), Just(HoldState::Done)]
}

fn uploads() -> impl Strategy<Value = Op> {
    let (room, session, upload, blob) = (any::<u8>(), 0u8..3, any::<u8>(), any::<u8>());
    prop_oneof![
        2 => (room, session.clone(), any::<bool>(), secs())
            .prop_map(|(room, session, owner, deadline)| Op::AddUpload { room, session, owner, deadline }),
        6 => (upload, 0u32..3, 0u64..4, 1u8..9, any::<bool>()).prop_map(
            |(upload, file, index, size, hashed)| Op::AddChunk { upload, file, index, size, hashed }
        ),
        2 => (upload, 0u32..3).prop_map(|(upload, file)| Op::SettleFile { upload, file }),
        1 => (room, session, secs())
            .prop_map(|(room, session, now)| Op::LapseSession { room, session, now }),
        1 => (blob, secs()).prop_map(|(blob, until)| Op::ExtendOne { blob, until }),
        1 => blob.prop_map(|blob| Op::RetractOne { blob }),
    ]
}

fn events() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (any::<u8>(), vec(option::of(0u8..3), 1..4), secs())
            .prop_map(|(room, events, now)| Op::Record { room, events, now }),
        1 => (any::<u8>(), 0u64..6).prop_map(|(room, up_to)| Op::DeleteEvents { room, up_to }),
    ]
}

fn sweeps() -> impl Strategy<Value = Op> {
    prop_oneof![
        secs().prop_map(|now| Op::SweepReservations { now }),
        secs().prop_map(|now| Op::SweepAnnouncements { now }),
        secs().prop_map(|now| Op::SweepTokens { now }),
        (0u8..3).prop_map(|blobs| Op::Queue { blobs }),
        vec(any::<u8>(), 0..5).prop_map(|blobs| Op::Unqueue { blobs }),
        (0u8..2, 0u8..3, secs(), secs()).prop_map(|(name, holder, now, until)| Op::TakeLease {
            name,
            holder,
            now,
            until
        }),
        (0u8..2, 0u8..3).prop_map(|(name, holder)| Op::ReleaseLease { name, holder }),
    ]
}

/// Two rooms with something in each, so that there is something to operate on.
fn prelude() -> Transaction {
    let in_room = |room: u8| {
        let secs = i64::from(room);
        [
            Op::AddRoom { name: room, slug: room + 2, expire_at: Some(15 + secs) },
            Op::AddToken { room, session: 0, owner: true, expires_at: 20 },
            Op::AddToken { room, session: 1, owner: false, expires_at: 5 + secs },
            Op::AddRefresh { room, session: 1, owner: false, expires_at: 6 + secs },
            Op::Reserve { room, size: 100, deadline: 4 + secs },
            Op::AddUpload { room, session: 1, owner: false, deadline: 9 + secs },
            Op::AddChunk { upload: room, file: 0, index: 0, size: 5, hashed: true },
            Op::Announce { reservation: 2 * room, blobs: 2, until: 5 + secs },
            Op::AddContent {
                room,
                segments: vec![(true, 7), (false, 2)],
                max_downloads: Some(2),
                expire_at: Some(10 + secs),
            },
            Op::PutThumbnail { content: room, size: 4 },
            Op::AddTicket {
                room,
                content: Some(room),
                session: 1,
                owner: false,
                max_uses: Some(2),
                expires_at: 8 + secs,
            },
        ]
    };
    Transaction { ops: [in_room(0), in_room(1)].concat(), commit: true }
}

/// Behind [`prelude`] at most 40 operations in a few transactions, one in five of which is dropped.
pub(super) fn transactions() -> impl Strategy<Value = Vec<Transaction>> {
    let op = prop_oneof![
        4 => rooms_and_tokens(), 4 => contents_and_holds(), 3 => uploads(), 2 => tickets(), 2 => sweeps(), 2 => events()
    ];
    let transaction = (vec(op, 1..=8), prop::bool::weighted(0.8));
    let drawn = vec(transaction.prop_map(|(ops, commit)| Transaction { ops, commit }), 2..=5);
    drawn.prop_map(|drawn| std::iter::once(prelude()).chain(drawn).collect())
}
