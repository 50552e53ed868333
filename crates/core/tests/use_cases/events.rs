//! What happens in a room is recorded as it happens: what a list shows and the events since are always what a list shows
//! now.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use elizabeth_core::{
    Caller, Elizabeth, Error,
    change::{Edit, VersionPrecondition},
    change_set::ChangeSet,
    content::{Content, ContentKind, FileRequest},
    edits::{Editor, TextEdit, edited},
    event::{EVENTS_KEPT, EventRange, Happening, RoomEvent},
    id::{ContentId, RoomId, SessionId, UploadId},
    limits::{Limit, Limits},
    memory::MemoryBlobs,
    name::FileName,
    permission::Permission,
    policy::{PROGRESS_EVERY, Policy},
    ports::{ContentPage, RoomWatch, UploadRange},
    room::{Room, RoomSettings, RoomStatus},
    service::{About, TicketRequest, TokenRequest, UploadAccess},
    text::{LinkRequest, TextRequest},
    ticket::TicketPurpose,
    upload::{ChunkedUpload, Pieces, UploadFileRequest},
};
use elizabeth_testing::{CommitEnd, FaultyStore};
use futures::TryStreamExt;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    pieces::{CHUNK, by_room_token, chunk, chunked, complete, part, send, sha256},
    refused,
    support::{World, at, large, with_key},
};

const BOX: &str = "box";

/// What a room's watch heard.
#[derive(Default)]
struct Heard(Mutex<Vec<Call>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Changed(u64),
    Removed,
    Revoked,
}

impl Heard {
    fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl RoomWatch for Heard {
    fn changed(&self, _: RoomId, newest: u64) {
        self.0.lock().unwrap().push(Call::Changed(newest));
    }

    fn removed(&self, _: RoomId) {
        self.0.lock().unwrap().push(Call::Removed);
    }

    fn revoked(&self, _: RoomId) {
        self.0.lock().unwrap().push(Call::Revoked);
    }
}

/// What everybody sees of a room's settings.
fn settings(room: &Room) -> Room {
    Room {
        stored_size: 0,
        reserved_size: 0,
        contents: 0,
        rows_size: 0,
        event_seq: 0,
        entries: 0,
        owner_claimed: true,
        ..room.clone()
    }
}

/// A content as it is listed. Downloads that are not limited are counted later, and are no event.
fn listed(content: Content) -> Content {
    match content.max_downloads {
        Some(_) => content,
        None => Content { download_count: 0, ..content },
    }
}

/// What somebody has on screen who listed a room once and hears of what happens since.
struct Follower {
    visible: Option<SessionId>,
    seen: u64,
    room: Room,
    contents: BTreeMap<ContentId, Content>,
    uploads: BTreeMap<UploadId, ChunkedUpload>,
}

impl Follower {
    async fn begin(world: &World, visible: Option<SessionId>) -> Self {
        let (room, contents, uploads) = as_listed(world, visible).await.unwrap();
        Self { visible, seen: room.event_seq, room, contents, uploads }
    }

    /// Hears what happened since, as it is delivered: some at a time.
    async fn catch_up(&mut self, world: &World) -> Vec<RoomEvent> {
        let mut happened = Vec::new();
        loop {
            let part = world.app.room_events(self.room.id, self.seen, 3).await.unwrap();
            let Some(last) = part.last() else { return happened };
            let numbers: Vec<u64> = part.iter().map(|delivered| delivered.event.seq).collect();
            assert_eq!(numbers, (self.seen + 1..=last.event.seq).collect::<Vec<_>>(), "a gap");
            self.seen = last.event.seq;
            for delivered in part {
                if delivered.event.is_seen_by(self.visible) {
                    self.apply(&delivered.event, delivered.about);
                    happened.push(delivered.event);
                }
            }
        }
    }

    fn apply(&mut self, event: &RoomEvent, about: About) {
        match (&event.what, about) {
            (
                Happening::ContentCreated { id } | Happening::ContentUpdated { id },
                About::Content(content),
            ) => match content {
                Some(content) => drop(self.contents.insert(*id, listed(content))),
                None => drop(self.contents.remove(id)),
            },
            // A content that came along with an event before this one may have been edited already.
            (Happening::ContentEdited { id, from, to }, About::Edits(edits)) => {
                if let Some(content) = self.contents.get_mut(id).filter(|content| content.version == *from) {
                    let text = content.text.as_deref().unwrap();
                    let text = edited(text, &edits.unwrap()).unwrap();
                    (content.version, content.updated_at) = (*to, event.at);
                    (content.size, content.sha256) = (text.len() as u64, sha256(text.as_bytes()));
                    content.text = Some(text);
                }
            }
            (Happening::ContentDeleted { ids }, About::Nothing) => {
                self.contents.retain(|id, _| !ids.contains(id));
            }
            (
                Happening::UploadStarted { id } | Happening::UploadProgress { id, .. },
                About::Upload(upload),
            ) => match upload {
                Some(upload) => drop(self.uploads.insert(*id, upload)),
                None => drop(self.uploads.remove(id)),
            },
            (Happening::UploadEnded { id }, About::Nothing) => drop(self.uploads.remove(id)),
            (Happening::RoomUpdated, About::Room(Some(room))) => self.room = room,
            (what, about) => unreachable!("{what:?} about {about:?}"),
        }
    }

