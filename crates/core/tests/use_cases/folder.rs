//! A room as a folder: files in one call, of known and unknown length, by people who only visit.

use bytes::Bytes;
use elizabeth_core::{
    Caller, Elizabeth, Error, Unauthorized,
    content::FileRequest,
    name::{FileName, RoomName},
    permission::Permission,
    policy::Policy,
    room::{RoomOptions, RoomSettings, RoomStatus},
    service::{TokenRequest, Upload, Uploaded, VisitRequest},
};
use futures::TryStreamExt;

use crate::{
    refused,
    support::{World, at, large, with_key, with_password},
};

const MIB: u64 = 1 << 20;

/// Begins a file of unknown length.
async fn begin(app: &Elizabeth, caller: &Caller) -> elizabeth_core::Result<Upload> {
    let mut upload = app.begin_file(&at("box"), caller, FileRequest::new("log.txt", 77), true).await?;
    upload.start_file("log.txt").await?;
    Ok(upload)
}

/// Sends a file of unknown length in these pieces.
async fn pipe(app: &Elizabeth, caller: &Caller, pieces: &[Bytes]) -> elizabeth_core::Result<Uploaded> {
    let mut upload = begin(app, caller).await?;
    for piece in pieces {
        if let Err(error) = upload.write(piece.clone()).await {
            upload.abort().await;
            return Err(error);
        }
    }
    upload.finish_file().await?;
    upload.commit().await
}

fn name(text: &str) -> FileName {
    FileName::parse(text).unwrap()
}

async fn read(app: &Elizabeth, caller: &Caller, file: &str) -> elizabeth_core::Result<Vec<u8>> {
    let readable = app.readable_file(&at("box"), caller, name(file)).await?;
    let pieces: Vec<Bytes> = readable.open(None).await?.try_collect().await?;
    Ok(pieces.concat())
}

/// A world with a room of so many bytes, and its owner's token.
async fn room_of(size: u64) -> (World, String) {
    let world = World::new();
    world.create("box", RoomOptions::default().max_size(Some(size))).await.unwrap();
    let token = world.enter("box").await.unwrap();
    (world, token)
}

#[tokio::test]
async fn a_file_of_every_size_is_stored_in_one_call() {
    let (world, token) = room_of(64 * MIB).await;
    let inline_max = usize::try_from(world.app.policy().inline_max).unwrap();
    let mut total = 0;
    for len in [0, 1, inline_max, inline_max + 1, 300_000] {
        let file = FileRequest::new("a/b.txt", 3);
        let whole = world.app.store_file(&at("box"), &Caller::token(&token), file, large(len)).await.unwrap();
        let file = FileRequest::new("a/b.txt", len as u64);
        let mut upload = world.app.begin_file(&at("box"), &Caller::token(&token), file, false).await.unwrap();
        upload.start_file("a/b.txt").await.unwrap();
        upload.write(large(len)).await.unwrap();
        upload.finish_file().await.unwrap();
        let streamed = upload.commit().await.unwrap();
        let piped = pipe(&world.app, &Caller::token(&token), &[large(len)]).await.unwrap();
        for uploaded in [whole, streamed, piped] {
            total += len as u64;
            let content = &uploaded.contents[0];
            assert_eq!((content.size, content.mime_type.as_str()), (len as u64, "text/plain"));
            assert_eq!(uploaded.current_size, total, "{len}");
            assert_eq!(world.read("box", &token, content.id).await.unwrap(), large(len));
        }
        assert_eq!(world.current_size("box", &token).await, total);
    }
    assert_eq!(world.blobs.len(), 6, "small files are kept inline");
    assert_eq!(world.app.counts().await.unwrap().stored_size, total);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 0);
}

