use std::time::Duration;

use bytes::Bytes;
use elizabeth_core::{
    Caller, Error, content::FileRequest, id::ReservationId, permission::Permission, policy::Policy,
    ports::PresignRequest,
};
use futures::TryStreamExt;

use crate::{
    refused,
    support::{World, at, large},
};

#[tokio::test]
async fn files_of_every_size_come_back_byte_for_byte() {
    let world = World::new();
    let token = world.room("box").await;
    let inline_max = usize::try_from(world.app.policy().inline_max).unwrap();
    let mut total = 0;
    for len in [0, 1, inline_max - 1, inline_max, inline_max + 1, 300_000] {
        let uploaded = world.upload("box", &token, "a.bin", large(len)).await.unwrap();
        total += len as u64;
        assert_eq!(uploaded.current_size, total);
        let content = &uploaded.contents[0];
        assert_eq!(world.read("box", &token, content.id).await.unwrap(), large(len));
        assert_eq!(
            world.app.content(&at("box"), &Caller::token(&token), content.id).await.unwrap(),
            *content
        );
    }
    assert_eq!(world.blobs.len(), 2, "small files are kept inline");
    assert_eq!(world.current_size("box", &token).await, total);
}

#[tokio::test]
async fn any_range_is_the_same_bytes() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(100_000);
    let id = world.upload("box", &token, "a.bin", bytes.clone()).await.unwrap().contents[0].id;
    for (from, to) in [(0, 0), (0, 1), (99_999, 100_000), (0, 100_000), (12_345, 67_890)] {
        let readable = world.app.readable(&at("box"), &Caller::token(&token), id).await.unwrap();
        let pieces: Vec<Bytes> =
            readable.open(Some(from as u64..to as u64)).await.unwrap().try_collect().await.unwrap();
        assert_eq!(pieces.concat(), bytes[from..to]);
    }
}

#[tokio::test]
async fn a_reservation_serves_one_upload_of_the_session_that_made_it() {
    let world = World::new();
    let token = world.room("box").await;
    let other = world.enter("box").await.unwrap();
    let files = || vec![FileRequest::new("a", 3)];
    let id = world.app.prepare(&at("box"), &Caller::token(&token), files()).await.unwrap().reservation_id;
    refused!(
        world.app.begin_upload(&at("box"), &Caller::token(&other), id).await,
        Error::ReservationNotFound
    );
    refused!(world.app.release(&at("box"), &Caller::token(&other), id).await, Error::ReservationNotFound);
    // A renewed token is the same session.
    let renewed = world.issue("box", crate::support::with_token(&token)).await.unwrap();
    let upload = world.app.begin_upload(&at("box"), &Caller::token(&renewed), id).await.unwrap();
    refused!(world.app.begin_upload(&at("box"), &Caller::token(&token), id).await, Error::ReservationInUse);
    upload.abort().await;
    refused!(
        world.app.begin_upload(&at("box"), &Caller::token(&token), id).await,
        Error::ReservationNotFound
    );
    assert_eq!(world.current_size("box", &token).await, 0);
    let nowhere = ReservationId(i64::MAX);
    refused!(
        world.app.begin_upload(&at("box"), &Caller::token(&token), nowhere).await,
        Error::ReservationNotFound
    );
}

#[tokio::test]
async fn a_release_gives_the_space_back_and_stops_the_upload() {
    let world = World::new();
    let token = world.room("box").await;
    let (id, mut upload) = world.begin("box", &token, FileRequest::new("a", 50_000)).await;
    upload.write(large(50_000)).await.unwrap();
    upload.finish_file().await.unwrap();
    let released = world.app.release(&at("box"), &Caller::token(&token), id).await.unwrap();
    assert_eq!((released.released, released.current_size), (50_000, 0));
    refused!(upload.commit().await, Error::ReservationExpired);
    assert_eq!(world.blobs.len(), 0);
    assert_eq!(world.current_size("box", &token).await, 0);
}