    /// What is on screen is what a list would show now. How far uploads have come is reported once in a while only.
    async fn check(&self, world: &World, context: &str) {
        let Some((room, contents, uploads)) = as_listed(world, self.visible).await else { return };
        assert_eq!(self.contents, contents, "{context}");
        let ids = |uploads: &BTreeMap<UploadId, ChunkedUpload>| uploads.keys().copied().collect::<Vec<_>>();
        assert_eq!(ids(&self.uploads), ids(&uploads), "{context}");
        for (id, upload) in &uploads {
            if upload.arrived() == upload.announced() || upload.arrived() == 0 {
                assert_eq!(self.uploads[id].arrived(), upload.arrived(), "{context}");
            }
        }
        assert_eq!(settings(&self.room), settings(&room), "{context}");
        assert_eq!(room.event_seq, self.seen, "{context}");
    }
}

type Listed = (Room, BTreeMap<ContentId, Content>, BTreeMap<UploadId, ChunkedUpload>);

/// The room `box` as a list shows it to somebody who sees only what one session added, or everything.
async fn as_listed(world: &World, sid: Option<SessionId>) -> Option<Listed> {
    let mut tx = world.store.read().await.unwrap();
    let now = world.app.now();
    let room = tx.access(&at(BOX), None, now).await.unwrap()?.room;
    let page = ContentPage { sid, ..ContentPage::default() };
    let contents = tx.contents(room.id, page).await.unwrap().into_iter();
    let uploads = tx.live_uploads(room.id, sid, UploadRange::default(), now).await.unwrap().into_iter();
    let contents = contents.map(|content| (content.id, listed(content))).collect();
    Some((room, contents, uploads.map(|upload| (upload.id, upload)).collect()))
}

/// A room with its owner, a guest, who hears of it, and who only sees what the guest added.
struct Stage {
    world: World,
    heard: Arc<Heard>,
    owner: String,
    key: SecretString,
    guest: String,
    guest_sid: SessionId,
    all: Follower,
    own: Follower,
}

impl Stage {
    async fn new() -> Self {
        let mut world = World::new();
        let heard = Arc::new(Heard::default());
        world.app = world.app.watched_by(heard.clone());
        let created = world.create(BOX, elizabeth_core::room::RoomOptions::default()).await.unwrap();
        let owner = world.enter(BOX).await.unwrap();
        let guest = world.enter(BOX).await.unwrap();
        let guest_sid = world.app.signed(&guest).unwrap().sid;
        let all = Follower::begin(&world, None).await;
        let own = Follower::begin(&world, Some(guest_sid)).await;
        Self { world, heard, owner, key: created.owner_key, guest, guest_sid, all, own }
    }

    fn app(&self) -> &Elizabeth {
        &self.world.app
    }

    /// What was recorded since the last time. It was reported after its commit, and whoever follows sees what is there.
    async fn happened(&mut self, context: &str) -> Vec<RoomEvent> {
        let happened = self.all.catch_up(&self.world).await;
        let own = self.own.catch_up(&self.world).await;
        assert!(
            own.iter().all(|event| event.sid.is_none() || event.sid == Some(self.guest_sid)),
            "{context}"
        );
        let expected: Vec<RoomEvent> =
            happened.iter().filter(|event| event.is_seen_by(Some(self.guest_sid))).cloned().collect();
        assert_eq!(own, expected, "{context}");
        self.all.check(&self.world, context).await;
        self.own.check(&self.world, context).await;
        let reported = self.heard.take().into_iter().filter_map(|call| match call {
            Call::Changed(newest) => Some(newest),
            Call::Removed | Call::Revoked => None,
        });
        assert_eq!(reported.max(), happened.last().map(|event| event.seq), "{context}");
        happened
    }

    /// The same by their words.
    async fn kinds(&mut self, context: &str) -> Vec<&'static str> {
        self.happened(context).await.iter().map(|event| event.what.kind()).collect()
    }

    async fn limited(&self, downloads: u64) -> Content {
        let request = TextRequest::new("few").max_downloads(Some(downloads));
        self.app().add_text(&at(BOX), &Caller::token(&self.owner), request).await.unwrap()
    }
}

