//! What all rooms take together, and what one room has so many of at most.

use elizabeth_core::{
    change::ContentChange,
    counts::Rows,
    name::FileName,
    ports::{ContentPage, CredentialKind, Totals, UploadCounts, UploadRange},
    quota::{Hold, HoldState},
    ticket::NewTicket,
    token::{RefreshRecord, TokenRecord},
};

use super::{
    Bench,
    given::{at, blob, inline, manifest, new_content, new_room, new_upload, refresh, sid, ticket, token},
};

/// Of all rooms, as long as each hold lives; what has arrived of one is outstanding no more.
pub async fn totals_follow_what_is_stored_and_held(bench: &Bench) {
    assert_eq!(bench.read().await.totals(at(1)).await, Ok(Totals::default()));
    let a = bench.add_room(&new_room("a")).await;
    let b = bench.add_room(&new_room("b")).await;
    bench.add_content(&new_content(a, vec![blob(1, 100)])).await;
    bench.add_content(&new_content(b, vec![inline("12345")])).await;
    let mut tx = bench.begin().await;
    for (room, size, arrived, deadline) in [(a, 50, 0, 10), (b, 40, 30, 20)] {
        let hold = Hold { arrived, ..Hold::new(size, at(deadline), HoldState::Begun) };
        tx.insert_reservation(room, sid(1), hold, &manifest(&[("a", size)]), at(0)).await.unwrap();
    }
    tx.lock_totals().await.unwrap();
    assert_eq!(tx.totals(at(9)).await, Ok(Totals { stored: 105, held: 90 }));
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    for (now, held, outstanding) in [(at(9), 90, 60), (at(10), 40, 10), (at(20), 0, 0)] {
        assert_eq!(read.totals(now).await, Ok(Totals { stored: 105, held }));
        assert_eq!(read.outstanding(now).await, Ok(outstanding));
    }
}

/// Whoever has locked the totals is alone until the end of the transaction, in every process.
pub async fn of_many_at_once_no_more_is_taken_than_there_is(bench: &Bench) {
    const MOST: u64 = 10;
    let mut tasks: Vec<futures::future::BoxFuture<'static, ()>> = Vec::new();
    for n in 0..20 {
        let room = bench.add_room(&new_room(&format!("room{n}"))).await;
        let store = if n % 2 == 0 { bench.store() } else { bench.reopen().await };
        tasks.push(Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            tx.lock_room_by_id(room, at(1)).await.unwrap().unwrap();
            tx.lock_totals().await.unwrap();
            if tx.totals(at(1)).await.unwrap().held < MOST {
                let hold = Hold::new(1, at(10), HoldState::Pending);
                tx.insert_reservation(room, sid(1), hold, &manifest(&[("a", 1)]), at(0)).await.unwrap();
            }
            tx.commit().await.unwrap();
        }));
    }
    super::super::run_all(bench.spawn, tasks).await;
    assert_eq!(bench.read().await.totals(at(1)).await.unwrap().held, MOST);
}

