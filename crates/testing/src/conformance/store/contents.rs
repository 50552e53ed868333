//! Contents and their segments.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use elizabeth_core::{
    content::{Content, ContentKind, NewContent, Segment, Sha256Hash, StoredContent},
    id::{ContentId, RoomId},
    name::FileName,
    policy::{SIZE_MAX, TEXT_LISTED_MAX},
    ports::{ContentAccess, ContentPage, Counts, SweepReport},
    room::NewRoom,
    sniff::Sniffed,
    time::Timestamp,
};

use super::{
    Bench,
    given::{
        address, at, blob, hash, hold, inline, jti, key, manifest, new_content, new_room, refresh, sid, token,
    },
};
use crate::conformance::{run_all, step_aside};

/// Adds a content to the room `room` and asks for it in every way there is.
async fn assert_content(bench: &Bench, new: NewContent) {
    let id = bench.add_content(&new).await;
    let segments = new.segments.clone();
    let room = new.room_id;
    let content = Content { text: None, ..new.into_content(id) };
    let stored = StoredContent { content, segments };
    let content = stored.clone().into_listed();
    for store in [bench.store(), bench.reopen().await] {
        let mut read = store.read().await.unwrap();
        let access = read.content_access(&address("room"), None, id, at(1)).await.unwrap().unwrap();
        assert_eq!(access.content, Some(stored.clone()));
        assert_eq!(read.contents_by_id(room, &[id]).await, Ok(vec![stored.content.clone()]));
        assert_eq!(read.listed_by_id(room, &[id]).await, Ok(vec![content.clone()]));
        let listed = read.contents(room, ContentPage::default()).await.unwrap();
        assert_eq!(listed.last(), Some(&content));
    }
}

/// A file of 0 bytes is a content as any.
pub async fn a_content_without_segments_comes_back(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    assert_content(bench, new_content(room, vec![])).await;
    assert_eq!(bench.room(room).await.stored_size, 0);
}

/// One, or many more than ten, of both kinds mixed, with every byte there is.
pub async fn a_content_comes_back_with_its_segments_in_order(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(64 * 1024).collect();
    assert_content(bench, new_content(room, vec![blob(1, 1)])).await;
    assert_content(bench, new_content(room, vec![inline(every_byte)])).await;
    let many: Vec<Segment> = (0u8..24)
        .map(|n| if n % 3 == 0 { inline(vec![n; 3]) } else { blob(1_000 - u128::from(n), u64::from(n)) })
        .collect();
    assert_content(bench, new_content(room, many)).await;
}

/// The largest and the smallest values, and what people write.
pub async fn a_content_of_extremes_comes_back_whole(bench: &Bench) {
    let room = bench.add_room(&NewRoom { max_size: SIZE_MAX, ..new_room("room") }).await;
    let largest = NewContent {
        file_name: FileName::parse("фото/2026/été \u{1F382}'\"%_;--.jpg").ok(),
        mime_type: "text/plain; charset=utf-8".into(),
        sha256: Sha256Hash([0xff; 32]),
        max_downloads: Some(SIZE_MAX),
        expire_at: Some(Timestamp::MAX),
        language: Some("język \u{1F382}".into()),
        pinned: true,
        sid: sid(u128::MAX),
        created_at: Timestamp::MAX,
        ..new_content(room, vec![blob(u128::MAX, SIZE_MAX)])
    };
    assert_content(bench, largest).await;
    assert_eq!(bench.room(room).await.stored_size, SIZE_MAX);
    let smallest = NewContent {
        file_name: None,
        mime_type: String::new(),
        sha256: Sha256Hash([0; 32]),
        max_downloads: Some(1),
        expire_at: Some(Timestamp::EPOCH),
        created_at: Timestamp::EPOCH,
        ..new_content(room, vec![])
    };
    assert_content(bench, smallest).await;
}

/// Files, texts, links; and whatever their first bytes are.
pub async fn contents_of_every_kind_come_back(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    for kind in [ContentKind::File, ContentKind::Text, ContentKind::Url] {
        assert_content(bench, NewContent { kind, ..new_content(room, vec![inline("x")]) }).await;
        assert_content(bench, NewContent { kind, ..new_content(room, vec![]) }).await;
        let limited = NewContent { max_downloads: Some(2), ..new_content(room, vec![inline("x")]) };
        assert_content(bench, NewContent { kind, ..limited }).await;
    }
    for sniffed in Sniffed::ALL.into_iter().map(Some).chain([None]) {
        assert_content(bench, NewContent { sniffed, ..new_content(room, vec![]) }).await;
    }
}

