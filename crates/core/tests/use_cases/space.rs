//! The space of the server, and of a room's rows.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use elizabeth_core::{
    Caller, Error, Result,
    content::FileRequest,
    counts::{Counted, TooMany},
    limits::{Limit, Limits},
    memory::{MemoryBlobs, MemoryStore},
    policy::Policy,
    ports::Ballast,
    room::RoomOptions,
    service::TicketRequest,
    text::TextRequest,
    ticket::TicketPurpose,
};

use crate::{
    refused,
    support::{World, at, large, with_key},
};

fn limited(limit: Limit, count: u64) -> World {
    World::with_policy(Policy::default().limits(Limits::default().with(limit, count)))
}

async fn prepare(world: &World, room: &str, token: &str, size: u64) -> Result<()> {
    let files = vec![FileRequest::new("a", size)];
    world.app.prepare(&at(room), &Caller::token(token), files).await.map(drop)
}

/// What all rooms hold together stays below the operator's limit, whatever each of them would take.
#[tokio::test]
async fn all_rooms_together_have_a_limit() {
    let world = World::with_policy(Policy::default().max_storage(Some(100_000)));
    let (a, b) = (world.room("a").await, world.room("b").await);
    world.upload("a", &a, "kept", large(40_000)).await.unwrap();
    prepare(&world, "b", &b, 50_000).await.unwrap();
    refused!(prepare(&world, "a", &a, 10_001).await, Error::StorageFull);
    let text = |len| TextRequest::new("x".repeat(len));
    refused!(world.app.add_text(&at("a"), &Caller::token(&a), text(10_001)).await, Error::StorageFull);
    world.app.add_text(&at("a"), &Caller::token(&a), text(10_000)).await.unwrap();
    // Entering takes nothing of it; a hold that has lapsed counts for the moment in which somebody may be renewing it.
    world.enter("a").await.unwrap();
    world.wait(14);
    refused!(prepare(&world, "a", &a, 1).await, Error::StorageFull);
    world.wait(1);
    prepare(&world, "a", &a, 50_000).await.unwrap();
}

/// Of three who are promised 60 of 88 one is; the others are refused before their first byte.
#[tokio::test]
async fn what_is_promised_can_be_kept() {
    let blobs = MemoryBlobs::with_capacity(88_000);
    let policy = Policy::default().min_free(0);
    let world = World::over(blobs.clone(), Arc::new(MemoryStore::new()), Arc::new(blobs), policy);
    let mut rooms = Vec::new();
    for name in ["a", "b", "c"] {
        rooms.push((name, world.room(name).await));
    }
    let mut begun = Vec::new();
    for (name, token) in &rooms {
        let file = FileRequest::new("f", 60_000);
        match world.app.begin_file(&at(name), &Caller::token(token), file, false).await {
            Ok(upload) => begun.push(upload),
            Err(error) => assert!(matches!(error, Error::StorageFull), "{error}"),
        }
    }
    assert_eq!(begun.len(), 1);
    for mut upload in begun {
        upload.start_file("f").await.unwrap();
        upload.write(large(60_000)).await.unwrap();
        upload.finish_file().await.unwrap();
        upload.commit().await.unwrap();
    }
}

struct Released(AtomicBool);

impl Ballast for Released {
    fn release(&self) -> bool {
        false
    }

