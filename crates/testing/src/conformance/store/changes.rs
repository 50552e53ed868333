//! Changing contents.

use std::sync::Arc;

use elizabeth_core::{
    change::ContentChange,
    content::{Body, Content, ContentKind, NewContent, Segment, Sha256Hash},
    id::ContentId,
    name::FileName,
    policy::SIZE_MAX,
    ports::{ContentPage, Counts, Store},
    time::Timestamp,
};
use futures::future::BoxFuture;

use super::{
    Bench,
    given::{address, at, blob, inline, key, new_content, new_room, sid},
};
use crate::conformance::{run_all, step_aside};

fn body(segments: Vec<Segment>) -> Option<Body> {
    Some(Body { sha256: Sha256Hash([segments.len() as u8; 32]), segments })
}

/// Changes a content in a transaction of its own.
async fn change(bench: &Bench, id: ContentId, change: &ContentChange, now: Timestamp) -> bool {
    let mut tx = bench.begin().await;
    let changed = tx.change_content(id, change, now).await.unwrap();
    tx.commit().await.unwrap();
    changed
}

/// Each column by itself, to a value and, where it can be cleared, to none; beside it only the version and when it
/// changed.
pub async fn a_change_of_a_content_touches_only_what_is_given(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let new = NewContent {
        kind: ContentKind::Text,
        max_downloads: Some(5),
        expire_at: Some(at(500)),
        language: Some("rust".into()),
        ..new_content(room, vec![inline("abc")])
    };
    let (id, neighbour) = (bench.add_content(&new).await, bench.add_content(&new).await);
    let before = bench.content("room", neighbour).await;
    let none = ContentChange::default;
    let changes = [
        none(),
        ContentChange { file_name: Some(FileName::parse("фото/\u{1F382}'\"%_;--").ok()), ..none() },
        ContentChange { file_name: Some(None), ..none() },
        ContentChange { mime_type: Some("text/markdown; charset=utf-8".into()), ..none() },
        ContentChange { language: Some(Some("język \u{1F382}".into())), ..none() },
        ContentChange { language: Some(None), ..none() },
        ContentChange { pinned: Some(true), ..none() },
        ContentChange { pinned: Some(false), ..none() },
        ContentChange { max_downloads: Some(Some(SIZE_MAX)), ..none() },
        ContentChange { max_downloads: Some(None), ..none() },
        ContentChange { expire_at: Some(Some(Timestamp::MAX)), ..none() },
        ContentChange { expire_at: Some(None), ..none() },
        ContentChange { body: body(vec![inline(vec![0; 70_000])]), ..none() },
    ];
    let mut expected = bench.content("room", id).await.unwrap();
    for (n, one) in (2..).zip(changes) {
        let now = at(n);
        assert!(change(bench, id, &one, now).await);
        let content = &mut expected.content;
        let ContentChange { file_name, mime_type, language, pinned, max_downloads, expire_at, body, .. } =
            one;
        content.file_name = file_name.unwrap_or(content.file_name.take());
        content.mime_type = mime_type.unwrap_or(content.mime_type.clone());
        content.language = language.unwrap_or(content.language.take());
        content.pinned = pinned.unwrap_or(content.pinned);
        content.max_downloads = max_downloads.unwrap_or(content.max_downloads);
        content.expire_at = expire_at.unwrap_or(content.expire_at);
        if let Some(body) = body {
            (content.size, content.sha256) = (70_000, Sha256Hash([1; 32]));
            expected.segments = body.segments;
        }
        (content.version, content.updated_at) = (n as u64, now);
        assert_eq!(bench.content("room", id).await.as_ref(), Some(&expected), "change {n}");
    }
    let everything = ContentChange {
        file_name: Some(FileName::parse("a").ok()),
        mime_type: Some("a/b".into()),
        language: Some(Some("de".into())),
        pinned: Some(true),
        max_downloads: Some(Some(7)),
        expire_at: Some(Some(at(900))),
        body: body(vec![]),
        versions: 3,
    };
    assert!(change(bench, id, &everything, at(99)).await);
    everything.apply(&mut expected, at(99));
    assert_eq!(bench.content("room", id).await, Some(expected));
    assert_eq!(bench.content("room", neighbour).await, before);
}

/// The room's size follows, and the blobs of before wait to be deleted; a list shows the new text.
pub async fn a_new_body_replaces_the_old_one(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let new = NewContent { kind: ContentKind::Text, ..new_content(room, vec![]) };
    let id = bench.add_content(&new).await;
    let other = bench.add_content(&new_content(room, vec![blob(9, 5)])).await;
    let many: Vec<Segment> = (0..24).map(|n| inline(vec![n; 2])).collect();
    for (segments, size, queued) in [
        (vec![inline("abc")], 3, vec![]),
        (vec![blob(1, 100), inline("xy"), blob(2, 50)], 152, vec![]),
        (vec![blob(3, 7)], 7, vec![key(1), key(2)]),
        (many, 48, vec![key(1), key(2), key(3)]),
        (vec![], 0, vec![key(1), key(2), key(3)]),
        (vec![inline("grün\0")], 6, vec![key(1), key(2), key(3)]),
    ] {
        let changed = ContentChange { body: body(segments.clone()), ..ContentChange::default() };
        assert!(change(bench, id, &changed, at(2)).await);
        let stored = bench.content("room", id).await.unwrap();
        assert_eq!((stored.content.size, stored.content.sha256.0[0]), (size, segments.len() as u8));
        assert_eq!(stored.segments, segments);
        assert_eq!((bench.room(room).await.stored_size, bench.queue().await), (size + 5, queued));
        assert_eq!(bench.read().await.counts().await.unwrap().stored_size, size + 5);
    }
    let listed = bench.read().await.listed_by_id(room, &[id]).await.unwrap();
    assert_eq!(listed[0].text.as_deref(), Some("grün\0"));
    assert_eq!(bench.content("room", other).await.unwrap().segments, [blob(9, 5)]);
}