#[tokio::test]
async fn bytes_that_arrive_keep_the_lease_and_silence_ends_it() {
    let world = World::new();
    let token = world.room("box").await;
    let files = vec![FileRequest::new("a", 50_000)];
    let id = world.app.prepare(&at("box"), &Caller::token(&token), files).await.unwrap().reservation_id;
    world.wait(9);
    let mut upload = world.app.begin_upload(&at("box"), &Caller::token(&token), id).await.unwrap();
    upload.start_file("a").await.unwrap();
    for piece in large(50_000).chunks(5_000).take(9) {
        world.wait(59);
        upload.write(Bytes::copy_from_slice(piece)).await.unwrap();
        assert_eq!(world.app.gc(false).await.unwrap().cleaned_reservations, 0);
        assert_eq!(world.current_size("box", &token).await, 50_000);
    }
    world.wait(60);
    assert_eq!(world.current_size("box", &token).await, 0);
    refused!(upload.write(Bytes::from_static(b"late")).await, Error::ReservationExpired);
    upload.abort().await;
    assert_eq!(world.blobs.len(), 0);
}

#[tokio::test]
async fn what_the_sweeper_has_given_up_can_not_be_settled() {
    let world = World::new();
    let token = world.room("box").await;
    let (_, mut upload) = world.begin("box", &token, FileRequest::new("a", 50_000)).await;
    upload.write(large(50_000)).await.unwrap();
    upload.finish_file().await.unwrap();
    let begun = world.app.now();
    world.wait(61);
    let swept = world.app.gc(false).await.unwrap();
    assert_eq!((swept.cleaned_reservations, swept.cleaned_blobs), (1, 1));
    // Even for a process whose clock runs behind.
    world.clock.set(begun);
    refused!(upload.commit().await, Error::ReservationExpired);
    assert_eq!(
        world.app.contents(&at("box"), &Caller::token(&token), Default::default()).await.unwrap(),
        vec![]
    );
}

#[tokio::test]
async fn an_upload_that_is_dropped_is_collected_when_its_lease_ends() {
    let world = World::new();
    let token = world.room("box").await;
    let (_, mut upload) = world.begin("box", &token, FileRequest::new("a", 50_000)).await;
    upload.write(large(50_000)).await.unwrap();
    upload.finish_file().await.unwrap();
    drop(upload);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 0);
    assert_eq!(world.blobs.len(), 1);
    world.wait(60);
    assert_eq!(world.app.gc(true).await.unwrap().cleaned_blobs, 1);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 1);
    assert_eq!(world.blobs.len(), 0);
}

#[tokio::test]
async fn a_room_deleted_under_an_upload_leaves_nothing() {
    let world = World::new();
    let token = world.room("box").await;
    let (_, mut upload) = world.begin("box", &token, FileRequest::new("a", 50_000)).await;
    upload.write(large(50_000)).await.unwrap();
    world.app.delete_room(&at("box"), &Caller::token(&token)).await.unwrap();
    upload.finish_file().await.unwrap();
    refused!(upload.commit().await, Error::RoomNotFound);
    assert_eq!(world.blobs.len(), 0);
}

#[tokio::test]
async fn the_servers_own_disk_is_never_filled_up() {
    let world = World::with_policy(Policy::default().min_free(u64::MAX));
    let token = world.room("box").await;
    // Memory knows no limit, so the policy's is not reached.
    assert!(world.upload("box", &token, "a", large(50_000)).await.is_ok());
}

#[tokio::test]
async fn limited_downloads_are_counted_exactly_and_end() {
    let world = World::new();
    let token = world.room("box").await;
    let file = FileRequest::new("a", 20_000).max_downloads(Some(3));
    let (_, mut upload) = world.begin("box", &token, file).await;
    upload.write(large(20_000)).await.unwrap();
    upload.finish_file().await.unwrap();
    let content = upload.commit().await.unwrap().contents[0].id;
    let reads: Vec<_> = futures::future::join_all((0..20).map(|_| world.read("box", &token, content))).await;
    assert_eq!(reads.iter().filter(|read| read.is_ok()).count(), 3);
    assert!(reads.iter().all(|read| read.is_ok() || matches!(read, Err(Error::DownloadsSpent))));
    let swept = world.app.gc(false).await.unwrap();
    assert_eq!((swept.cleaned_contents, swept.cleaned_blobs, swept.freed_size), (1, 1, 20_000));
    refused!(world.read("box", &token, content).await, Error::ContentNotFound(_));
}