    fn is_released(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn lay(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// While the ballast is given back nothing grows, and whoever has the key can clear up.
#[tokio::test]
async fn on_a_full_disk_an_owner_enters_and_deletes() {
    let mut world = World::new();
    let created = world.create("box", RoomOptions::default()).await.unwrap();
    let token = world.enter("box").await.unwrap();
    let uploaded = world.upload("box", &token, "a", large(20_000)).await.unwrap();
    let ballast = Arc::new(Released(AtomicBool::new(true)));
    world.app = world.app.clone().with_ballast(ballast);
    refused!(world.app.check_space().await, Error::StorageFull);
    refused!(world.enter("box").await, Error::StorageFull);
    refused!(world.create("another", RoomOptions::default()).await, Error::StorageFull);
    refused!(prepare(&world, "box", &token, 0).await, Error::StorageFull);
    let ticket = TicketRequest::new(TicketPurpose::Enter(None));
    refused!(world.app.create_ticket(&at("box"), &Caller::token(&token), ticket).await, Error::StorageFull);
    let rows = async || {
        let mut tx = world.store.read().await.unwrap();
        tx.live_tokens(created.room.id, None, world.app.now()).await.unwrap().len()
    };
    let before = rows().await;
    // However often they come, theirs is one row.
    let mut token = String::new();
    for _ in 0..20 {
        token = world.issue("box", with_key(&created.owner_key)).await.unwrap();
    }
    assert_eq!(rows().await, before + 1);
    let ids = uploaded.contents.iter().map(|content| content.id).collect();
    world.app.delete_contents(&at("box"), &Caller::token(&token), ids).await.unwrap();
    world.app.collect_blobs().await.unwrap();
    assert!(world.blobs.is_empty());
    world.app.lay_ballast();
    world.app.check_space().await.unwrap();
    world.upload("box", &token, "b", large(20_000)).await.unwrap();
}

#[tokio::test]
async fn rows_have_a_price() {
    let world = limited(Limit::RoomRows, 2_000);
    let options = RoomOptions::default().max_size(Some(1_000));
    world.create("box", options).await.unwrap();
    let token = world.enter("box").await.unwrap();
    let caller = Caller::token(&token);
    let full = TooMany { what: Counted::Rows, most: 2_000 };
    // 256 for the promise, and 256 with its name for each file.
    let long = "n".repeat(1_000);
    let files = |names: &[&str]| names.iter().map(|name| FileRequest::new(*name, 0)).collect::<Vec<_>>();
    world.app.prepare(&at("box"), &caller, files(&[&long])).await.unwrap();
    let over = world.app.prepare(&at("box"), &caller, files(&["a"])).await;
    refused!(over, Error::TooMany(found) if found == full);
    let note = async || world.app.add_text(&at("box"), &caller, TextRequest::new("")).await;
    note().await.unwrap();
    refused!(note().await, Error::TooMany(found) if found == full);
    world.wait(10);
    for _ in 0..6 {
        note().await.unwrap();
    }
    refused!(note().await, Error::TooMany(found) if found == full);
    let room = world.app.room(&at("box"), &caller).await.unwrap();
    assert_eq!((room.contents, room.rows_size), (7, 7 * 256));
}

#[tokio::test]
async fn contents_are_counted_with_those_that_are_promised() {
    let world = limited(Limit::RoomContents, 3);
    let token = world.room("box").await;
    world.upload("box", &token, "a", large(1)).await.unwrap();
    let files = ["b", "c"].map(|name| FileRequest::new(name, 1)).to_vec();
    world.app.prepare(&at("box"), &Caller::token(&token), files).await.unwrap();
    let full = TooMany { what: Counted::Contents, most: 3 };
    refused!(prepare(&world, "box", &token, 1).await, Error::TooMany(found) if found == full);
    world.wait(10);
    world.upload("box", &token, "b", large(1)).await.unwrap();
}

#[tokio::test]
async fn reservations_are_counted() {
    let world = limited(Limit::RoomReservations, 2);
    let token = world.room("box").await;
    // An upload in pieces is none.
    let file = FileRequest::new("a", 1);
    world.app.create_upload(&at("box"), &Caller::token(&token), file).await.unwrap();
    for _ in 0..2 {
        prepare(&world, "box", &token, 1).await.unwrap();
    }
    let full = TooMany { what: Counted::Reservations, most: 2 };
    refused!(prepare(&world, "box", &token, 1).await, Error::TooMany(found) if found == full);
    world.wait(10);
    prepare(&world, "box", &token, 1).await.unwrap();
}

/// Those that are over make way; the key of the room opens it all the same.
#[tokio::test]
async fn tokens_and_tickets_are_counted() {
    let limits = Limits::default()
        .with(Limit::RoomTokens, 3)
        .with(Limit::RoomRefreshTokens, 2)
        .with(Limit::RoomTickets, 2);
    let world = World::with_policy(Policy::default().limits(limits));
    let created = world.create("box", RoomOptions::default()).await.unwrap();
    let owner = world.enter("box").await.unwrap();
    for _ in 0..2 {
        world.enter("box").await.unwrap();
    }
    let full = TooMany { what: Counted::Tokens, most: 3 };
    refused!(world.enter("box").await, Error::TooMany(found) if found == full);
    let spare = world.issue("box", with_key(&created.owner_key)).await.unwrap();
    let caller = Caller::token(&spare);
    let tokens = world.app.tokens(&at("box"), &caller, None, 1_000).await.unwrap().tokens.items;
    assert_eq!(tokens.len(), 4);
    for guest in tokens.iter().filter(|token| !token.owner) {
        world.app.revoke_token(&at("box"), &caller, guest.jti).await.unwrap();
    }
    world.enter("box").await.unwrap();

    let caller = Caller::token(&owner);
    let make = async || {
        let request = TicketRequest::new(TicketPurpose::Enter(None));
        world.app.create_ticket(&at("box"), &caller, request).await
    };
    let first = make().await.unwrap();
    make().await.unwrap();
    let full = TooMany { what: Counted::Tickets, most: 2 };
    refused!(make().await, Error::TooMany(found) if found == full);
    world.app.revoke_ticket(&at("box"), &caller, first.ticket.id).await.unwrap();
    make().await.unwrap();
}
