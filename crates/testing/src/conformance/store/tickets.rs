//! Tickets.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use elizabeth_core::{
    id::{ContentId, RoomId, TicketId},
    permission::Permission,
    ticket::{NewTicket, Ticket},
    time::Timestamp,
};

use super::{
    Bench,
    given::{at, hash, new_content, new_room, sid, ticket},
};
use crate::conformance::{run_all, step_aside};

async fn add(bench: &Bench, new: &NewTicket) -> Ticket {
    let mut tx = bench.begin().await;
    let id = tx.insert_ticket(new).await.unwrap();
    tx.commit().await.unwrap();
    new.clone().into_ticket(id)
}

async fn found(bench: &Bench, ticket: &Ticket) -> Option<Ticket> {
    bench.read().await.ticket(ticket.room_id, ticket.id).await.unwrap()
}

/// Every column is kept, to the microsecond; it is found by its number and by its hash.
pub async fn a_ticket_comes_back_whole(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let content = bench.add_content(&new_content(room, vec![])).await;
    let full = NewTicket {
        content_id: Some(content),
        scope: Permission::EDIT | Permission::DELETE,
        granted: Permission::EDIT,
        sid: sid(u128::MAX),
        owner: true,
        max_uses: Some(i64::MAX as u64),
        created_at: Timestamp::EPOCH,
        expires_at: Timestamp::MAX,
        ..ticket(room, 2, 1)
    };
    let all = [add(bench, &ticket(room, 1, 1)).await, add(bench, &full).await];
    for store in [bench.store(), bench.reopen().await] {
        let mut read = store.read().await.unwrap();
        for expected in &all {
            assert_eq!(read.ticket(room, expected.id).await, Ok(Some(expected.clone())));
            assert_eq!(read.ticket_by_hash(expected.hash).await, Ok(Some(expected.clone())));
        }
        assert_eq!(read.ticket_by_hash(hash(3)).await, Ok(None));
    }
}

/// By its number it is unknown in another room.
pub async fn a_ticket_is_known_in_its_room_only(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let made = add(bench, &ticket(here, 1, 1)).await;
    let mut read = bench.read().await;
    assert_eq!(read.ticket(here, made.id).await, Ok(Some(made.clone())));
    assert_eq!(read.ticket(there, made.id).await, Ok(None));
    assert_eq!(read.ticket(here, TicketId(i64::MAX)).await, Ok(None));
}

/// Neither revoked nor expired ones, nor another room's or, where one is named, another session's; spent ones too.
pub async fn live_tickets_are_listed_in_order(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let made = |n, session, expires| NewTicket { expires_at: at(expires), ..ticket(here, n, session) };
    let spent = NewTicket { max_uses: Some(1), ..made(1, 1, 100) };
    let mut tx = bench.begin().await;
    let mut ids = Vec::new();
    for new in [&spent, &made(2, 2, 100), &made(3, 1, 10), &made(4, 1, 100), &ticket(there, 5, 1)] {
        ids.push(tx.insert_ticket(new).await.unwrap());
    }
    assert_eq!(tx.use_ticket(ids[0]).await, Ok(true));
    tx.revoke_ticket(ids[3], at(1)).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    for (session, now, expected) in [
        (None, at(5), vec![ids[0], ids[1], ids[2]]),
        (Some(sid(1)), at(5), vec![ids[0], ids[2]]),
        (Some(sid(2)), at(5), vec![ids[1]]),
        (Some(sid(3)), at(5), vec![]),
        (None, Timestamp::from_micros(at(10).as_micros() - 1), vec![ids[0], ids[1], ids[2]]),
        (None, at(10), vec![ids[0], ids[1]]),
        (None, at(100), vec![]),
    ] {
        let live = read.live_tickets(here, session, now).await.unwrap();
        let found: Vec<TicketId> = live.iter().map(|ticket| ticket.id).collect();
        assert_eq!(found, expected, "{session:?} {now}");
    }
    let whole = read.live_tickets(here, Some(sid(2)), at(5)).await.unwrap();
    assert_eq!(whole, [made(2, 2, 100).into_ticket(ids[1])]);
}