/// Of every use case that changes what lists show.
#[tokio::test]
async fn every_change_is_an_event() {
    let mut stage = Stage::new().await;
    let (owner, guest) = (Caller::token(&stage.owner), Caller::token(&stage.guest));
    assert_eq!(stage.kinds("entries").await, [""; 0]);
    let app = stage.app().clone();
    let room = at(BOX);

    let text = app.add_text(&room, &owner, TextRequest::new("one")).await.unwrap();
    assert_eq!(stage.kinds("text").await, ["content.created"]);
    app.add_link(&room, &guest, LinkRequest::new("https://a.example")).await.unwrap();
    assert_eq!(stage.kinds("link").await, ["content.created"]);
    let whole = stage.world.upload(BOX, &stage.guest, "a", large(20_000)).await.unwrap().contents[0].clone();
    assert_eq!(stage.kinds("whole upload").await, ["content.created"]);
    let two = ["b", "c"].map(|name| FileRequest::new(name, 2));
    let prepared = app.prepare(&room, &owner, two.to_vec()).await.unwrap().reservation_id;
    assert_eq!(stage.kinds("reservation").await, [""; 0]);
    let bytes = Bytes::from_static(b"ab");
    let files = ["b", "c"].map(|name| (name.to_owned(), bytes.clone())).to_vec();
    app.upload_whole(&room, &owner, prepared, files).await.unwrap();
    assert_eq!(stage.kinds("upload of what has arrived").await, ["content.created", "content.created"]);
    app.store_file(&room, &owner, FileRequest::new("d", 0), bytes).await.unwrap();
    assert_eq!(stage.kinds("small file").await, ["content.created"]);
    app.store_file(&room, &owner, FileRequest::new("e", 0), large(20_000)).await.unwrap();
    assert_eq!(stage.kinds("large file").await, ["content.created"]);
    let mut growing = app.begin_file(&room, &guest, FileRequest::new("f", 0), true).await.unwrap();
    growing.start_file("f").await.unwrap();
    growing.write(large(20_000)).await.unwrap();
    growing.finish_file().await.unwrap();
    growing.commit().await.unwrap();
    assert_eq!(stage.kinds("file of unknown length").await, ["content.created"]);
    let (_, upload) = stage.world.begin(BOX, &stage.owner, FileRequest::new("g", 9)).await;
    upload.abort().await;
    assert_eq!(stage.kinds("an upload that comes to nothing").await, [""; 0]);

    let any = || Some(VersionPrecondition::Any);
    let edit = Edit::default().text(Some("two".into()));
    app.change_content(&room, &owner, text.id, any(), edit).await.unwrap();
    assert_eq!(stage.kinds("change").await, ["content.edited", "content.updated"]);
    let at_once = |version, inserted: &str| {
        let mut change = ChangeSet::identity(3).unwrap();
        change.replace(0, inserted).unwrap();
        let edit = TextEdit { editor: Editor::parse("me").unwrap(), change };
        app.edit_text(&room, &guest, text.id, version, vec![edit])
    };
    assert_eq!(at_once(2, "!").await.unwrap(), 3);
    assert_eq!(stage.kinds("edit").await, ["content.edited"]);
    refused!(at_once(2, "?").await, Error::VersionBehind(since) if (since.from, since.to) == (2, 3));
    refused!(at_once(9, "?").await, Error::EditsGone);
    assert_eq!(stage.kinds("edits that are refused").await, [""; 0]);
    let long = app.add_text(&room, &owner, TextRequest::new("abc")).await.unwrap();
    let mut change = ChangeSet::identity(3).unwrap();
    change.replace(0, &"x".repeat(300 << 10)).unwrap();
    let edit = TextEdit { editor: Editor::parse("me").unwrap(), change };
    app.edit_text(&room, &owner, long.id, 1, vec![edit]).await.unwrap();
    let expected = ["content.created", "content.updated"];
    assert_eq!(stage.kinds("an edit that is too large to be kept").await, expected);
    app.delete_contents(&room, &owner, vec![long.id]).await.unwrap();
    assert_eq!(stage.kinds("its end").await, ["content.deleted"]);
    let pin = Edit::default().pinned(Some(true));
    app.change_content(&room, &owner, text.id, any(), pin).await.unwrap();
    assert_eq!(stage.kinds("pin").await, ["content.updated"]);
    refused!(
        app.change_content(
            &room,
            &owner,
            text.id,
            Some(VersionPrecondition::Versions(vec![1])),
            Edit::default()
        )
        .await,
        Error::PreconditionFailed(_)
    );
    assert_eq!(stage.kinds("a change that is refused").await, [""; 0]);

    let limited = stage.limited(2).await;
    assert_eq!(stage.kinds("text with few downloads").await, ["content.created"]);
    assert!(stage.world.read(BOX, &stage.guest, limited.id).await.is_ok());
    assert_eq!(stage.kinds("download").await, ["content.updated"]);
    let ticket = app.create_ticket(&room, &owner, TicketRequest::new(TicketPurpose::Download(limited.id)));
    let ticket = ticket.await.unwrap();
    assert_eq!(stage.kinds("ticket").await, [""; 0]);
    let readable = app.readable_by_ticket(&room, ticket.secret.expose_secret(), limited.id).await.unwrap();
    readable.open(None).await.unwrap().try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(stage.kinds("last download, by a ticket").await, ["content.updated"]);
    assert!(stage.world.read(BOX, &stage.guest, whole.id).await.is_ok());
    app.flush_downloads().await.unwrap();
    assert_eq!(stage.kinds("download without a limit").await, [""; 0]);
    app.gc(false).await.unwrap();
    assert_eq!(stage.kinds("out of downloads").await, ["content.deleted"]);

    app.delete_file(&room, &owner, FileName::parse("d").unwrap()).await.unwrap();
    assert_eq!(stage.kinds("deletion by name").await, ["content.deleted"]);
    app.delete_contents(&room, &owner, vec![text.id, whole.id]).await.unwrap();
    let happened = stage.happened("deletion of contents of two sessions").await;
    let deleted = |ids: &[ContentId]| Happening::ContentDeleted { ids: ids.to_vec() };
    let mut what: Vec<_> = happened.into_iter().map(|event| (event.sid, event.what)).collect();
    what.sort_by_key(|(sid, _)| *sid == Some(stage.guest_sid));
    assert_eq!(what, [(Some(text.sid), deleted(&[text.id])), (Some(stage.guest_sid), deleted(&[whole.id]))]);

    let (moved, stay) = (Permission::VIEW | Permission::EDIT, Permission::all());
    let secret = app.set_permission(&room, &owner, moved).await.unwrap().slug;
    assert_eq!(stage.kinds("private address").await, ["room.updated"]);
    app.set_permission(&at(&secret), &owner, stay).await.unwrap();
    assert_eq!(stage.kinds("permission").await, ["room.updated"]);
    let locked = RoomSettings::default().status(Some(Some(RoomStatus::Locked)));
    app.change_settings(&room, &owner, locked).await.unwrap();
    assert_eq!(stage.kinds("settings").await, ["room.updated"]);
}