/// A content costs 256 bytes and those of its name, in UTF-8, as it is called by now.
pub async fn rows_follow_contents_and_their_names(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let first = bench.add_content(&new_content(room, vec![])).await;
    let unnamed = elizabeth_core::content::NewContent { file_name: None, ..new_content(room, vec![]) };
    bench.add_content(&unnamed).await;
    let rows = async || bench.room(room).await.rows();
    assert_eq!(rows().await, Rows { count: 2, size: 2 * 256 + 5 });
    let name = FileName::parse("名前.txt").unwrap();
    let change = ContentChange { file_name: Some(Some(name)), ..ContentChange::default() };
    let mut tx = bench.begin().await;
    assert_eq!(tx.change_content(first, &change, at(2)).await, Ok(true));
    tx.commit().await.unwrap();
    assert_eq!(rows().await, Rows { count: 2, size: 2 * 256 + 10 });
    let mut tx = bench.begin().await;
    tx.delete_contents(room, &[first]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(rows().await, Rows { count: 1, size: 256 });
}

/// Those that are over count until they are removed, of the room that is asked about alone.
pub async fn credentials_are_counted_and_make_way(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let mut tx = bench.begin().await;
    for (room, n) in [(here, 0), (there, 10)] {
        tx.insert_token(&token(room, n, 1)).await.unwrap();
        tx.insert_token(&TokenRecord { revoked_at: Some(at(1)), ..token(room, n + 1, 1) }).await.unwrap();
        tx.insert_token(&TokenRecord { expires_at: at(5), ..token(room, n + 2, 2) }).await.unwrap();
        tx.insert_refresh(&refresh(room, n, 1)).await.unwrap();
        tx.insert_refresh(&RefreshRecord { revoked_at: Some(at(1)), ..refresh(room, n + 1, 1) })
            .await
            .unwrap();
        tx.insert_refresh(&RefreshRecord { used_at: Some(at(1)), ..refresh(room, n + 2, 2) }).await.unwrap();
        tx.insert_refresh(&RefreshRecord { expires_at: at(5), ..refresh(room, n + 3, 2) }).await.unwrap();
        tx.insert_ticket(&ticket(room, n, 1)).await.unwrap();
        let revoked = tx.insert_ticket(&ticket(room, n + 1, 1)).await.unwrap();
        tx.revoke_ticket(revoked, at(1)).await.unwrap();
        tx.insert_ticket(&NewTicket { expires_at: at(5), ..ticket(room, n + 2, 2) }).await.unwrap();
    }
    tx.commit().await.unwrap();
    let kinds = [(CredentialKind::Token, 3), (CredentialKind::RefreshToken, 4), (CredentialKind::Ticket, 3)];
    for (kind, count) in kinds {
        let mut tx = bench.begin().await;
        assert_eq!(tx.credential_count(here, kind).await, Ok(count), "{kind:?}");
        tx.delete_dead_credentials(here, kind, at(5)).await.unwrap();
        assert_eq!(tx.credential_count(here, kind).await, Ok(1), "{kind:?}");
        assert_eq!(tx.credential_count(there, kind).await, Ok(count), "{kind:?}");
        tx.commit().await.unwrap();
    }
    let mut tx = bench.begin().await;
    tx.delete_session_tokens(there, sid(1)).await.unwrap();
    assert_eq!(tx.credential_count(there, CredentialKind::Token).await, Ok(1));
    assert_eq!(tx.credential_count(there, CredentialKind::RefreshToken).await, Ok(2));
    assert_eq!(tx.credential_count(here, CredentialKind::Token).await, Ok(1));
    assert_eq!(tx.credential_count(there, CredentialKind::Ticket).await, Ok(3));
}

/// Those that are live and not complete.
pub async fn uploads_are_counted_by_room_and_session(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let mut tx = bench.begin().await;
    for (of, n, session) in [(room, 1, 1), (room, 2, 1), (room, 3, 2), (other, 4, 1)] {
        tx.insert_upload(&new_upload(of, n, session)).await.unwrap();
    }
    let done = tx.insert_upload(&new_upload(room, 5, 1)).await.unwrap();
    tx.update_hold(done, Hold::new(0, at(50), HoldState::Done)).await.unwrap();
    // A reservation is none.
    super::given::reserve(&mut *tx, room, 1, 10).await;
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    let counts = |room, session| Ok(UploadCounts { room, session });
    assert_eq!(read.upload_counts(room, sid(1), at(9)).await, counts(3, 2));
    assert_eq!(read.upload_counts(room, sid(9), at(9)).await, counts(3, 0));
    assert_eq!(read.upload_counts(room, sid(1), at(10)).await, counts(0, 0));
}

/// Without their files, in the order and the parts in which the uploads are listed; and numbers of contents.
pub async fn outlines_and_numbers_are_listed_in_parts(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut tx = bench.begin().await;
    let mut ids = Vec::new();
    for (n, session) in [(1, 1), (2, 2), (3, 1)] {
        let mut new = new_upload(room, n, session);
        new.hold = new.hold.for_rows(Rows { count: 3, size: 100 * n as u64 });
        ids.push(tx.insert_upload(&new).await.unwrap());
    }
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    let numbers = |outlines: Vec<elizabeth_core::ports::UploadOutline>| {
        outlines.into_iter().map(|outline| (outline.reservation, outline.rows_size)).collect::<Vec<_>>()
    };
    let all = read.upload_outlines(room, None, None, 10, at(9)).await.unwrap();
    assert_eq!((all[0].sid, all[0].owner), (sid(1), false));
    assert_eq!(numbers(all), [(ids[0], 100), (ids[1], 200), (ids[2], 300)]);
    let part = read.upload_outlines(room, None, Some(ids[0]), 1, at(9)).await.unwrap();
    assert_eq!(numbers(part), [(ids[1], 200)]);
    let own = read.upload_outlines(room, Some(sid(1)), Some(ids[0]), 10, at(9)).await.unwrap();
    assert_eq!(numbers(own), [(ids[2], 300)]);
    assert_eq!(read.upload_outlines(room, None, None, 10, at(10)).await, Ok(vec![]));
    let range = UploadRange { after: Some(ids[0]), until: Some(ids[1]) };
    let within = read.live_uploads(room, None, range, at(9)).await.unwrap();
    assert_eq!(within.into_iter().map(|upload| upload.reservation).collect::<Vec<_>>(), [ids[1]]);

    let mut contents = Vec::new();
    for _ in 0..4 {
        contents.push(bench.add_content(&new_content(room, vec![])).await);
    }
    let page = ContentPage { after: Some(contents[0]), limit: Some(2), ..ContentPage::default() };
    let mut read = bench.read().await;
    assert_eq!(read.content_ids(room, page, 0).await.unwrap(), contents[1..3]);
    assert_eq!(read.content_ids(room, page, 2).await.unwrap(), contents[3..]);
    let others = ContentPage { sid: Some(sid(9)), ..page };
    assert_eq!(read.content_ids(room, others, 0).await, Ok(vec![]));
    assert_eq!(read.total_downloads(room, None).await, Ok(0));
    drop(read);

    let mut tx = bench.begin().await;
    tx.add_downloads(contents[0], 3).await.unwrap();
    tx.add_downloads(contents[1], 4).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    assert_eq!(read.total_downloads(room, None).await, Ok(7));
    let author = new_content(room, vec![]).sid;
    assert_eq!(read.total_downloads(room, Some(author)).await, Ok(7));
    assert_eq!(read.total_downloads(room, Some(sid(9))).await, Ok(0));
}