/// A list has the text itself, up to a limit.
pub async fn texts_are_listed_up_to_a_limit(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    for (len, is_listed) in [(0, true), (1, true), (TEXT_LISTED_MAX, true), (TEXT_LISTED_MAX + 1, false)] {
        let text = "x".repeat(len as usize);
        let segments = if len == 0 { vec![] } else { vec![inline(text.clone())] };
        let new = NewContent { kind: ContentKind::Text, ..new_content(room, segments) };
        let id = bench.add_content(&new).await;
        let listed = bench.read().await.listed_by_id(room, &[id]).await.unwrap();
        assert_eq!(listed[0].text, is_listed.then_some(text), "{len}");
    }
}

/// The newest of exactly that name in that room, of those that can still be read.
pub async fn the_newest_content_of_a_name_is_found(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let name = |text: &str| FileName::parse(text).unwrap();
    let named = |text: &str| NewContent { file_name: Some(name(text)), ..new_content(room, vec![]) };
    let old = bench.add_content(&named("a")).await;
    let new = bench.add_content(&NewContent { kind: ContentKind::Text, ..named("a") }).await;
    let ends = bench.add_content(&NewContent { expire_at: Some(at(50)), ..named("a") }).await;
    let once = bench.add_content(&NewContent { max_downloads: Some(1), ..named("a") }).await;
    for text in ["A", "a/a", "aa", "%"] {
        bench.add_content(&named(text)).await;
    }
    bench.add_content(&NewContent { file_name: None, ..named("a") }).await;
    bench.add_content(&NewContent { room_id: other, ..named("a") }).await;
    let mut tx = bench.begin().await;
    assert_eq!(tx.newest_content(room, &name("a"), None, at(1)).await, Ok(Some(once)));
    assert_eq!(tx.count_download(once).await, Ok(true));
    for (now, found) in [(at(1), ends), (at(50), new), (Timestamp::MAX, new)] {
        assert_eq!(tx.newest_content(room, &name("a"), None, now).await, Ok(Some(found)), "{now}");
    }
    tx.delete_contents(room, &[new]).await.unwrap();
    let own = NewContent { sid: sid(9), ..named("own") };
    let own = tx.insert_content(&own).await.unwrap();
    tx.insert_content(&named("own")).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    assert_eq!(read.newest_content(room, &name("own"), Some(sid(9)), at(1)).await, Ok(Some(own)));
    assert_eq!(read.newest_content(room, &name("own"), Some(sid(8)), at(1)).await, Ok(None));
    assert_eq!(read.newest_content(room, &name("a"), None, at(50)).await, Ok(Some(old)));
    assert_eq!(read.newest_content(room, &name("_"), None, at(1)).await, Ok(None));
    assert_eq!(read.newest_content(RoomId(i64::MAX), &name("a"), None, at(1)).await, Ok(None));
}

/// The room is given also where the content is another room's or nobody's; the token as by access.
pub async fn content_access_tells_this_rooms_contents_only(bench: &Bench) {
    let here = bench.add_room(&NewRoom { slug: "slug".into(), ..new_room("here") }).await;
    let there = bench.add_room(&new_room("there")).await;
    let id = bench.add_content(&new_content(here, vec![blob(1, 5), inline("xy")])).await;
    let foreign = bench.add_content(&new_content(there, vec![blob(2, 5)])).await;
    let mut tx = bench.begin().await;
    tx.insert_token(&token(here, 1, 1)).await.unwrap();
    tx.insert_token(&token(there, 2, 1)).await.unwrap();
    tx.insert_reservation(here, sid(1), hold(3, at(10)), &manifest(&[("a", 3)]), at(0)).await.unwrap();
    tx.commit().await.unwrap();
    let stored = bench.content("here", id).await;
    assert_eq!(stored.as_ref().map(|stored| stored.segments.len()), Some(2));
    let mut read = bench.read().await;
    for (asked, found) in [(id, stored), (foreign, None), (ContentId(i64::MAX), None)] {
        for text in ["here", "slug"] {
            for (jti, token) in [(jti(1), Some(token(here, 1, 1))), (jti(2), None)] {
                let answer = read.content_access(&address(text), Some(jti), asked, at(1)).await.unwrap();
                let access = read.access(&address(text), Some(jti), at(1)).await.unwrap().unwrap();
                assert_eq!((access.room.stored_size, access.room.reserved_size), (7, 3));
                let expected = ContentAccess { room: access.room, token, content: found.clone() };
                assert_eq!(answer, Some(expected), "{text} {asked}");
            }
        }
    }
    assert_eq!(read.content_access(&address("nowhere"), None, id, at(1)).await, Ok(None));
}