#[tokio::test]
async fn other_downloads_are_counted_in_the_end() {
    let world = World::new();
    let token = world.room("box").await;
    let id = world.upload("box", &token, "a", large(10)).await.unwrap().contents[0].id;
    for _ in 0..5 {
        world.read("box", &token, id).await.unwrap();
    }
    world.app.flush_downloads().await.unwrap();
    world.app.flush_downloads().await.unwrap();
    assert_eq!(world.app.content(&at("box"), &Caller::token(&token), id).await.unwrap().download_count, 5);
}

#[tokio::test]
async fn deleting_is_all_or_nothing() {
    let world = World::new();
    let token = world.room("box").await;
    let mut ids = Vec::new();
    for len in [10, 50_000] {
        ids.push(world.upload("box", &token, "a", large(len)).await.unwrap().contents[0].id);
    }
    let elsewhere = world.room("elsewhere").await;
    let foreign = world.upload("elsewhere", &elsewhere, "a", large(7)).await.unwrap().contents[0].id;
    let all: Vec<_> = ids.iter().copied().chain([foreign]).collect();
    refused!(world.app.delete_contents(&at("box"), &Caller::token(&token), all).await, Error::ContentNotFound(id) if id == foreign);
    assert_eq!(world.current_size("box", &token).await, 50_010);
    let twice = vec![ids[1], ids[0], ids[1]];
    let deleted = world.app.delete_contents(&at("box"), &Caller::token(&token), twice).await.unwrap();
    assert_eq!((deleted.deleted, deleted.freed_size, deleted.current_size), (ids, 50_010, 0));
    world.app.collect_blobs().await.unwrap();
    assert_eq!(world.blobs.len(), 0);
    let view = Permission::VIEW | Permission::SHARE;
    world.app.set_permission(&at("box"), &Caller::token(&token), view).await.unwrap();
    let guest = world.enter("box").await.unwrap();
    refused!(
        world.app.delete_contents(&at("box"), &Caller::token(&guest), vec![foreign]).await,
        Error::PermissionDenied(Permission::DELETE)
    );
}

async fn reserve(world: &World, token: &str, files: &[(&str, usize)]) -> ReservationId {
    let files = files.iter().map(|&(name, size)| FileRequest::new(name, size as u64)).collect();
    world.app.prepare(&at("box"), &Caller::token(token), files).await.unwrap().reservation_id
}

fn whole(files: &[(&str, usize)]) -> Vec<(String, Bytes)> {
    files.iter().map(|&(name, size)| (name.to_owned(), large(size))).collect()
}

#[tokio::test]
async fn files_that_have_arrived_whole_are_stored_at_once() {
    let world = World::new();
    let token = world.room("box").await;
    for files in [&[("a", 10), ("b", 0)][..], &[("a", 10), ("b", 30_000)]] {
        let before = world.current_size("box", &token).await;
        let id = reserve(&world, &token, files).await;
        let reversed: Vec<_> = whole(files).into_iter().rev().collect();
        let uploaded =
            world.app.upload_whole(&at("box"), &Caller::token(&token), id, reversed).await.unwrap();
        let total: usize = files.iter().map(|file| file.1).sum();
        assert_eq!(uploaded.current_size, before + total as u64);
        assert_eq!(world.current_size("box", &token).await, uploaded.current_size);
        for (content, file) in uploaded.contents.iter().zip(files) {
            assert_eq!(world.read("box", &token, content.id).await.unwrap(), large(file.1));
        }
    }
}