/// Of uploads in pieces: they start, come on, and end once, in whichever way.
#[tokio::test]
async fn uploads_in_pieces_start_and_end_once() {
    let mut stage = Stage::new().await;
    let app = stage.app().clone();
    let (room, guest) = (at(BOX), Caller::token(&stage.guest));
    let started = ["upload.started"];
    let bytes = large(2 * CHUNK + 5);

    let (prepared, access) = stage.world.chunked_upload(&stage.guest, bytes.len()).await;
    assert_eq!(stage.kinds("announced").await, started);
    send(&app, &access, chunk(0), part(&bytes, 0)).await.unwrap();
    assert_eq!(stage.kinds("first chunk").await, ["upload.progress"]);
    send(&app, &access, chunk(1), part(&bytes, 1)).await.unwrap();
    assert_eq!(stage.kinds("at once").await, [""; 0]);
    send(&app, &access, chunk(2), part(&bytes, 2)).await.unwrap();
    assert_eq!(stage.kinds("last chunk").await, ["upload.progress"]);
    complete(&app, &access, &bytes).await.unwrap();
    assert_eq!(stage.kinds("complete").await, ["upload.ended", "content.created"]);
    complete(&app, &access, &bytes).await.unwrap();
    app.abandon_upload(&room, &access).await.unwrap();
    assert_eq!(stage.kinds("complete already").await, [""; 0]);
    assert!(prepared.upload.announced() > 0);

    let (_, access) = stage.world.chunked_upload(&stage.guest, bytes.len()).await;
    app.abandon_upload(&room, &access).await.unwrap();
    assert_eq!(stage.kinds("given up").await, ["upload.started", "upload.ended"]);

    let empty = app.create_upload(&room, &guest, FileRequest::new("empty", 0)).await.unwrap();
    assert_eq!(stage.kinds("empty").await, ["upload.started", "upload.ended", "content.created"]);
    assert_eq!(empty.announced(), 0);
    let appended = app.create_upload(&room, &guest, FileRequest::new("t", 5)).await.unwrap();
    let access = by_room_token(&stage.guest, &appended);
    for (offset, piece) in [(0, "ab"), (2, "cde")] {
        let mut append = app.begin_append(&room, &access, offset, false).await.unwrap();
        append.write(Bytes::from(piece)).await.unwrap();
        append.finish().await.unwrap();
    }
    let expected = ["upload.started", "upload.progress", "upload.ended", "content.created"];
    assert_eq!(stage.kinds("appended").await, expected);

    let mut parts = Vec::new();
    for bytes in ["ab", "c"] {
        let file = FileRequest::new("part", bytes.len() as u64);
        let file = UploadFileRequest::new(file, Pieces::Appended { part: true, note: None });
        let part = app.create_upload(&room, &guest, file).await.unwrap();
        let access = by_room_token(&stage.guest, &part);
        let mut append = app.begin_append(&room, &access, 0, false).await.unwrap();
        append.write(Bytes::from(bytes)).await.unwrap();
        append.finish().await.unwrap();
        parts.push(part.id);
    }
    assert_eq!(stage.kinds("parts").await, ["upload.started", "upload.progress"].repeat(2));
    app.join_uploads(&room, &guest, &parts, FileRequest::new("joined", 0)).await.unwrap();
    assert_eq!(stage.kinds("joined").await, ["content.created", "upload.ended", "upload.ended"]);

    // In silence.
    stage.world.chunked_upload(&stage.guest, 9).await;
    assert_eq!(stage.kinds("announced again").await, started);
    stage.world.wait(120);
    app.gc(false).await.unwrap();
    assert_eq!(stage.kinds("silent").await, ["upload.ended"]);

    // By force, and no second time when the rows go.
    let guest_token = app.signed(&stage.guest).unwrap().jti;
    stage.world.chunked_upload(&stage.guest, 9).await;
    app.revoke_token(&room, &Caller::token(&stage.owner), guest_token).await.unwrap();
    assert!(stage.heard.0.lock().unwrap().contains(&Call::Revoked));
    assert_eq!(stage.kinds("session ended").await, ["upload.started", "upload.ended"]);
    let next = stage.world.enter(BOX).await.unwrap();
    stage.world.chunked_upload(&next, 9).await;
    stage.world.chunked_upload(&stage.owner, 9).await;
    let password = RoomSettings::default().password(Some(Some("new".into())));
    app.change_settings(&room, &Caller::token(&stage.owner), password).await.unwrap();
    let expected = ["upload.started", "upload.started", "room.updated", "upload.ended"];
    assert_eq!(stage.kinds("guests thrown out").await, expected);
    stage.world.wait(120);
    app.gc(false).await.unwrap();
    assert_eq!(stage.kinds("the owner's was silent").await, ["upload.ended"]);
    app.gc(false).await.unwrap();
    assert_eq!(stage.kinds("swept").await, [""; 0]);
}