fn ids(contents: &[Content]) -> Vec<ContentId> {
    contents.iter().map(|content| content.id).collect()
}

/// By ascending number, from behind one, so many at most.
pub async fn contents_are_listed_in_pages(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let mut all = Vec::new();
    for n in 0..7 {
        // Later ones were created earlier: it is the number that orders.
        let new = NewContent { created_at: at(100 - n), ..new_content(room, vec![blob(n as u128, 1)]) };
        all.push(bench.add_content(&new).await);
        bench.add_content(&new_content(other, vec![])).await;
    }
    let mut read = bench.read().await;
    let pages = [
        (None, None, &all[..]),
        (None, Some(3), &all[..3]),
        (Some(all[2]), Some(3), &all[3..6]),
        (Some(all[2]), None, &all[3..]),
        (Some(all[6]), Some(3), &[]),
        (Some(ContentId(0)), Some(u64::MAX), &all[..]),
        (Some(ContentId(i64::MAX)), None, &[]),
        (None, Some(0), &[]),
    ];
    for (after, limit, expected) in pages {
        let listed =
            read.contents(room, ContentPage { after, limit, ..ContentPage::default() }).await.unwrap();
        assert_eq!(ids(&listed), expected, "{after:?} {limit:?}");
    }
}

/// Where a session is named, only what it added.
pub async fn contents_are_listed_by_session(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut mine = Vec::new();
    for n in 0..6 {
        let new = NewContent { sid: sid(n % 2), ..new_content(room, vec![]) };
        let id = bench.add_content(&new).await;
        mine.extend((n % 2 == 1).then_some(id));
    }
    let mut read = bench.read().await;
    let page = ContentPage { sid: Some(sid(1)), ..ContentPage::default() };
    assert_eq!(ids(&read.contents(room, page).await.unwrap()), mine);
    let page = ContentPage { after: Some(mine[0]), limit: Some(1), ..page };
    assert_eq!(ids(&read.contents(room, page).await.unwrap()), mine[1..2]);
    let page = ContentPage { sid: Some(sid(9)), ..ContentPage::default() };
    assert_eq!(read.contents(room, page).await, Ok(vec![]));
}

/// Each once and in order, however they are named; a thousand at once will do.
pub async fn contents_are_found_by_number_in_their_room(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let a = bench.add_content(&new_content(room, vec![])).await;
    let foreign = bench.add_content(&new_content(other, vec![])).await;
    let b = bench.add_content(&new_content(room, vec![])).await;
    let mut read = bench.read().await;
    let mut find = async |asked: &[ContentId]| ids(&read.contents_by_id(room, asked).await.unwrap());
    assert_eq!(find(&[b, a]).await, [a, b]);
    assert_eq!(find(&[b, b, foreign, ContentId(-1), ContentId(i64::MAX)]).await, [b]);
    assert_eq!(find(&[]).await, []);
    let thousand: Vec<ContentId> = (0..998).map(|n| ContentId(1_000_000 + n)).chain([b, a]).collect();
    assert_eq!(find(&thousand).await, [a, b]);
}