#[tokio::test]
async fn one_that_does_not_fit_keeps_nothing() {
    let (world, token) = room_of(20_000).await;
    let store = async |len: usize| {
        world.app.store_file(&at("box"), &Caller::token(&token), FileRequest::new("a", 0), large(len)).await
    };
    refused!(store(20_001).await, Error::RoomFull(full) if full.requested == 20_001 && full.remaining == 20_000);
    store(15_000).await.unwrap();
    refused!(store(5_001).await, Error::RoomFull(_));
    let begun =
        world.app.begin_file(&at("box"), &Caller::token(&token), FileRequest::new("a", 5_001), false).await;
    refused!(begun, Error::RoomFull(_));
    assert_eq!((world.current_size("box", &token).await, world.blobs.len()), (15_000, 1));
    store(5_000).await.unwrap();
    store(0).await.unwrap();
}

#[tokio::test]
async fn space_for_a_pipe_is_taken_in_steps_and_given_back() {
    let (world, token) = room_of(100 * MIB).await;
    let piece = Bytes::from(vec![7; MIB as usize]);
    let mut upload = begin(&world.app, &Caller::token(&token)).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..100 {
        upload.write(piece.clone()).await.unwrap();
        held.push(world.current_size("box", &token).await / MIB);
    }
    assert!(held.iter().zip(1..).all(|(held, arrived)| *held >= arrived));
    held.dedup();
    assert_eq!(held, [8, 16, 32, 64, 100]);
    // Not one byte more: and what was taken is there again.
    refused!(
        upload.write(Bytes::from_static(b"x")).await,
        Error::RoomFull(full) if full.requested == 100 * MIB + 1 && full.remaining == 100 * MIB
    );
    upload.abort().await;
    assert_eq!((world.current_size("box", &token).await, world.blobs.len()), (0, 0));

    let uploaded = pipe(&world.app, &Caller::token(&token), &vec![piece; 20]).await.unwrap();
    assert_eq!((uploaded.contents[0].size, uploaded.current_size), (20 * MIB, 20 * MIB));
    assert_eq!(world.current_size("box", &token).await, 20 * MIB);
}

/// What two pipes get together is never more than there is; what one gives up the other may have.
#[tokio::test]
async fn pipes_share_a_room() {
    let (world, token) = room_of(30 * MIB).await;
    let mut first = begin(&world.app, &Caller::token(&token)).await.unwrap();
    let mut second = begin(&world.app, &Caller::token(&token)).await.unwrap();
    let piece = || Bytes::from(vec![1; MIB as usize]);
    let mut arrived = 0;
    let refusal = loop {
        first.write(piece()).await.unwrap();
        arrived += 1;
        assert!(world.current_size("box", &token).await <= 30 * MIB);
        if let Err(error) = second.write(piece()).await {
            break error;
        }
    };
    refused!(Err::<(), _>(refusal), Error::RoomFull(_));
    second.abort().await;
    for _ in arrived..30 {
        first.write(piece()).await.unwrap();
    }
    first.finish_file().await.unwrap();
    assert_eq!(first.commit().await.unwrap().current_size, 30 * MIB);
    assert_eq!(world.blobs.len(), 1);
}

#[tokio::test]
async fn a_pipe_that_falls_silent_loses_its_space_and_one_that_trickles_keeps_it() {
    let (world, token) = room_of(30 * MIB).await;
    let mut upload = begin(&world.app, &Caller::token(&token)).await.unwrap();
    for _ in 0..12 {
        world.wait(59);
        upload.write(Bytes::from(vec![1; MIB as usize])).await.unwrap();
        assert_eq!(world.app.gc(false).await.unwrap().cleaned_reservations, 0);
    }
    assert_eq!(world.current_size("box", &token).await, 16 * MIB);
    world.wait(60);
    assert_eq!(world.current_size("box", &token).await, 0);
    refused!(upload.write(Bytes::from(vec![1; 9 << 20])).await, Error::ReservationExpired);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 1);
    refused!(upload.commit().await, Error::ManifestMismatch(_));
    assert_eq!(world.blobs.len(), 0);
}