/// However fast its chunks come.
#[tokio::test]
async fn progress_is_reported_once_in_a_while() {
    let mut stage = Stage::new().await;
    let bytes = large(40 * CHUNK);
    let (_, access) = stage.world.chunked_upload(&stage.guest, bytes.len()).await;
    for index in 0..40 {
        send(stage.app(), &access, chunk(index), part(&bytes, index)).await.unwrap();
        stage.world.wait(1);
    }
    let happened = stage.happened("forty seconds").await;
    let progress: Vec<u64> = happened
        .iter()
        .filter_map(|event| match event.what {
            Happening::UploadProgress { uploaded, .. } => Some(uploaded),
            _ => None,
        })
        .collect();
    let most = 2 + 40 / PROGRESS_EVERY.as_secs() as usize + 1;
    assert!((5..=most).contains(&progress.len()), "{progress:?}");
    assert!(progress.is_sorted());
    assert_eq!((progress[0], progress[progress.len() - 1]), (CHUNK as u64, bytes.len() as u64));
}

/// The end of a room is no event: it takes them along.
#[tokio::test]
async fn a_room_that_goes_is_reported() {
    let stage = Stage::new().await;
    let id = stage.all.room.id;
    assert_eq!(stage.app().event_ranges(&[id]).await.unwrap()[&id], EventRange { oldest: 1, newest: 0 });
    stage.heard.take();
    stage.app().delete_room(&at(BOX), &Caller::token(&stage.owner)).await.unwrap();
    assert_eq!(stage.heard.take(), [Call::Removed]);
    assert!(stage.app().event_ranges(&[id]).await.unwrap().is_empty());
    let again = stage.world.room(BOX).await;
    stage.world.wait(8 * 24 * 60 * 60);
    stage.app().gc(false).await.unwrap();
    assert_eq!(stage.heard.take(), [Call::Removed]);
    refused!(stage.app().listen(&at(BOX), &Caller::token(&again)).await, Error::RoomNotFound);
}

