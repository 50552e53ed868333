use elizabeth_core::{
    Caller, Error, Invalid,
    permission::Permission,
    policy::Policy,
    room::{RoomOptions, RoomSettings, RoomStatus},
};

use crate::{
    refused,
    support::{World, at, with_key, with_password},
};

#[tokio::test]
async fn a_name_belongs_to_one_room_until_it_has_expired() {
    let world = World::new();
    world.create("lunch", RoomOptions::default()).await.unwrap();
    refused!(world.create("lunch", RoomOptions::default()).await, Error::NameTaken);
    let old = world.enter("lunch").await.unwrap();
    world.wait(7 * 86_400);
    refused!(world.app.room(&at("lunch"), &Caller::Nobody).await, Error::RoomExpired);
    refused!(world.enter("lunch").await, Error::RoomExpired);
    let new = world.create("lunch", RoomOptions::default()).await.unwrap().room;
    assert_eq!(new.name.as_str(), "lunch");
    refused!(
        world.app.contents(&at("lunch"), &Caller::token(&old), Default::default()).await,
        Error::Unauthorized(_)
    );
}

#[tokio::test]
async fn a_private_slug_is_nobodys_name() {
    let world = World::new();
    let owner = world.room("den").await;
    let hidden = Permission::VIEW | Permission::EDIT;
    let private = world.app.set_permission(&at("den"), &Caller::token(&owner), hidden).await.unwrap();
    assert!(private.slug.starts_with("den_") && private.slug.len() == 36);
    refused!(world.enter("den").await, Error::NotShared);
    refused!(world.app.room(&at("den"), &Caller::Nobody).await, Error::NotShared);
    // A token of the room opens it by its plain name.
    assert_eq!(world.app.room(&at("den"), &Caller::token(&owner)).await.unwrap().slug, private.slug);
    let guest = world.enter(&private.slug).await.unwrap();
    refused!(
        world.app.prepare(&at("den"), &Caller::token(&guest), vec![]).await,
        Error::Invalid(Invalid::ManifestCount(0))
    );

    // Off to off keeps it; off, on, off draws a new one.
    let same = world.app.set_permission(&at("den"), &Caller::token(&owner), Permission::VIEW).await.unwrap();
    assert_eq!(same.slug, private.slug);
    let shared =
        world.app.set_permission(&at("den"), &Caller::token(&owner), Permission::all()).await.unwrap();
    assert_eq!(shared.slug, "den");
    refused!(world.app.room(&at(&private.slug), &Caller::Nobody).await, Error::RoomNotFound);
    let other = world.app.set_permission(&at("den"), &Caller::token(&owner), hidden).await.unwrap();
    assert_ne!(other.slug, private.slug);
}

#[tokio::test]
async fn entries_are_counted_and_end() {
    let world = World::new();
    let options = RoomOptions::default().max_entries(Some(2));
    let created = world.create("small", options).await.unwrap();
    world.enter("small").await.unwrap();
    let guest = world.enter("small").await.unwrap();
    refused!(world.enter("small").await, Error::EntriesExhausted);
    refused!(world.app.room(&at("small"), &Caller::Nobody).await, Error::EntriesExhausted);
    // A renewal is no entry, and the owner key is refused by nothing.
    world.issue("small", crate::support::with_token(&guest)).await.unwrap();
    world.issue("small", with_key(&created.owner_key)).await.unwrap();
    assert_eq!(world.app.room(&at("small"), &Caller::token(&guest)).await.unwrap().entries, 2);
}

#[tokio::test]
async fn a_password_is_asked_for_and_its_change_ends_guest_sessions() {
    let world = World::new();
    let options = RoomOptions::default().password(Some("open sesame".into()));
    world.create("cave", options).await.unwrap();
    refused!(world.enter("cave").await, Error::WrongPassword);
    refused!(world.issue("cave", with_password("open barley")).await, Error::WrongPassword);
    refused!(world.issue("cave", with_password("")).await, Error::WrongPassword);
    let owner = world.issue("cave", with_password("open sesame")).await.unwrap();
    let guest = world.issue("cave", with_password("open sesame")).await.unwrap();

    let settings = RoomSettings::default().password(Some(Some("shut sesame".into())));
    world.app.change_settings(&at("cave"), &Caller::token(&owner), settings).await.unwrap();
    refused!(world.app.room(&at("cave"), &Caller::token(&guest)).await, Error::Unauthorized(_));
    assert!(world.app.room(&at("cave"), &Caller::token(&owner)).await.is_ok());
    refused!(world.issue("cave", with_password("open sesame")).await, Error::WrongPassword);

    let clear = RoomSettings::default().password(Some(None));
    let room = world.app.change_settings(&at("cave"), &Caller::token(&owner), clear).await.unwrap();
    assert_eq!(room.password_hash, None);
    world.enter("cave").await.unwrap();
}

#[tokio::test]
async fn locked_rooms_let_nobody_new_in_and_closed_ones_nobody() {
    let world = World::new();
    let created = world.create("hall", RoomOptions::default()).await.unwrap();
    let owner = world.enter("hall").await.unwrap();
    let guest = world.enter("hall").await.unwrap();
    let set = async |status| {
        let settings = RoomSettings::default().status(Some(status));
        world.app.change_settings(&at("hall"), &Caller::token(&owner), settings).await.unwrap()
    };
    set(Some(RoomStatus::Locked)).await;
    refused!(world.enter("hall").await, Error::RoomLocked);
    refused!(world.app.room(&at("hall"), &Caller::Nobody).await, Error::RoomLocked);
    assert!(world.app.room(&at("hall"), &Caller::token(&guest)).await.is_ok());
    set(Some(RoomStatus::Closed)).await;
    refused!(world.app.room(&at("hall"), &Caller::token(&guest)).await, Error::RoomClosed);
    assert!(world.issue("hall", with_key(&created.owner_key)).await.is_ok());
    set(None).await;
    assert!(world.enter("hall").await.is_ok());
}

#[tokio::test]
async fn settings_stay_within_the_ceilings_and_above_what_is_there() {
    let world = World::with_policy(Policy::default().room_max_size_ceiling(1_000).room_max_size(500));
    let owner = world.room("box").await;
    world.upload("box", &owner, "a", vec![1; 300].into()).await.unwrap();
    let size = |max: Option<u64>| RoomSettings::default().max_size(Some(max));
    let set = async |settings| world.app.change_settings(&at("box"), &Caller::token(&owner), settings).await;
    refused!(set(size(Some(1_001))).await, Error::Invalid(Invalid::MaxSize { ceiling: 1_000 }));
    refused!(set(size(Some(299))).await, Error::Invalid(Invalid::MaxSizeBelowCurrent { current: 300 }));
    assert_eq!(set(size(Some(300))).await.unwrap().max_size, 300);
    assert_eq!(set(size(None)).await.unwrap().max_size, 500);
}

#[tokio::test]
async fn deleting_a_room_kills_its_tokens_and_gives_its_bytes_back() {
    let world = World::new();
    let owner = world.room("gone").await;
    world.upload("gone", &owner, "a.bin", crate::support::large(100_000)).await.unwrap();
    world.app.delete_room(&at("gone"), &Caller::token(&owner)).await.unwrap();
    refused!(world.app.room(&at("gone"), &Caller::token(&owner)).await, Error::RoomNotFound);
    world.room("gone").await;
    refused!(world.app.room(&at("gone"), &Caller::token(&owner)).await, Error::Unauthorized(_));
    assert_eq!(world.app.collect_blobs().await.unwrap(), 1);
    assert_eq!(world.blobs.len(), 0);
}
