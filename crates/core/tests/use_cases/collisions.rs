//! Transactions that the store undoes because they collided with others.

use std::sync::Arc;

use bytes::Bytes;
use elizabeth_core::{
    Caller, Error,
    change::{Edit, VersionPrecondition},
    change_set::ChangeSet,
    content::FileRequest,
    edits::{Editor, TextEdit},
    memory::MemoryBlobs,
    permission::Permission,
    policy::Policy,
    ports::{ContentPage, StoreError},
    room::{RoomOptions, RoomSettings},
    text::TextRequest,
};
use elizabeth_testing::{CommitEnd, FaultyStore};
use secrecy::ExposeSecret;

use crate::{
    refused,
    support::{World, at, large, with_key, with_password, with_token},
};

fn world(end: fn(u64) -> CommitEnd) -> (World, FaultyStore) {
    let (store, blobs) = (FaultyStore::new(end), MemoryBlobs::default());
    let world = World::over(blobs.clone(), Arc::new(store.clone()), Arc::new(blobs), Policy::default());
    (world, store)
}

/// Each transaction collides once before it is let through.
fn each_second(commit: u64) -> CommitEnd {
    if commit.is_multiple_of(2) { CommitEnd::Committed } else { CommitEnd::Collided }
}

#[tokio::test]
async fn a_room_survives_four_collisions_and_not_a_fifth() {
    let (world, store) = world(|commit| if commit == 5 { CommitEnd::Committed } else { CommitEnd::Collided });
    let first = world.create("first", RoomOptions::default()).await.unwrap();
    assert_eq!((first.room.name.as_str(), store.commits()), ("first", 5));
    refused!(world.create("second", RoomOptions::default()).await, Error::Store(StoreError::Contended(_)));
    assert_eq!(store.commits(), 10);
    assert_eq!(world.app.counts().await.unwrap().rooms, 1);
}

#[tokio::test]
async fn a_commit_whose_end_is_unknown_is_not_made_again() {
    let (world, store) = world(|commit| if commit == 2 { CommitEnd::Unheard } else { CommitEnd::Committed });
    world.create("box", RoomOptions::default()).await.unwrap();
    refused!(world.enter("box").await, Error::Store(StoreError::Unavailable(_)));
    assert_eq!(store.commits(), 2);
    // It took place, and once: tried again, it would have been counted twice.
    let room = world.app.room(&at("box"), &Caller::Nobody).await.unwrap();
    assert_eq!((room.entries, room.owner_claimed), (1, true));
}

/// A collision is followed by an end that nobody heard of.
#[tokio::test]
async fn an_unknown_end_after_a_collision_is_told() {
    let (world, store) = world(|commit| if commit == 1 { CommitEnd::Collided } else { CommitEnd::Unheard });
    refused!(world.create("box", RoomOptions::default()).await, Error::Store(StoreError::Unavailable(_)));
    assert_eq!((store.commits(), world.app.counts().await.unwrap().rooms), (2, 1));
}

#[tokio::test]
async fn rooms_and_tokens_are_none_the_worse_for_collisions() {
    let (world, store) = world(each_second);
    let options = RoomOptions::default().password(Some("open".into()));
    let made = world.create("box", options).await.unwrap();
    let owner = world.issue("box", with_password("open")).await.unwrap();
    let renewed = world.issue("box", with_token(&owner)).await.unwrap();
    let by_key = world.issue("box", with_key(&made.owner_key)).await.unwrap();
    let refreshing = with_password("open").with_refresh_token(true);
    let guest = world.app.issue_token(&at("box"), refreshing).await.unwrap();
    assert_eq!(world.app.room(&at("box"), &Caller::token(&owner)).await.unwrap().entries, 2);

    let refreshed = world.app.refresh(guest.refresh.unwrap().token.expose_secret()).await.unwrap();
    let refresh_token = refreshed.refresh.unwrap().token;
    world.app.revoke_refresh(refresh_token.expose_secret()).await.unwrap();
    let private = Permission::all() - Permission::SHARE;
    let room = world.app.set_permission(&at("box"), &Caller::token(&owner), private).await.unwrap();
    let settings = RoomSettings::default().password(Some(Some("shut".into())));
    world.app.change_settings(&at(&room.slug), &Caller::token(&owner), settings).await.unwrap();
    world.issue(&room.slug, with_password("shut")).await.unwrap();
    refused!(
        world.app.room(&at(&room.slug), &Caller::token(refreshed.token.expose_secret())).await,
        Error::Unauthorized(_)
    );

    let listed = world.app.tokens(&at(&room.slug), &Caller::token(&renewed), None, 1_000).await.unwrap();
    world.app.revoke_token(&at(&room.slug), &Caller::token(&by_key), listed.current).await.unwrap();
    refused!(world.app.room(&at(&room.slug), &Caller::token(&renewed)).await, Error::Unauthorized(_));
    world.app.logout(&by_key).await.unwrap();
    refused!(world.app.room(&at(&room.slug), &Caller::token(&by_key)).await, Error::Unauthorized(_));
    let again = world.issue(&room.slug, with_key(&made.owner_key)).await.unwrap();
    world.app.delete_room(&at(&room.slug), &Caller::token(&again)).await.unwrap();
    assert_eq!(world.app.counts().await.unwrap().rooms, 0);
    // Each of the fourteen was committed once, at the second try.
    assert_eq!(store.commits(), 28);
}