/// What was undone, or is not known to have taken place, is not reported; what collided is, once.
#[tokio::test]
async fn what_was_not_committed_is_no_event() {
    let (store, blobs) = (FaultyStore::new(|_| CommitEnd::Committed), MemoryBlobs::default());
    let ports = (Arc::new(store.clone()), Arc::new(blobs.clone()));
    let mut world = World::over(blobs, ports.0, ports.1, Policy::default());
    let heard = Arc::new(Heard::default());
    world.app = world.app.watched_by(heard.clone());
    let token = world.room(BOX).await;
    let add = async || world.app.add_text(&at(BOX), &Caller::token(&token), TextRequest::new("a")).await;
    store.end_next(1..3, CommitEnd::Collided);
    add().await.unwrap();
    assert_eq!(heard.take(), [Call::Changed(1)]);
    store.end_next(1..2, CommitEnd::Lost);
    assert!(add().await.is_err());
    store.end_next(1..2, CommitEnd::Unheard);
    assert!(add().await.is_err());
    assert_eq!(heard.take(), []);
    add().await.unwrap();
    assert_eq!(heard.take(), [Call::Changed(3)]);
    let mut follower = Follower::begin(&world, None).await;
    follower.seen = 0;
    follower.contents.clear();
    follower.catch_up(&world).await;
    follower.check(&world, "three contents").await;
}

/// From where nothing is missing, and else anew.
#[tokio::test]
async fn events_are_replayed_or_the_list_begins_anew() {
    let stage = Stage::new().await;
    let (app, owner) = (stage.app(), Caller::token(&stage.owner));
    let only_add = stage.world.issue(
        BOX,
        TokenRequest::default().ticket(Some({
            let drop_box = TicketPurpose::Enter(Some(Permission::EDIT));
            app.create_ticket(&at(BOX), &owner, TicketRequest::new(drop_box)).await.unwrap().secret
        })),
    );
    let only_add = only_add.await.unwrap();
    for (n, token) in [&stage.owner, &only_add, &stage.guest].into_iter().cycle().take(9).enumerate() {
        let text = TextRequest::new(n.to_string());
        app.add_text(&at(BOX), &Caller::token(token), text).await.unwrap();
    }
    let since = async |token: &str, after, limit| {
        let part = app.events_since(&at(BOX), &Caller::token(token), after, limit).await.unwrap();
        let numbers: Vec<u64> = part.events.iter().map(|delivered| delivered.event.seq).collect();
        (part.reset, numbers, part.through)
    };
    assert_eq!(since(&stage.guest, Some(5), 100).await, (false, vec![6, 7, 8, 9], 9));
    assert_eq!(since(&stage.guest, Some(0), 2).await, (false, vec![1, 2], 2));
    assert_eq!(since(&stage.guest, Some(9), 100).await, (false, vec![], 9));
    assert_eq!(since(&stage.guest, None, 100).await, (false, vec![], 9));
    // A number that the room has not come to yet.
    assert_eq!(since(&stage.guest, Some(10), 100).await, (true, vec![], 9));
    // Who only adds sees what the own session added; it goes on behind what it does not see.
    assert_eq!(since(&only_add, Some(0), 100).await, (false, vec![2, 5, 8], 9));
    assert_eq!(since(&only_add, Some(0), 4).await, (false, vec![2], 4));
    let mut tx = stage.world.store.begin().await.unwrap();
    tx.delete_events(stage.all.room.id, 4).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(since(&stage.guest, Some(4), 100).await.1, [5, 6, 7, 8, 9]);
    assert_eq!(since(&stage.guest, Some(3), 100).await, (true, vec![], 9));
    refused!(app.events_since(&at(BOX), &Caller::Nobody, None, 9).await, Error::Unauthorized(_));
}

/// Long texts come in several parts, and one that is gone comes without what it said.
#[tokio::test]
async fn texts_come_along_half_a_mebibyte_at_a_time() {
    let stage = Stage::new().await;
    let (app, owner) = (stage.app(), Caller::token(&stage.owner));
    let mut ids = Vec::new();
    for _ in 0..20 {
        let text = TextRequest::new("x".repeat(64 << 10));
        ids.push(app.add_text(&at(BOX), &owner, text).await.unwrap().id);
    }
    app.delete_contents(&at(BOX), &owner, vec![ids[0]]).await.unwrap();
    let room = stage.all.room.id;
    let (mut after, mut parts) = (0, Vec::new());
    loop {
        let part = app.room_events(room, after, 100).await.unwrap();
        let Some(last) = part.last() else { break };
        after = last.event.seq;
        parts.push(part);
    }
    assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [9, 8, 4]);
    assert_eq!(parts[0][0].about, About::Content(None));
    match &parts[0][1].about {
        About::Content(Some(content)) => assert_eq!(content.text.as_deref().map(str::len), Some(64 << 10)),
        about => unreachable!("{about:?}"),
    }
}

