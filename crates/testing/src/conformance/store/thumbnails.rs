//! Small pictures of contents, counted and deleted with them.

use elizabeth_core::{
    change::ContentChange,
    content::Content,
    id::ContentId,
    name::FileName,
    policy::SIZE_MAX,
    ports::{Counts, SweepReport, Totals},
    room::NewRoom,
    thumbnail::{Thumbnail, ThumbnailType},
};
use futures::future::BoxFuture;

use super::{
    Bench,
    given::{at, blob, inline, new_content, new_room, thumbnail},
};
use crate::conformance::run_all;

impl Bench {
    async fn put_thumbnail(&self, id: ContentId, thumbnail: &Thumbnail) -> bool {
        let mut tx = self.begin().await;
        let put = tx.put_thumbnail(id, thumbnail).await.unwrap();
        tx.commit().await.unwrap();
        put
    }

    async fn change(&self, id: ContentId, change: &ContentChange) {
        let mut tx = self.begin().await;
        assert_eq!(tx.change_content(id, change, at(2)).await, Ok(true));
        tx.commit().await.unwrap();
    }
}

/// Of every type, with every byte there is, and the last one that was put; in its room only. Of the content nothing but the
/// size of its thumbnail is another.
pub async fn a_thumbnail_comes_back_whole(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let new = new_content(room, vec![inline("abc")]);
    let id = bench.add_content(&new).await;
    assert_eq!(bench.read().await.thumbnail(room, id).await, Ok(None));
    let every_byte: Vec<u8> = (0..=255).cycle().take(64 << 10).collect();
    for (len, media_type) in [64 << 10, 1, 300].into_iter().zip(ThumbnailType::ALL) {
        let put = Thumbnail { media_type, bytes: every_byte[..len].to_vec().into() };
        assert!(bench.put_thumbnail(id, &put).await);
        for store in [bench.store(), bench.reopen().await] {
            let mut read = store.read().await.unwrap();
            assert_eq!(read.thumbnail(room, id).await, Ok(Some(put.clone())));
            assert_eq!(read.thumbnail(other, id).await, Ok(None));
        }
        let expected = Content { thumbnail_size: len as u64, text: None, ..new.clone().into_content(id) };
        let stored = bench.content("room", id).await.unwrap();
        assert_eq!((&stored.content, &stored.segments), (&expected, &new.segments));
        assert_eq!(bench.read().await.contents_by_id(room, &[id]).await, Ok(vec![expected]));
    }
    let nobody = ContentId(i64::MAX);
    assert!(!bench.put_thumbnail(nobody, &thumbnail(1)).await);
    assert_eq!(bench.read().await.thumbnail(room, nobody).await, Ok(None));
}

