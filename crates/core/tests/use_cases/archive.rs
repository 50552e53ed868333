use bytes::Bytes;
use elizabeth_core::{
    Caller, Error, Invalid, Result, content::FileRequest, id::ContentId, permission::Permission,
    service::Archive,
};
use futures::TryStreamExt;

use crate::{
    refused,
    support::{World, at, large},
};

async fn rest(mut archive: Archive) -> Result<Vec<(String, usize)>> {
    let mut entries = Vec::new();
    while let Some(entry) = archive.next().await? {
        let pieces: Vec<Bytes> = entry.bytes.try_collect().await?;
        let size = pieces.iter().map(Bytes::len).sum();
        assert_eq!(size as u64, entry.content.size);
        entries.push((entry.name, size));
    }
    Ok(entries)
}

async fn add(world: &World, token: &str, file: FileRequest) -> ContentId {
    let (_, mut upload) = world.begin("room", token, file).await;
    upload.finish_file().await.unwrap();
    upload.commit().await.unwrap().contents[0].id
}

#[tokio::test]
async fn an_archive_holds_what_may_be_kept() {
    let world = World::new();
    let token = world.room("room").await;
    let all = async || world.app.archive(&at("room"), &Caller::token(&token), None).await;
    assert_eq!(rest(all().await.unwrap()).await.unwrap(), []);

    let first = world.upload("room", &token, "a.txt", large(70_000)).await.unwrap().contents[0].id;
    world.upload("room", &token, "d/b.txt", large(3)).await.unwrap();
    let in_a_minute = world.app.now().saturating_add(std::time::Duration::from_secs(60));
    let short = FileRequest::new("c", 0).expire_at(Some(in_a_minute));
    let short = add(&world, &token, short).await;
    let counted = FileRequest::new("d", 0).max_downloads(Some(9));
    let counted = add(&world, &token, counted).await;
    let last = world.upload("room", &token, "a.txt", large(5)).await.unwrap().contents[0].id;
    world.wait(60);

    let whole = [("a.txt".into(), 70_000), ("d/b.txt".into(), 3), ("a (2).txt".into(), 5)];
    assert_eq!(rest(all().await.unwrap()).await.unwrap(), whole);
    let chosen = async |ids: &[ContentId]| {
        let archive = world.app.archive(&at("room"), &Caller::token(&token), Some(ids.to_vec())).await?;
        rest(archive).await
    };
    assert_eq!(chosen(&[last, counted, short, last]).await.unwrap(), [("a.txt".into(), 5)]);
    refused!(chosen(&[last, ContentId(99)]).await, Error::ContentNotFound(ContentId(99)));
    refused!(chosen(&[]).await, Error::Invalid(Invalid::ContentCount));
    refused!(
        chosen(&(0..1001).map(ContentId).collect::<Vec<_>>()).await,
        Error::Invalid(Invalid::ContentCount)
    );

    // Each opening is a download.
    world.app.flush_downloads().await.unwrap();
    let counts =
        async |id| world.app.content(&at("room"), &Caller::token(&token), id).await.unwrap().download_count;
    assert_eq!((counts(first).await, counts(last).await, counts(counted).await), (1, 2, 0));
}

#[tokio::test]
async fn an_archive_is_of_the_contents_there_were_without_those_deleted_meanwhile() {
    let world = World::new();
    let token = world.room("room").await;
    let mut ids = Vec::new();
    // More than are listed at a time.
    for n in 0..250 {
        ids.push(world.upload("room", &token, &format!("{n}"), large(1)).await.unwrap().contents[0].id);
    }
    let mut archive = world.app.archive(&at("room"), &Caller::token(&token), None).await.unwrap();
    assert_eq!(archive.next().await.unwrap().unwrap().name, "0");
    world.app.delete_contents(&at("room"), &Caller::token(&token), vec![ids[1], ids[249]]).await.unwrap();
    world.upload("room", &token, "late", large(1)).await.unwrap();
    let names: Vec<String> = rest(archive).await.unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, (2..249).map(|n| n.to_string()).collect::<Vec<_>>());

    let archive = world.app.archive(&at("room"), &Caller::token(&token), None).await.unwrap();
    world.app.delete_room(&at("room"), &Caller::token(&token)).await.unwrap();
    world.room("room").await;
    refused!(rest(archive).await, Error::RoomNotFound);
}

#[tokio::test]
async fn an_archive_needs_view() {
    let world = World::new();
    let token = world.room("room").await;
    let guest = world.enter("room").await.unwrap();
    world.app.set_permission(&at("room"), &Caller::token(&token), Permission::VIEW).await.unwrap();
    assert!(world.app.archive(&at("room"), &Caller::token(&guest), None).await.is_ok());
    refused!(world.app.archive(&at("room"), &Caller::Nobody, None).await, Error::Unauthorized(_));
}