/// The newest, and those of the last day, as many as the limit says.
#[tokio::test]
async fn old_events_are_swept() {
    let limits = Limits::default().with(Limit::RoomEvents, 2_500);
    let world = World::with_policy(Policy::default().limits(limits));
    let token = world.room(BOX).await;
    let room = world.app.room(&at(BOX), &Caller::token(&token)).await.unwrap().id;
    let record = async |count: usize| {
        let mut tx = world.store.begin().await.unwrap();
        let happened = vec![(None, Happening::RoomUpdated); count];
        tx.record(room, &happened, world.app.now()).await.unwrap();
        tx.commit().await.unwrap();
    };
    let range = async || world.app.event_ranges(&[room]).await.unwrap()[&room];
    record(1_200).await;
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_events, 0);
    world.wait(12 * 60 * 60);
    record(100).await;
    world.wait(12 * 60 * 60);
    assert_eq!(world.app.gc(true).await.unwrap().cleaned_events, 300);
    assert_eq!(range().await, EventRange { oldest: 1, newest: 1_300 });
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_events, 300);
    assert_eq!(range().await, EventRange { oldest: 301, newest: 1_300 });
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_events, 0);
    // Ever so young.
    record(5_000).await;
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_events, 3_500);
    assert_eq!(range().await, EventRange { oldest: 3_801, newest: 6_300 });
    world.wait(24 * 60 * 60);
    world.app.gc(false).await.unwrap();
    assert_eq!(range().await, EventRange { oldest: 6_301 - EVENTS_KEPT, newest: 6_300 });
}

/// A small generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % count.max(1) as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len())).cloned()
    }
}

/// How many different things [`act`] does.
const ACTS: usize = 18;

