use elizabeth_core::{Error, id::RoomId, permission::Permission, room::RoomOptions};

use crate::{
    refused,
    support::{World, at, large},
};

#[tokio::test]
async fn rooms_are_listed_expired_ones_among_them() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.room(name).await;
    }
    world.wait(7 * 86_400);
    let names = async |after: Option<RoomId>, limit| -> Vec<String> {
        let rooms = world.app.rooms(after, limit).await.unwrap();
        rooms.items.iter().map(|room| room.name.to_string()).collect()
    };
    assert_eq!(names(None, 9).await, ["a", "b", "c"]);
    assert_eq!(names(None, 1).await, ["a"]);
    let first = world.app.rooms(None, 1).await.unwrap();
    let first = first.next.unwrap();
    assert_eq!(names(Some(first), 9).await, ["b", "c"]);
}

#[tokio::test]
async fn a_room_is_removed_by_name_whatever_its_state() {
    let world = World::new();
    let options = RoomOptions::default().permission(Some(Permission::VIEW));
    let slug = world.create("private", options).await.unwrap().room.slug;
    let token = world.enter(&slug).await.unwrap();
    world.upload(&slug, &token, "a", large(20_000)).await.unwrap();
    world.wait(7 * 86_400);
    let removed = world.app.remove_room(&at("private")).await.unwrap();
    assert_eq!((removed.room.slug, removed.contents, removed.freed_size), (slug, 1, 20_000));
    refused!(world.app.remove_room(&at("private")).await, Error::RoomNotFound);
    world.app.collect_blobs().await.unwrap();
    assert!(world.blobs.is_empty());
}