/// Nothing is left of a change that is dropped, nor of one of a content that is gone.
pub async fn a_change_of_nothing_changes_nothing(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let id = bench.add_content(&new_content(room, vec![blob(1, 5)])).await;
    let before = bench.content("room", id).await;
    let changed = ContentChange { body: body(vec![inline("abc")]), ..ContentChange::default() };
    let mut tx = bench.begin().await;
    assert_eq!(tx.change_content(id, &changed, at(2)).await, Ok(true));
    drop(tx);
    assert_eq!((bench.content("room", id).await, bench.queue().await), (before, vec![]));
    let mut tx = bench.begin().await;
    tx.delete_contents(room, &[id]).await.unwrap();
    assert_eq!(tx.change_content(id, &changed, at(2)).await, Ok(false));
    tx.commit().await.unwrap();
    assert!(!change(bench, ContentId(i64::MAX), &ContentChange::default(), at(2)).await);
    assert_eq!(bench.read().await.counts().await, Ok(Counts { rooms: 1, ..Counts::default() }));
    assert_eq!(bench.queue().await, [key(1)]);
}

/// What was gathered before a limit was set does not use it up; from then on only guarded downloads count.
pub async fn downloads_of_before_a_limit_are_not_counted_under_it(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let id = bench.add_content(&new_content(room, vec![])).await;
    let mut tx = bench.begin().await;
    tx.add_downloads(id, 2).await.unwrap();
    let limit = |max_downloads| ContentChange { max_downloads: Some(max_downloads), ..Default::default() };
    assert_eq!(tx.change_content(id, &limit(Some(3)), at(2)).await, Ok(true));
    tx.add_downloads(id, 7).await.unwrap();
    for expected in [true, false] {
        assert_eq!(tx.count_download(id).await, Ok(expected));
    }
    assert_eq!(tx.dead_contents(at(2), 9).await, Ok(vec![(room, id)]));
    assert_eq!(tx.change_content(id, &limit(None), at(3)).await, Ok(true));
    assert_eq!(tx.dead_contents(at(3), 9).await, Ok(vec![]));
    tx.add_downloads(id, 1).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.content("room", id).await.unwrap().content.download_count, 4);
}

/// The sweeper goes by the new end.
pub async fn a_changed_end_is_the_one_that_counts(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let id = bench.add_content(&NewContent { expire_at: Some(at(10)), ..new_content(room, vec![]) }).await;
    for (end, dead_at_20) in [(Some(at(30)), false), (Some(at(20)), true), (None, false)] {
        let changed = ContentChange { expire_at: Some(end), ..ContentChange::default() };
        assert!(change(bench, id, &changed, at(2)).await);
        let dead = bench.read().await.dead_contents(at(20), 9).await.unwrap();
        assert_eq!(!dead.is_empty(), dead_at_20, "{end:?}");
    }
}

/// The same contents, without what they say.
pub async fn a_list_can_go_without_texts(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    for n in 0..4 {
        let kind = if n % 2 == 0 { ContentKind::Text } else { ContentKind::Url };
        let new = NewContent { kind, sid: sid(n / 2), ..new_content(room, vec![inline("x")]) };
        bench.add_content(&new).await;
        bench.add_content(&NewContent { kind, sid: sid(n / 2), ..new_content(room, vec![]) }).await;
    }
    let mut read = bench.read().await;
    for of in [None, Some(sid(1))] {
        let page = ContentPage { sid: of, limit: Some(5), ..ContentPage::default() };
        let with = read.contents(room, page).await.unwrap();
        assert!(with.iter().all(|content| content.text.is_some()) && with.len() >= 4);
        let without = read.contents(room, ContentPage { without_texts: true, ..page }).await;
        let bare = with.into_iter().map(|content| Content { text: None, ..content });
        assert_eq!(without, Ok(bare.collect()));
    }
}

/// Read, append a byte, write: under the room's lock, from two processes, no byte is lost.
pub async fn writers_of_one_content_lose_nothing(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let new = NewContent { kind: ContentKind::Text, ..new_content(room, vec![]) };
    let id = bench.add_content(&new).await;
    let stores = [bench.store(), bench.reopen().await];
    let append = |(n, store): (u8, Arc<dyn Store>)| -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            tx.lock_room_by_id(room, at(1)).await.unwrap();
            step_aside().await;
            let found = tx.content_access(&address("room"), None, id, at(1)).await.unwrap().unwrap();
            let text = found.content.unwrap().into_content().text.unwrap();
            step_aside().await;
            let text = format!("{text}{}", char::from(b'a' + n));
            let changed = ContentChange { body: body(vec![inline(text)]), ..ContentChange::default() };
            tx.change_content(id, &changed, at(2)).await.unwrap();
            tx.commit().await.unwrap();
        })
    };
    run_all(bench.spawn, (0..20).zip(stores.iter().cycle().cloned()).map(append).collect()).await;
    let content = bench.content("room", id).await.unwrap().into_content();
    let mut letters: Vec<char> = content.text.unwrap().chars().collect();
    letters.sort_unstable();
    assert_eq!(letters, ('a'..='t').collect::<Vec<_>>());
    assert_eq!((content.version, content.size, bench.room(room).await.stored_size), (21, 20, 20));
}
