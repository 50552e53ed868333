//! A clock that is set wrong: what is over by it is refused at once, and removed only when something accounts for it.

use std::{sync::Arc, time::Duration};

use elizabeth_core::{
    Caller, Error,
    memory::{MemoryBlobs, MemoryStore},
    name::RoomName,
    ports::Store,
    room::RoomOptions,
    service::{GcReport, VisitRequest},
};

use crate::{
    refused,
    support::{World, at, large},
};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// A server that has swept, with a room of a week that holds a blob.
async fn swept() -> (World, String) {
    let world = World::new();
    let token = world.room("box").await;
    world.upload("box", &token, "a", large(20_000)).await.unwrap();
    assert_eq!(world.app.gc(false).await.unwrap(), GcReport::default());
    (world, token)
}

fn leap(world: &World, seconds: u64) {
    world.clock.set(world.app.now().saturating_add(Duration::from_secs(seconds)));
}

async fn rooms(world: &World) -> u64 {
    world.app.counts().await.unwrap().rooms
}

#[tokio::test]
async fn what_a_leap_would_remove_waits_an_hour_and_is_refused_at_once() {
    let (world, token) = swept().await;
    leap(&world, 8 * DAY);
    refused!(world.app.room(&at("box"), &Caller::token(&token)).await, Error::RoomExpired);
    for _ in 0..4 {
        assert_eq!(world.app.gc(false).await.unwrap(), GcReport::default());
        assert!(world.app.leap().is_some());
        world.wait(15 * 60 - 1);
    }
    assert_eq!((rooms(&world).await, world.blobs.len()), (1, 1));
    world.wait(4);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_rooms, 1);
    assert_eq!((world.app.leap(), world.blobs.len()), (None, 0));
}

#[tokio::test]
async fn a_clock_set_right_again_has_lost_nothing() {
    let (world, token) = swept().await;
    leap(&world, 8 * DAY);
    world.app.gc(false).await.unwrap();
    world.clock.set(at_start(&world, 8 * DAY));
    world.app.gc(false).await.unwrap();
    assert_eq!(world.app.leap(), None);
    assert!(world.app.room(&at("box"), &Caller::token(&token)).await.is_ok());
}

fn at_start(world: &World, leapt: u64) -> elizabeth_core::time::Timestamp {
    elizabeth_core::time::Timestamp::from_micros(world.app.now().as_micros() - leapt as i64 * 1_000_000)
}

/// The very case that was seen: a start by a clock eight days ahead.
#[tokio::test]
async fn a_start_by_a_wrong_clock_removes_nothing_and_the_operator_may_insist() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let blobs = MemoryBlobs::new();
    let policy = elizabeth_core::policy::Policy::default();
    let before = World::over(blobs.clone(), store.clone(), Arc::new(blobs.clone()), policy);
    before.room("box").await;
    before.app.gc(false).await.unwrap();

    let after = World::started_later(&before, 8 * DAY, blobs.clone(), store.clone(), Arc::new(blobs.clone()));
    assert_eq!(after.app.gc(false).await.unwrap(), GcReport::default());
    // Nor does it help to start once more.
    let again =
        World::started_later(&before, 8 * DAY + HOUR, blobs.clone(), store.clone(), Arc::new(blobs.clone()));
    assert_eq!(again.app.gc(true).await.unwrap(), GcReport::default());
    assert_eq!(again.app.gc(false).await.unwrap(), GcReport::default());

    let tool = World::started_later(&before, 8 * DAY, blobs.clone(), store, Arc::new(blobs));
    tool.app.accept_leap().await.unwrap();
    // By the tool itself or, as here, by the server that runs beside it.
    assert_eq!(after.app.gc(false).await.unwrap().cleaned_rooms, 1);
    assert_eq!(after.app.leap(), None);
}

/// An hour more than was accounted for is nothing to make a fuss about.
#[tokio::test]
async fn a_short_stop_is_no_leap() {
    let (world, _) = swept().await;
    let options =
        RoomOptions::default().expire_at(Some(world.app.now().saturating_add(Duration::from_secs(9))));
    world.create("short", options).await.unwrap();
    leap(&world, HOUR);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_rooms, 1);
    assert_eq!(world.app.leap(), None);
}

/// The name of a room that is over is free; while removal waits, it is not.
#[tokio::test]
async fn nobody_takes_the_name_of_a_room_that_a_leap_would_remove() {
    let (world, _) = swept().await;
    leap(&world, 8 * DAY);
    refused!(world.create("box", RoomOptions::default()).await, Error::NameTaken);
    refused!(
        world.app.visit_or_create(&at("box"), VisitRequest::default(), Some(1)).await,
        Error::RoomExpired
    );
    world.wait(HOUR);
    world.app.create_room(RoomName::parse("box").unwrap(), RoomOptions::default()).await.unwrap();
}

/// A process that never sweeps leaves its clock's trace for who does by hand.
#[tokio::test]
async fn who_only_watches_accounts_for_time_too() {
    let (world, _) = swept().await;
    for _ in 0..8 {
        world.wait(DAY);
        world.app.watch_clock().await.unwrap();
    }
    assert_eq!(rooms(&world).await, 1);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_rooms, 1);
}