#[tokio::test]
async fn the_newest_of_a_name_is_read_and_deleted() {
    let (world, token) = room_of(MIB).await;
    for text in ["one", "two"] {
        let file = FileRequest::new("a/b.txt", 0);
        world.app.store_file(&at("box"), &Caller::token(&token), file, text.into()).await.unwrap();
    }
    assert_eq!(read(&world.app, &Caller::token(&token), "a/b.txt").await.unwrap(), b"two");
    let deleted = world.app.delete_file(&at("box"), &Caller::token(&token), name("a/b.txt")).await.unwrap();
    assert_eq!((deleted.deleted.len(), deleted.freed_size, deleted.current_size), (1, 3, 3));
    assert_eq!(read(&world.app, &Caller::token(&token), "a/b.txt").await.unwrap(), b"one");
    world.app.delete_file(&at("box"), &Caller::token(&token), name("a/b.txt")).await.unwrap();
    refused!(read(&world.app, &Caller::token(&token), "a/b.txt").await, Error::FileNotFound(_));
    refused!(
        world.app.delete_file(&at("box"), &Caller::token(&token), name("a/b.txt")).await,
        Error::FileNotFound(_)
    );
    refused!(read(&world.app, &Caller::Nobody, "a/b.txt").await, Error::Unauthorized(Unauthorized::Missing));
}

fn saying(password: &str) -> VisitRequest {
    VisitRequest::default().password(Some(password.into()))
}

#[tokio::test]
async fn who_only_looks_is_let_in_alike_and_not_counted() {
    let world = World::new();
    let options = RoomOptions::default().max_entries(Some(1)).password(Some("pw".into()));
    world.create("box", options).await.unwrap();
    for _ in 0..3 {
        world.app.visit(&at("box"), &saying("pw").only_looks(true)).await.unwrap();
    }
    refused!(world.app.visit(&at("box"), &saying("no").only_looks(true)).await, Error::WrongPassword);
    world.app.visit(&at("box"), &saying("pw")).await.unwrap();
    refused!(world.app.visit(&at("box"), &saying("pw").only_looks(true)).await, Error::EntriesExhausted);
}

#[tokio::test]
async fn a_visit_is_an_entry_without_a_token() {
    let world = World::new();
    let options = RoomOptions::default().max_entries(Some(2)).password(Some("pw".into()));
    let created = world.create("box", options).await.unwrap();
    refused!(world.app.visit(&at("box"), &VisitRequest::default()).await, Error::WrongPassword);
    refused!(world.app.visit(&at("box"), &saying("no")).await, Error::WrongPassword);
    let visitor = world.app.visit(&at("box"), &saying("pw")).await.unwrap();
    let uploaded = pipe(&world.app, &visitor, &["x".into()]).await.unwrap();
    assert_eq!(read(&world.app, &visitor, "log.txt").await.unwrap(), b"x");
    // One call is one entry, however many steps it takes; and nobody owns the room by it.
    let first = world.issue("box", with_password("pw")).await.unwrap();
    refused!(world.app.visit(&at("box"), &saying("pw")).await, Error::EntriesExhausted);
    let listed =
        world.app.tokens(&at("box"), &Caller::token(&first), None, 1_000).await.unwrap().tokens.items;
    assert_eq!(listed.len(), 1, "a visit leaves no token");
    assert!(listed[0].owner && listed[0].sid != uploaded.contents[0].sid);

    // What the visitor may do is what the room allows now, and the end of the room is the end of the visit.
    let view = Permission::VIEW | Permission::SHARE;
    world.app.set_permission(&at("box"), &Caller::token(&first), view).await.unwrap();
    refused!(pipe(&world.app, &visitor, &["x".into()]).await, Error::PermissionDenied(Permission::EDIT));
    let settings = RoomSettings::default().status(Some(Some(RoomStatus::Closed)));
    world.app.change_settings(&at("box"), &Caller::token(&first), settings).await.unwrap();
    refused!(read(&world.app, &visitor, "log.txt").await, Error::RoomClosed);
    let owner = world.issue("box", with_key(&created.owner_key)).await.unwrap();
    world.app.delete_room(&at("box"), &Caller::token(&owner)).await.unwrap();
    world.create("box", RoomOptions::default()).await.unwrap();
    refused!(read(&world.app, &visitor, "log.txt").await, Error::Unauthorized(Unauthorized::Invalid));
}