/// In the room, in all rooms together and in what was freed, beside the content's own bytes; a new one instead of the old.
/// Neither a new name nor a new body is the end of it.
pub async fn a_thumbnail_is_counted_until_its_content_goes(bench: &Bench) {
    let here = bench.add_room(&NewRoom { max_size: SIZE_MAX, ..new_room("here") }).await;
    let there = bench.add_room(&new_room("there")).await;
    let mut ids = Vec::new();
    for (room, size) in [(here, 10), (here, 20), (there, 30)] {
        ids.push(bench.add_content(&new_content(room, vec![blob(size.into(), size)])).await);
    }
    let stored = async |expected: [u64; 2]| {
        let rooms = [bench.room(here).await.stored_size, bench.room(there).await.stored_size];
        assert_eq!(rooms, expected);
        let sum = expected.iter().sum();
        let mut read = bench.read().await;
        assert_eq!(read.totals(at(1)).await, Ok(Totals { stored: sum, held: 0 }));
        assert_eq!(read.counts().await.map(|Counts { stored_size, .. }| stored_size), Ok(sum));
    };
    for (size, expected) in [(100, 130), (1_000, 1_030), (7, 37), (7, 37)] {
        bench.put_thumbnail(ids[0], &thumbnail(size)).await;
        stored([expected, 30]).await;
    }
    bench.put_thumbnail(ids[1], &thumbnail(5)).await;
    bench.put_thumbnail(ids[2], &thumbnail(3)).await;
    stored([42, 33]).await;

    let mut tx = bench.begin().await;
    assert_eq!(tx.put_thumbnail(ids[0], &thumbnail(500)).await, Ok(true));
    assert_eq!(tx.room(here, at(1)).await.unwrap().unwrap().stored_size, 535);
    drop(tx);
    stored([42, 33]).await;

    let renamed = ContentChange { file_name: Some(FileName::parse("b").ok()), ..ContentChange::default() };
    bench.change(ids[0], &renamed).await;
    let body = elizabeth_core::content::Body {
        sha256: elizabeth_core::content::Sha256Hash([1; 32]),
        segments: vec![inline("12")],
    };
    bench.change(ids[0], &ContentChange { body: Some(body), ..ContentChange::default() }).await;
    stored([34, 33]).await;
    assert_eq!(bench.read().await.thumbnail(here, ids[0]).await, Ok(Some(thumbnail(7))));

    let mut tx = bench.begin().await;
    let freed = |contents, freed_size| Ok(SweepReport { contents, freed_size });
    assert_eq!(tx.delete_contents(here, &[ids[0]]).await, freed(1, 9));
    assert_eq!(tx.thumbnail(here, ids[0]).await, Ok(None));
    tx.commit().await.unwrap();
    stored([25, 33]).await;
    let mut tx = bench.begin().await;
    assert_eq!(tx.delete_room(there).await, freed(1, 33));
    assert_eq!(tx.thumbnail(there, ids[2]).await, Ok(None));
    assert_eq!(tx.delete_contents(here, &[ids[1]]).await, freed(1, 25));
    assert_eq!(tx.totals(at(1)).await, Ok(Totals::default()));
}

/// Nobody sees without a download what is limited, and what it took is free again.
pub async fn a_limit_of_downloads_drops_a_thumbnail(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let id = bench.add_content(&new_content(room, vec![inline("abc")])).await;
    bench.put_thumbnail(id, &thumbnail(9)).await;
    let limit =
        |max_downloads| ContentChange { max_downloads: Some(max_downloads), ..ContentChange::default() };
    bench.change(id, &limit(None)).await;
    assert_eq!(
        (bench.room(room).await.stored_size, bench.read().await.thumbnail(room, id).await),
        (12, Ok(Some(thumbnail(9))))
    );
    bench.change(id, &limit(Some(2))).await;
    assert_eq!(
        (bench.room(room).await.stored_size, bench.read().await.thumbnail(room, id).await),
        (3, Ok(None))
    );
    assert_eq!(bench.content("room", id).await.unwrap().content.thumbnail_size, 0);
    // Without a limit again it can have another one.
    bench.change(id, &limit(None)).await;
    bench.put_thumbnail(id, &thumbnail(4)).await;
    assert_eq!(bench.room(room).await.stored_size, 7);
}

/// Many of one content and of its neighbours, from two processes, beside one who deletes: what is counted is what is there.
pub async fn thumbnails_put_at_once_count_once(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(bench.add_content(&new_content(room, vec![])).await);
    }
    let mut tasks: Vec<BoxFuture<'static, ()>> = Vec::new();
    for n in 0..24 {
        let store = if n % 2 == 0 { bench.store() } else { bench.reopen().await };
        let id = ids[n % 4];
        tasks.push(Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            tx.lock_room_by_id(room, at(1)).await.unwrap().unwrap();
            if n == 11 {
                tx.delete_contents(room, &[id]).await.unwrap();
            } else {
                tx.put_thumbnail(id, &thumbnail(n + 1)).await.unwrap();
            }
            tx.commit().await.unwrap();
        }));
    }
    run_all(bench.spawn, tasks).await;
    let mut read = bench.read().await;
    assert_eq!(read.thumbnail(room, ids[3]).await, Ok(None));
    let mut sum = 0;
    for content in read.contents_by_id(room, &ids).await.unwrap() {
        let found = read.thumbnail(room, content.id).await.unwrap().unwrap();
        assert_eq!(found.size(), content.thumbnail_size);
        sum += found.size();
    }
    assert_eq!(bench.room(room).await.stored_size, sum);
}