/// Past its uses, when it is revoked or gone, a use is not counted; one without a limit counts on.
pub async fn a_ticket_is_used_as_often_as_it_allows(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let limited = add(bench, &NewTicket { max_uses: Some(2), ..ticket(room, 1, 1) }).await;
    let free = add(bench, &NewTicket { max_uses: None, ..ticket(room, 2, 1) }).await;
    let other = add(bench, &NewTicket { max_uses: None, ..ticket(room, 3, 1) }).await;
    let mut tx = bench.begin().await;
    for expected in [true, true, false, false] {
        assert_eq!(tx.use_ticket(limited.id).await, Ok(expected));
        assert_eq!(tx.use_ticket(free.id).await, Ok(true));
    }
    tx.revoke_ticket(other.id, at(5)).await.unwrap();
    assert_eq!(tx.use_ticket(other.id).await, Ok(false));
    assert_eq!(tx.use_ticket(TicketId(i64::MAX)).await, Ok(false));
    tx.commit().await.unwrap();
    assert_eq!(found(bench, &limited).await, Some(Ticket { uses: 2, ..limited }));
    assert_eq!(found(bench, &free).await, Some(Ticket { uses: 4, ..free }));
    assert_eq!(found(bench, &other).await, Some(Ticket { revoked_at: Some(at(5)), ..other }));
}

/// The guard holds across transactions and processes.
pub async fn of_many_at_once_no_more_use_a_ticket_than_it_allows(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let made = add(bench, &NewTicket { max_uses: Some(3), ..ticket(room, 1, 1) }).await;
    let (id, counted) = (made.id, Arc::new(AtomicUsize::new(0)));
    let mut tasks = Vec::new();
    for n in 0..20 {
        let store = if n % 2 == 0 { bench.store() } else { bench.reopen().await };
        let counted = counted.clone();
        tasks.push(Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            step_aside().await;
            let allowed = tx.use_ticket(id).await.unwrap();
            step_aside().await;
            tx.commit().await.unwrap();
            counted.fetch_add(usize::from(allowed), Ordering::SeqCst);
        }) as _);
    }
    run_all(bench.spawn, tasks).await;
    assert_eq!(counted.load(Ordering::SeqCst), 3);
    assert_eq!(found(bench, &made).await, Some(Ticket { uses: 3, ..made }));
}