/// Does one thing at random; what is refused changes nothing. Says which, and whether it was done.
async fn act(stage: &mut Stage, dice: &mut Dice) -> (usize, Result<(), String>) {
    let app = stage.app().clone();
    let token = if dice.below(2) == 0 { stage.owner.clone() } else { stage.guest.clone() };
    let caller = Caller::token(&token);
    let room = at(&stage.all.room.slug);
    let contents: Vec<ContentId> = stage.all.contents.keys().copied().collect();
    let texts = stage.all.contents.values().filter(|content| content.kind == ContentKind::Text);
    let texts: Vec<Content> = texts.filter(|content| content.text.is_some()).cloned().collect();
    let uploads: Vec<ChunkedUpload> = stage.all.uploads.values().cloned().collect();
    let soon = app.now().saturating_add(std::time::Duration::from_secs(100));
    let choice = dice.below(ACTS);
    let done: Result<(), Error> = match choice {
        0 => {
            let limited = (dice.below(2) == 0).then_some(1 + dice.below(2) as u64);
            let ends = (dice.below(4) == 0).then_some(soon);
            let text = TextRequest::new("text").max_downloads(limited).expire_at(ends);
            app.add_text(&room, &caller, text).await.map(drop)
        }
        1 => app.add_link(&room, &caller, LinkRequest::new("https://a.example")).await.map(drop),
        2 => {
            let bytes = large(if dice.below(2) == 0 { 9 } else { 9_000 });
            app.store_file(&room, &caller, FileRequest::new("f", 0), bytes).await.map(drop)
        }
        3 => match dice.one_of(&contents) {
            Some(id) => {
                let edit = match dice.below(3) {
                    0 => Edit::default().text(Some(format!("text {}", dice.below(9)))),
                    1 => Edit::default().pinned(Some(dice.below(2) == 0)),
                    _ => Edit::default().max_downloads(Some(Some(3))),
                };
                app.change_content(&room, &caller, id, Some(VersionPrecondition::Any), edit).await.map(drop)
            }
            None => Err(Error::RoomNotFound),
        },
        4 => {
            let some = (0..1 + dice.below(3)).filter_map(|_| dice.one_of(&contents)).collect();
            app.delete_contents(&room, &caller, some).await.map(drop)
        }
        5 => app.delete_file(&room, &caller, FileName::parse("f").unwrap()).await.map(drop),
        6 => match dice.one_of(&contents) {
            Some(id) => match app.readable(&room, &caller, id).await {
                Ok(readable) => readable.open(None).await.map(drop),
                Err(error) => Err(error),
            },
            None => Err(Error::RoomNotFound),
        },
        7 => {
            let files = vec![chunked("u", CHUNK + dice.below(2) * CHUNK)];
            app.prepare_upload(&room, &caller, files).await.map(drop)
        }
        8 | 9 => match dice.one_of(&uploads) {
            Some(upload) => {
                let access = by_room_token(&token, &upload);
                let index = dice.below(2) as u64;
                let bytes = large(upload.announced() as usize);
                if index as usize * CHUNK < bytes.len() {
                    send_into(&app, &room, &access, index, part(&bytes, index)).await
                } else {
                    Err(Error::RoomNotFound)
                }
            }
            None => Err(Error::RoomNotFound),
        },
        10 => match dice.one_of(&uploads) {
            Some(upload) => {
                let access = by_room_token(&token, &upload);
                let bytes = large(upload.announced() as usize);
                for index in 0..bytes.len().div_ceil(CHUNK) as u64 {
                    // Whatever keeps it out is reported by what follows.
                    drop(send_into(&app, &room, &access, index, part(&bytes, index)).await);
                }
                app.complete_upload(&room, &access, 0, Some(sha256(&bytes))).await.map(drop)
            }
            None => Err(Error::RoomNotFound),
        },
        11 => match dice.one_of(&uploads) {
            Some(upload) => app.abandon_upload(&room, &by_room_token(&token, &upload)).await.map(drop),
            None => Err(Error::RoomNotFound),
        },
        12 => {
            let some = Permission::from_bits_truncate(dice.below(16) as u8);
            let permission = if dice.below(2) == 0 { some } else { Permission::all() };
            app.set_permission(&room, &caller, permission).await.map(drop)
        }
        13 => {
            stage.world.wait([1, 7, 60, 130][dice.below(4)]);
            app.gc(false).await.map(drop)
        }
        14 => {
            let password = (dice.below(3) > 0).then(|| "secret".into());
            let settings = RoomSettings::default().password(Some(password));
            app.change_settings(&room, &caller, settings).await.map(drop)
        }
        15 => match app.signed(&stage.guest).map(|claims| claims.jti) {
            Some(jti) => app.revoke_token(&room, &Caller::token(&stage.owner), jti).await,
            None => Err(Error::RoomNotFound),
        },
        16 => match dice.one_of(&texts) {
            Some(Content { id, version, text: Some(text), .. }) => {
                let change = ChangeSet::between(&text, &format!("{text}{}", dice.below(9))).unwrap();
                let edit = TextEdit { editor: Editor::parse("me").unwrap(), change };
                app.edit_text(&room, &caller, id, version, vec![edit]).await.map(drop)
            }
            Some(_) | None => Err(Error::RoomNotFound),
        },
        _ => app.logout(&token).await,
    };
    let outcome = (choice, done.map_err(|error| error.to_string()));
    // Whose session has ended comes again.
    let room = at(&as_listed(&stage.world, None).await.unwrap().0.slug);
    if app.listen(&room, &Caller::token(&stage.owner)).await.is_err() {
        let issued = app.issue_token(&room, with_key(&stage.key)).await.unwrap();
        stage.owner = issued.token.expose_secret().to_owned();
    }
    if app.listen(&room, &Caller::token(&stage.guest)).await.is_err() {
        let invited = TicketRequest::new(TicketPurpose::Enter(None));
        let invited = app.create_ticket(&room, &Caller::token(&stage.owner), invited).await.unwrap();
        let request = TokenRequest::default().ticket(Some(invited.secret));
        stage.guest = app.issue_token(&room, request).await.unwrap().token.expose_secret().to_owned();
    }
    outcome
}

async fn send_into(
    app: &Elizabeth,
    room: &elizabeth_core::name::RoomRef,
    access: &UploadAccess,
    index: u64,
    bytes: Bytes,
) -> Result<(), Error> {
    match app.begin_chunk(room, access, chunk(index)).await? {
        elizabeth_core::service::BegunChunk::Stored(_) => Ok(()),
        elizabeth_core::service::BegunChunk::Writing(mut writer) => {
            writer.write(bytes).await?;
            writer.finish().await.map(drop)
        }
    }
}

/// After each of many things at random, whoever has listed the room once, or is shown what one session added, and hears the
/// events since sees what a new list would show: no change is without its event.
#[tokio::test]
async fn what_was_listed_and_the_events_since_are_what_there_is() {
    let mut done = [0; ACTS];
    for seed in 1..=60_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut stage = Stage::new().await;
        let mut acts = Vec::new();
        for _ in 0..40 {
            let (choice, outcome) = act(&mut stage, &mut dice).await;
            done[choice] += u64::from(outcome.is_ok());
            acts.push((choice, outcome));
            stage.happened(&format!("seed {seed}: {acts:#?}")).await;
        }
    }
    // Each of them not only in vain.
    assert!(done.iter().all(|&done| done >= 10), "{done:?}");
}