#[tokio::test]
async fn whole_files_that_are_not_what_was_announced_release_the_reservation() {
    let world = World::new();
    let token = world.room("box").await;
    for size in [100, 30_000] {
        let announced = [("a", size), ("b", 5)];
        for wrong in [
            &[("a", size)][..],
            &[("a", size), ("b", 5), ("c", 1)],
            &[("a", size), ("b", 4)],
            &[("a", size), ("b", 6)],
            &[("a", size), ("a", size)],
            &[],
        ] {
            let id = reserve(&world, &token, &announced).await;
            let upload =
                async |files| world.app.upload_whole(&at("box"), &Caller::token(&token), id, files).await;
            refused!(upload(whole(wrong)).await, Error::ManifestMismatch(_) | Error::FileTooLong { .. });
            assert_eq!((world.blobs.len(), world.current_size("box", &token).await), (0, 0));
            refused!(upload(whole(&announced)).await, Error::ReservationNotFound);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_whole_uploads_on_one_reservation_one_is_stored() {
    let world = World::new();
    let token = world.room("box").await;
    let id = reserve(&world, &token, &[("a", 7)]).await;
    let racing = (0..20).map(|_| {
        let (app, token) = (world.app.clone(), token.clone());
        tokio::spawn(async move {
            app.upload_whole(&at("box"), &Caller::token(&token), id, whole(&[("a", 7)])).await.is_ok()
        })
    });
    let stored = futures::future::join_all(racing).await;
    assert_eq!(stored.into_iter().filter(|stored| *stored.as_ref().unwrap()).count(), 1);
    assert_eq!(world.current_size("box", &token).await, 7);
    let late = reserve(&world, &token, &[("b", 7)]).await;
    world.wait(10);
    let upload = world.app.upload_whole(&at("box"), &Caller::token(&token), late, whole(&[("b", 7)])).await;
    refused!(upload, Error::ReservationExpired);
}

#[tokio::test]
async fn a_content_deleted_between_finding_and_opening_is_not_found() {
    let world = World::new();
    let token = world.room("box").await;
    let id = world.upload("box", &token, "a.bin", large(50_000)).await.unwrap().contents[0].id;
    let readable = world.app.readable(&at("box"), &Caller::token(&token), id).await.unwrap();
    world.app.delete_contents(&at("box"), &Caller::token(&token), vec![id]).await.unwrap();
    world.app.collect_blobs().await.unwrap();
    refused!(readable.open(None).await, Error::ContentNotFound(_));
}

#[tokio::test]
async fn an_upload_survives_a_silence_almost_as_long_as_its_lease() {
    let world = World::new();
    let token = world.room("box").await;
    let (_, mut upload) = world.begin("box", &token, FileRequest::new("a.bin", 50_000)).await;
    // Bytes came 19 seconds after the lease began, and then none for 50: the lease is one of 60.
    world.wait(19);
    upload.write(large(20_000)).await.unwrap();
    world.wait(50);
    upload.write(large(30_000)).await.unwrap();
    upload.finish_file().await.unwrap();
    upload.commit().await.unwrap();
}

#[tokio::test]
async fn where_the_blob_store_has_no_links_the_bytes_come_from_here() {
    let world = World::with_policy(Policy::default().blob_redirect(true));
    let token = world.room("box").await;
    let uploaded = world.upload("box", &token, "a.bin", Bytes::from(vec![1; 20_000])).await.unwrap();
    let id = uploaded.contents[0].id;
    let readable = world.app.readable(&at("box"), &Caller::token(&token), id).await.unwrap();
    let request = PresignRequest {
        expires_in: Duration::from_secs(3600),
        content_type: "text/plain".into(),
        content_disposition: "attachment".into(),
        cache_control: "no-store".into(),
    };
    assert_eq!(readable.link(None, request).await.unwrap(), None);
    assert_eq!(world.read("box", &token, id).await.unwrap().len(), 20_000);
    world.app.flush_downloads().await.unwrap();
    let content = world.app.content(&at("box"), &Caller::token(&token), id).await.unwrap();
    assert_eq!(content.download_count, 1);
}