/// Also after the last one was deleted, across rooms, and in another process.
pub async fn content_numbers_ascend_and_are_never_reused(bench: &Bench) {
    let rooms = [bench.add_room(&new_room("a")).await, bench.add_room(&new_room("b")).await];
    let mut last = ContentId(0);
    for room in rooms.into_iter().cycle().take(6) {
        for store in [bench.store(), bench.reopen().await] {
            let mut tx = store.begin().await.unwrap();
            let id = tx.insert_content(&new_content(room, vec![inline("x")])).await.unwrap();
            tx.commit().await.unwrap();
            assert!(id > last, "{id} after {last}");
            last = id;
            let mut tx = store.begin().await.unwrap();
            tx.delete_contents(room, &[id]).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

/// The report tells how many and how much, each counted once; the blobs wait to be deleted.
pub async fn deleting_contents_frees_and_queues(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let a = bench.add_content(&new_content(room, vec![blob(3, 10), inline("xyz"), blob(1, 2)])).await;
    let b = bench.add_content(&new_content(room, vec![inline("xyz")])).await;
    let kept = bench.add_content(&new_content(room, vec![blob(2, 20)])).await;
    let mut tx = bench.begin().await;
    assert_eq!(tx.delete_contents(room, &[]).await, Ok(SweepReport::default()));
    let report = tx.delete_contents(room, &[b, a, a, ContentId(i64::MAX)]).await;
    assert_eq!(report, Ok(SweepReport { contents: 2, freed_size: 18 }));
    assert_eq!(tx.delete_contents(room, &[a, b]).await, Ok(SweepReport::default()));
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [key(1), key(3)]);
    assert_eq!(bench.content("room", a).await, None);
    let left = bench.read().await.contents(room, ContentPage::default()).await.unwrap();
    assert_eq!((ids(&left), bench.room(room).await.stored_size), (vec![kept], 20));
}

/// Naming another room's content deletes nothing there.
pub async fn deleting_contents_ignores_other_rooms(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let own = bench.add_content(&new_content(here, vec![blob(1, 1)])).await;
    let foreign = bench.add_content(&new_content(there, vec![blob(2, 2)])).await;
    let mut tx = bench.begin().await;
    let report = tx.delete_contents(here, &[foreign, own]).await;
    assert_eq!(report, Ok(SweepReport { contents: 1, freed_size: 1 }));
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [key(1)]);
    assert!(bench.content("there", foreign).await.is_some());
    assert_eq!(bench.room(there).await.stored_size, 2);
}

/// A room with two contents, two tokens, a refresh token, a reservation and an announcement, all told apart by
/// `n`.
async fn furnish(bench: &Bench, name: &str, n: u128) -> (RoomId, ContentId) {
    let room = bench.add_room(&new_room(name)).await;
    let content = bench.add_content(&new_content(room, vec![blob(n, 10), blob(n + 1, 5)])).await;
    bench.add_content(&new_content(room, vec![inline("abc")])).await;
    let mut tx = bench.begin().await;
    tx.insert_token(&token(room, n, n)).await.unwrap();
    tx.insert_token(&token(room, n + 1, n)).await.unwrap();
    tx.insert_refresh(&refresh(room, n, n)).await.unwrap();
    let reserved = hold(50, at(10));
    let id = tx.insert_reservation(room, sid(n), reserved, &manifest(&[("a", 50)]), at(0)).await.unwrap();
    tx.announce(id, &[key(n + 2)], at(10)).await.unwrap();
    tx.commit().await.unwrap();
    (room, content)
}

/// Contents, tokens, refresh tokens, reservations; its blobs wait to be deleted. What was announced may still be
/// being written, so announcements stay until they lapse.
pub async fn deleting_a_room_takes_everything_with_it(bench: &Bench) {
    let (room, content) = furnish(bench, "room", 10).await;
    let mut tx = bench.begin().await;
    assert_eq!(tx.delete_room(room).await, Ok(SweepReport { contents: 2, freed_size: 18 }));
    assert_eq!(tx.delete_room(room).await, Ok(SweepReport::default()));
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!(tx.access(&address("room"), None, at(1)).await, Ok(None));
    assert_eq!(tx.room(room, at(1)).await, Ok(None));
    assert_eq!(tx.content_access(&address("room"), None, content, at(1)).await, Ok(None));
    assert_eq!(tx.contents(room, ContentPage::default()).await, Ok(vec![]));
    assert_eq!(tx.token(room, jti(10)).await, Ok(None));
    assert_eq!(tx.live_tokens(room, None, at(1)).await, Ok(vec![]));
    assert_eq!(tx.lock_refresh(hash(10)).await, Ok(None));
    assert_eq!(tx.live_holds(room, at(1)).await, Ok(vec![]));
    assert_eq!(tx.lapsed_reservations(at(10)).await, Ok((0, 0)));
    assert_eq!(tx.counts().await, Ok(Counts::default()));
    assert_eq!(tx.queued_blobs(None, 9).await, Ok(vec![key(10), key(11)]));
    assert_eq!((tx.lapsed_announcements(at(9)).await, tx.lapsed_announcements(at(10)).await), (Ok(0), Ok(1)));
    tx.queue_lapsed_announcements(at(10)).await.unwrap();
    assert_eq!(tx.queued_blobs(None, 9).await, Ok(vec![key(10), key(11), key(12)]));
}

/// Nothing of another room goes.
pub async fn deleting_a_room_spares_its_neighbours(bench: &Bench) {
    let (kept, content) = furnish(bench, "kept", 20).await;
    let (gone, _) = furnish(bench, "gone", 10).await;
    let before = (bench.room(kept).await, bench.content("kept", content).await);
    let mut tx = bench.begin().await;
    tx.delete_room(gone).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((bench.room(kept).await, bench.content("kept", content).await), before);
    let mut tx = bench.begin().await;
    assert_eq!(tx.live_tokens(kept, None, at(1)).await.unwrap().len(), 2);
    assert!(tx.lock_refresh(hash(20)).await.unwrap().is_some());
    assert_eq!(tx.live_holds(kept, at(1)).await.unwrap().len(), 1);
    assert_eq!(tx.counts().await, Ok(Counts { rooms: 1, contents: 2, stored_size: 18 }));
}

/// Past the limit, or of what is gone, a download is not counted.
pub async fn downloads_are_counted_to_the_limit(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let limited = NewContent { max_downloads: Some(2), ..new_content(room, vec![]) };
    let (id, other) = (bench.add_content(&limited).await, bench.add_content(&limited).await);
    let mut tx = bench.begin().await;
    for expected in [true, true, false, false] {
        assert_eq!(tx.count_download(id).await, Ok(expected));
    }
    tx.commit().await.unwrap();
    let count = async |id| bench.content("room", id).await.unwrap().content.download_count;
    assert_eq!((count(id).await, count(other).await), (2, 0));
    let mut tx = bench.begin().await;
    tx.delete_contents(room, &[other]).await.unwrap();
    assert_eq!(tx.count_download(other).await, Ok(false));
}

/// The guard holds across transactions and processes.
pub async fn of_many_at_once_no_more_download_than_allowed(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let limited = NewContent { max_downloads: Some(3), ..new_content(room, vec![]) };
    let id = bench.add_content(&limited).await;
    let counted = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for n in 0..20 {
        let store = if n % 2 == 0 { bench.store() } else { bench.reopen().await };
        let counted = counted.clone();
        tasks.push(Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            step_aside().await;
            let allowed = tx.count_download(id).await.unwrap();
            step_aside().await;
            tx.commit().await.unwrap();
            counted.fetch_add(usize::from(allowed), Ordering::SeqCst);
        }) as _);
    }
    run_all(bench.spawn, tasks).await;
    assert_eq!(counted.load(Ordering::SeqCst), 3);
    assert_eq!(bench.content("room", id).await.unwrap().content.download_count, 3);
}

/// Not its version, nor when it last changed; of what is gone nothing is counted.
pub async fn downloads_change_nothing_else(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let free = bench.add_content(&new_content(room, vec![blob(1, 1)])).await;
    let limited = NewContent { max_downloads: Some(9), ..new_content(room, vec![]) };
    let limited = bench.add_content(&limited).await;
    let before = (bench.content("room", free).await.unwrap(), bench.content("room", limited).await.unwrap());
    let mut tx = bench.begin().await;
    tx.add_downloads(free, 5).await.unwrap();
    tx.add_downloads(free, 0).await.unwrap();
    tx.add_downloads(free, 2).await.unwrap();
    tx.add_downloads(ContentId(i64::MAX), 2).await.unwrap();
    assert_eq!(tx.count_download(limited).await, Ok(true));
    tx.commit().await.unwrap();
    let (mut expected_free, mut expected_limited) = before;
    expected_free.content.download_count = 7;
    expected_limited.content.download_count = 1;
    assert_eq!(bench.content("room", free).await, Some(expected_free));
    assert_eq!(bench.content("room", limited).await, Some(expected_limited));
}