/// Revoking again, or what does not exist, changes nothing.
pub async fn a_revoked_ticket_keeps_its_first_instant(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let (one, other) = (add(bench, &ticket(room, 1, 1)).await, add(bench, &ticket(room, 2, 1)).await);
    for secs in [5, 6] {
        let mut tx = bench.begin().await;
        tx.revoke_ticket(one.id, at(secs)).await.unwrap();
        tx.revoke_ticket(TicketId(i64::MAX), at(secs)).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(found(bench, &one).await, Some(Ticket { revoked_at: Some(at(5)), ..one }));
    assert_eq!(found(bench, &other).await, Some(other));
}

/// Those of that room that are no owner's, and are not revoked yet.
pub async fn revoking_guests_revokes_the_tickets_they_made(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let owners = NewTicket { owner: true, ..ticket(here, 3, 2) };
    let mut made = Vec::new();
    for new in [ticket(here, 1, 1), ticket(here, 2, 1), owners, ticket(there, 4, 1)] {
        made.push(add(bench, &new).await);
    }
    let mut tx = bench.begin().await;
    tx.revoke_ticket(made[1].id, at(1)).await.unwrap();
    tx.revoke_guests(here, at(5)).await.unwrap();
    tx.commit().await.unwrap();
    for (ticket, expected) in made.iter().zip([Some(at(5)), Some(at(1)), None, None]) {
        assert_eq!(found(bench, ticket).await.unwrap().revoked_at, expected, "ticket {}", ticket.id);
    }
}

/// Those of that session in that room that are not revoked yet.
pub async fn revoking_a_session_revokes_the_tickets_it_made(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let mut made = Vec::new();
    for new in [ticket(here, 1, 1), ticket(here, 2, 1), ticket(here, 3, 2), ticket(there, 4, 1)] {
        made.push(add(bench, &new).await);
    }
    let mut tx = bench.begin().await;
    tx.revoke_ticket(made[1].id, at(1)).await.unwrap();
    tx.revoke_session_tickets(here, sid(1), at(5)).await.unwrap();
    tx.commit().await.unwrap();
    for (ticket, expected) in made.iter().zip([Some(at(5)), Some(at(1)), None, None]) {
        assert_eq!(found(bench, ticket).await.unwrap().revoked_at, expected, "ticket {}", ticket.id);
    }
}

/// What a ticket opens is gone, so the ticket is; others stay.
pub async fn a_ticket_goes_with_its_content_and_its_room(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let of = async |room: RoomId, n: u128, content: Option<ContentId>| {
        add(bench, &NewTicket { content_id: content, ..ticket(room, n, 1) }).await
    };
    let gone = bench.add_content(&new_content(room, vec![])).await;
    let kept = bench.add_content(&new_content(room, vec![])).await;
    let (of_gone, of_kept) = (of(room, 1, Some(gone)).await, of(room, 2, Some(kept)).await);
    let (entry, elsewhere) = (of(room, 3, None).await, of(other, 4, None).await);
    let mut tx = bench.begin().await;
    tx.delete_contents(room, &[gone]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(found(bench, &of_gone).await, None);
    assert_eq!(bench.read().await.ticket_by_hash(of_gone.hash).await, Ok(None));
    assert_eq!(found(bench, &of_kept).await, Some(of_kept.clone()));
    assert_eq!(found(bench, &entry).await, Some(entry.clone()));
    let mut tx = bench.begin().await;
    tx.delete_room(room).await.unwrap();
    tx.commit().await.unwrap();
    for ticket in [&of_kept, &entry] {
        assert_eq!(found(bench, ticket).await, None);
        assert_eq!(bench.read().await.ticket_by_hash(ticket.hash).await, Ok(None));
    }
    assert_eq!(found(bench, &elsewhere).await, Some(elsewhere));
}

/// Expired ones go with dead tokens; revoked and spent ones stay until then.
pub async fn dead_tickets_are_counted_and_deleted(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let spent = add(bench, &NewTicket { max_uses: Some(1), ..ticket(room, 1, 1) }).await;
    let brief = add(bench, &NewTicket { expires_at: at(10), ..ticket(room, 2, 1) }).await;
    let mut tx = bench.begin().await;
    tx.use_ticket(spent.id).await.unwrap();
    tx.revoke_ticket(spent.id, at(1)).await.unwrap();
    for (now, dead) in [(at(9), 0), (at(10), 1), (at(100), 2)] {
        assert_eq!(tx.dead_tokens(now).await, Ok(dead));
    }
    tx.delete_dead_tokens(at(10)).await.unwrap();
    assert_eq!(tx.dead_tokens(at(10)).await, Ok(0));
    tx.commit().await.unwrap();
    assert_eq!(found(bench, &spent).await, Some(Ticket { uses: 1, revoked_at: Some(at(1)), ..spent }));
    assert_eq!(found(bench, &brief).await, None);
    assert_eq!(bench.read().await.ticket_by_hash(brief.hash).await, Ok(None));
}

/// Not even the number of the last one after its end.
pub async fn ticket_numbers_ascend_and_are_never_reused(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let first = add(bench, &ticket(room, 1, 1)).await;
    let last = add(bench, &ticket(room, 2, 1)).await;
    let mut tx = bench.begin().await;
    tx.delete_dead_tokens(at(100)).await.unwrap();
    tx.commit().await.unwrap();
    let next = add(bench, &ticket(room, 3, 1)).await;
    assert!(first.id < last.id && last.id < next.id, "{} {} {}", first.id, last.id, next.id);
}
