use std::{sync::Arc, time::Duration};

use elizabeth_core::{
    Caller, Error, content::FileRequest, memory::MemoryBlobs, policy::Policy, room::RoomOptions,
    service::GcReport,
};
use elizabeth_testing::{CommitEnd, FaultyStore};

use crate::{
    refused,
    support::{World, at, large},
};

#[tokio::test]
async fn a_sweep_removes_all_that_is_over_and_a_dry_run_says_so_before() {
    let world = World::new();
    let keeper = world.room("kept").await;
    world.upload("kept", &keeper, "a", large(30_000)).await.unwrap();
    let in_a_minute = world.app.now().saturating_add(Duration::from_secs(60));
    let options = RoomOptions::default().expire_at(Some(in_a_minute));
    world.create("over", options).await.unwrap();
    let token = world.enter("over").await.unwrap();
    world.upload("over", &token, "a", large(20_000)).await.unwrap();
    world.upload("over", &token, "b", large(5)).await.unwrap();
    let short = FileRequest::new("c", 0).expire_at(Some(in_a_minute));
    let (_, mut upload) = world.begin("kept", &keeper, short).await;
    upload.finish_file().await.unwrap();
    let short = upload.commit().await.unwrap().contents[0].id;
    world.app.prepare(&at("kept"), &Caller::token(&keeper), vec![FileRequest::new("d", 9)]).await.unwrap();
    assert_eq!(world.app.gc(false).await.unwrap(), GcReport::default());

    world.wait(60);
    refused!(world.app.content(&at("kept"), &Caller::token(&keeper), short).await, Error::ContentExpired);
    let expected = GcReport {
        cleaned_rooms: 1,
        cleaned_contents: 3,
        cleaned_reservations: 1,
        cleaned_tokens: 1,
        cleaned_events: 0,
        cleaned_blobs: 0,
        freed_size: 20_005,
    };
    assert_eq!(world.app.gc(true).await.unwrap(), expected);
    // The token went with its room, and the room's blob is queued and collected on the way.
    let swept = world.app.gc(false).await.unwrap();
    assert_eq!(swept, GcReport { cleaned_tokens: 0, cleaned_blobs: 1, ..expected });
    assert_eq!(world.app.gc(false).await.unwrap(), GcReport::default());
    assert_eq!(world.blobs.len(), 1);
    refused!(world.app.room(&at("over"), &Caller::Nobody).await, Error::RoomNotFound);
}

#[tokio::test]
async fn a_content_that_was_given_more_time_since_it_was_listed_stays() {
    let (store, blobs) = (FaultyStore::new(|_| CommitEnd::Committed), MemoryBlobs::default());
    let ports = (Arc::new(store.clone()), Arc::new(blobs.clone()));
    let world = World::over(blobs, ports.0, ports.1, Policy::default());
    let token = world.room("box").await;
    let in_a_minute = world.app.now().saturating_add(Duration::from_secs(60));
    let file = FileRequest::new("a", 0).expire_at(Some(in_a_minute));
    let (_, mut upload) = world.begin("box", &token, file).await;
    upload.finish_file().await.unwrap();
    let id = upload.commit().await.unwrap().contents[0].id;
    world.wait(59);
    store.list_ahead_once(1);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_contents, 0);
    assert!(world.app.content(&at("box"), &Caller::token(&token), id).await.is_ok());
    world.wait(1);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_contents, 1);
}