#[tokio::test]
async fn who_brings_a_file_gets_a_room_for_it() {
    let world = World::new();
    let come = async |password: Option<&str>, size| {
        world
            .app
            .visit_or_create(&at("box"), VisitRequest::default().password(password.map(Into::into)), size)
            .await
    };
    let most = world.app.policy().room_max_size;
    refused!(come(None, Some(most + 1)).await, Error::RoomFull(full) if full.remaining == most);
    assert_eq!(world.app.counts().await.unwrap().rooms, 0);
    let (maker, created) = come(Some("pw"), Some(1)).await.unwrap();
    let created = created.unwrap();
    assert!(created.room.owner_claimed && created.room.password_hash.is_some());
    world.app.store_file(&at("box"), &maker, FileRequest::new("a", 0), "x".into()).await.unwrap();

    // The next to come is a guest, by the password; only the key makes an owner.
    refused!(come(None, None).await, Error::WrongPassword);
    let (_, again) = come(Some("pw"), None).await.unwrap();
    assert!(again.is_none());
    let guest = world.app.issue_token(&at("box"), with_password("pw")).await.unwrap();
    let owner = world.app.issue_token(&at("box"), with_key(&created.owner_key)).await.unwrap();
    assert!(!guest.claims.owner && owner.claims.owner);
    let room = world.app.room(&at("box"), &Caller::Nobody).await.unwrap();
    assert_eq!(room.entries, 2, "making a room is no entry");

    // A name that only a slug can have makes no room.
    let slug = format!("{}_{}", "x".repeat(64), "0".repeat(32));
    refused!(world.app.visit_or_create(&at(&slug), VisitRequest::default(), None).await, Error::RoomNotFound);
}

#[tokio::test]
async fn a_room_made_for_an_upload_that_fails_goes_again() {
    let world = World::with_policy(Policy::default().room_max_size(100_000));
    let come = async || world.app.visit_or_create(&at("box"), VisitRequest::default(), None).await.unwrap().0;
    let rooms = async || world.app.counts().await.unwrap().rooms;
    refused!(pipe(&world.app, &come().await, &[large(90_000), large(10_001)]).await, Error::RoomFull(_));
    assert_eq!((rooms().await, world.blobs.len()), (0, 0));
    let invalid = FileRequest::new("../a", 0);
    refused!(world.app.store_file(&at("box"), &come().await, invalid, "x".into()).await, Error::Invalid(_));
    assert_eq!(rooms().await, 0);

    // Not when somebody else has come by then.
    let maker = come().await;
    let mut upload = begin(&world.app, &maker).await.unwrap();
    upload.write(large(50_000)).await.unwrap();
    world.issue("box", TokenRequest::default()).await.unwrap();
    upload.abort().await;
    assert_eq!(rooms().await, 1);
    let used = RoomName::parse("box").unwrap();
    refused!(world.app.create_room(used, RoomOptions::default()).await, Error::NameTaken);
    // Nor when it is a guest's upload that fails.
    refused!(pipe(&world.app, &come().await, &[large(100_001)]).await, Error::RoomFull(_));
    assert_eq!((rooms().await, world.blobs.len()), (1, 0));
}

/// Of many who bring a file at once one makes the room, and each file is there.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_makes_the_room() {
    let world = World::new();
    let coming = (0..20).map(|n| {
        let app = world.app.clone();
        tokio::spawn(async move {
            let (visitor, created) =
                app.visit_or_create(&at("box"), VisitRequest::default(), Some(1)).await.unwrap();
            let file = FileRequest::new(format!("{n}"), 0);
            app.store_file(&at("box"), &visitor, file, "x".into()).await.unwrap();
            created.is_some()
        })
    });
    let made = futures::future::join_all(coming).await;
    assert_eq!(made.into_iter().filter(|made| *made.as_ref().unwrap()).count(), 1);
    let room = world.app.room(&at("box"), &Caller::Nobody).await.unwrap();
    assert_eq!((room.entries, room.stored_size), (19, 20));
}