#[tokio::test]
async fn files_are_none_the_worse_for_collisions() {
    let (world, store) = world(each_second);
    let token = world.room("box").await;
    let (place, credential) = (at("box"), Some(token.as_str()));
    let prepare = async |file: FileRequest| {
        world.app.prepare(&place, &Caller::from(credential), vec![file]).await.unwrap().reservation_id
    };

    let released = prepare(FileRequest::new("never", 9)).await;
    assert_eq!(world.app.release(&place, &Caller::from(credential), released).await.unwrap().released, 9);
    let limited = FileRequest::new("small", 5).max_downloads(Some(1));
    let files = vec![("small".to_owned(), Bytes::from_static(b"small"))];
    let reservation = prepare(limited).await;
    let small =
        world.app.upload_whole(&place, &Caller::from(credential), reservation, files).await.unwrap().contents
            [0]
        .id;
    let files = vec![("large".to_owned(), large(30_000))];
    let reservation = prepare(FileRequest::new("large", 30_000)).await;
    world.app.upload_whole(&place, &Caller::from(credential), reservation, files).await.unwrap();
    // Its lease is renewed on the way.
    let (_, mut upload) = world.begin("box", &token, FileRequest::new("slow", 20_000)).await;
    upload.write(large(10_000)).await.unwrap();
    world.wait(50);
    upload.write(large(10_000)).await.unwrap();
    world.wait(50);
    upload.finish_file().await.unwrap();
    let slow = upload.commit().await.unwrap();
    assert_eq!((slow.current_size, slow.contents.len()), (50_005, 1));
    let (_, upload) = world.begin("box", &token, FileRequest::new("given up", 20_000)).await;
    upload.abort().await;
    assert_eq!(world.current_size("box", &token).await, 50_005);
    assert_eq!(world.blobs.len(), 2);

    let slow = slow.contents[0].id;
    assert_eq!(world.read("box", &token, small).await.unwrap(), b"small");
    refused!(world.read("box", &token, small).await, Error::DownloadsSpent);
    assert_eq!(world.read("box", &token, slow).await.unwrap(), [large(10_000), large(10_000)].concat());
    world.app.flush_downloads().await.unwrap();
    assert_eq!(world.app.content(&place, &Caller::from(credential), slow).await.unwrap().download_count, 1);
    world.app.delete_contents(&place, &Caller::from(credential), vec![slow]).await.unwrap();
    assert_eq!(world.app.collect_blobs().await.unwrap(), 1);
    assert_eq!(store.commits() % 2, 0);
}

#[tokio::test]
async fn a_sweep_is_none_the_worse_for_collisions() {
    let (world, store) = world(each_second);
    let token = world.room("box").await;
    let soon = world.app.now().saturating_add(std::time::Duration::from_secs(60));
    let file = FileRequest::new("short", 20_000).expire_at(Some(soon));
    let (_, mut upload) = world.begin("box", &token, file).await;
    upload.write(large(20_000)).await.unwrap();
    upload.finish_file().await.unwrap();
    upload.commit().await.unwrap();
    let over = RoomOptions::default().expire_at(Some(soon));
    world.create("over", over).await.unwrap();
    world.app.prepare(&at("box"), &Caller::token(&token), vec![FileRequest::new("unused", 7)]).await.unwrap();

    world.wait(60);
    let swept = world.app.gc(false).await.unwrap();
    assert_eq!((swept.cleaned_rooms, swept.cleaned_contents, swept.cleaned_reservations), (1, 1, 1));
    assert_eq!((swept.cleaned_blobs, swept.freed_size, world.blobs.len()), (1, 20_000, 0));
    assert!(
        world
            .app
            .contents(&at("box"), &Caller::token(&token), ContentPage::default())
            .await
            .unwrap()
            .is_empty()
    );
    world.wait(3_600);
    assert_eq!(world.app.clean_tokens().await.unwrap(), 1);
    assert_eq!(store.commits() % 2, 0);
}

/// What they are refused for, others may be about to commit: they wait for that, and are tried again where it comes to
/// nothing.
#[tokio::test]
async fn who_comes_too_late_waits_for_those_who_were_first() {
    let (world, store) = world(each_second);
    world.create("box", RoomOptions::default()).await.unwrap();
    let owner = world.enter("box").await.unwrap();
    let (room, caller) = (at("box"), Caller::token(&owner));
    let text = world.app.add_text(&room, &caller, TextRequest::new("one")).await.unwrap();
    let edit = || Edit::default().text(Some("two".into()));
    world.app.change_content(&room, &caller, text.id, Some(VersionPrecondition::Any), edit()).await.unwrap();

    let commits = store.commits();
    let first = Some(VersionPrecondition::Versions(vec![1]));
    refused!(
        world.app.change_content(&room, &caller, text.id, first, edit()).await,
        Error::PreconditionFailed(_)
    );
    let edits =
        vec![TextEdit { editor: Editor::parse("me").unwrap(), change: ChangeSet::identity(3).unwrap() }];
    refused!(world.app.edit_text(&room, &caller, text.id, 1, edits).await, Error::VersionBehind(_));
    assert_eq!(store.commits(), commits + 4);
}
