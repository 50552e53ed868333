//! Tokens, sessions, refresh tokens.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use elizabeth_core::{
    id::{Jti, RoomId},
    permission::Permission,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
};

use super::{
    Bench,
    given::{at, hash, jti, new_room, refresh, sid, token},
};
use crate::conformance::{run_all, step_aside};

async fn add_tokens(bench: &Bench, tokens: &[TokenRecord]) {
    let mut tx = bench.begin().await;
    for token in tokens {
        tx.insert_token(token).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn add_refresh(bench: &Bench, tokens: &[RefreshRecord]) {
    let mut tx = bench.begin().await;
    for token in tokens {
        tx.insert_refresh(token).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn revoked_at(bench: &Bench, room: RoomId, n: u128) -> Option<Timestamp> {
    bench.read().await.token(room, jti(n)).await.unwrap().unwrap().revoked_at
}

async fn refresh_revoked_at(bench: &Bench, n: u128) -> Option<Timestamp> {
    bench.begin().await.lock_refresh(hash(n)).await.unwrap().unwrap().revoked_at
}

/// Every column is kept, to the microsecond.
pub async fn a_token_comes_back_whole(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let all = [
        token(room, 1, 1),
        TokenRecord {
            permission: Permission::all(),
            owner: true,
            created_at: Timestamp::from_micros(1),
            expires_at: Timestamp::MAX,
            revoked_at: Some(Timestamp::from_micros(999_999)),
            ..token(room, u128::MAX, u128::MAX)
        },
        TokenRecord {
            permission: Permission::empty(),
            scope: Permission::EDIT,
            granted: Permission::EDIT | Permission::DELETE,
            created_at: Timestamp::EPOCH,
            expires_at: Timestamp::EPOCH,
            ..token(room, 0, 0)
        },
    ];
    add_tokens(bench, &all).await;
    for store in [bench.store(), bench.reopen().await] {
        let mut read = store.read().await.unwrap();
        for expected in &all {
            assert_eq!(read.token(room, expected.jti).await, Ok(Some(expected.clone())));
        }
    }
}

/// Asked for in another room it is unknown.
pub async fn a_token_is_known_in_its_room_only(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    add_tokens(bench, &[token(here, 1, 1)]).await;
    let mut read = bench.read().await;
    assert_eq!(read.token(here, jti(1)).await, Ok(Some(token(here, 1, 1))));
    assert_eq!(read.token(there, jti(1)).await, Ok(None));
    assert_eq!(read.token(here, jti(2)).await, Ok(None));
}

/// Neither revoked nor expired ones, nor another room's or, where one is named, another session's.
pub async fn live_tokens_are_listed_oldest_first(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let made = |n, session, created, expires| TokenRecord {
        created_at: at(created),
        expires_at: at(expires),
        ..token(here, n, session)
    };
    let revoked = TokenRecord { revoked_at: Some(at(3)), ..made(5, 1, 0, 100) };
    let foreign = token(there, 6, 1);
    let all =
        [made(4, 1, 1, 100), made(3, 2, 3, 100), made(1, 1, 4, 20), made(2, 1, 2, 10), revoked, foreign];
    add_tokens(bench, &all).await;
    let mut read = bench.read().await;
    for (session, now, expected) in [
        (None, at(5), vec![4, 2, 3, 1]),
        (Some(sid(1)), at(5), vec![4, 2, 1]),
        (Some(sid(2)), at(5), vec![3]),
        (Some(sid(3)), at(5), vec![]),
        (None, Timestamp::from_micros(at(10).as_micros() - 1), vec![4, 2, 3, 1]),
        (None, at(10), vec![4, 3, 1]),
        (None, at(20), vec![4, 3]),
        (None, at(100), vec![]),
    ] {
        let found: Vec<Jti> =
            read.live_tokens(here, session, now).await.unwrap().iter().map(|t| t.jti).collect();
        let expected: Vec<Jti> = expected.into_iter().map(jti).collect();
        assert_eq!(found, expected, "{session:?} {now}");
    }
    let whole = read.live_tokens(here, Some(sid(2)), at(5)).await.unwrap();
    assert_eq!(whole, [all[1].clone()]);
}

/// Revoking again, or what does not exist, changes nothing.
pub async fn a_revoked_token_keeps_its_first_instant(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    add_tokens(bench, &[token(room, 1, 1), token(room, 2, 1)]).await;
    for secs in [5, 6] {
        let mut tx = bench.begin().await;
        tx.revoke_token(jti(1), at(secs)).await.unwrap();
        tx.revoke_token(jti(9), at(secs)).await.unwrap();
        tx.commit().await.unwrap();
        let expected = TokenRecord { revoked_at: Some(at(5)), ..token(room, 1, 1) };
        assert_eq!(bench.read().await.token(room, jti(1)).await, Ok(Some(expected)));
    }
    assert_eq!(revoked_at(bench, room, 2).await, None);
}

/// Not the room's other sessions, nor a session of the same number in another room.
pub async fn a_session_is_revoked_alone(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let before = TokenRecord { revoked_at: Some(at(1)), ..token(here, 2, 1) };
    add_tokens(bench, &[token(here, 1, 1), before, token(here, 3, 2), token(there, 4, 1)]).await;
    let used = RefreshRecord { used_at: Some(at(1)), revoked_at: Some(at(1)), ..refresh(here, 2, 1) };
    add_refresh(bench, &[refresh(here, 1, 1), used, refresh(here, 3, 2), refresh(there, 4, 1)]).await;
    let mut tx = bench.begin().await;
    tx.revoke_session_tokens(here, sid(1), at(5)).await.unwrap();
    tx.revoke_session_refresh(here, sid(1), at(6)).await.unwrap();
    tx.commit().await.unwrap();
    for (room, n, expected) in
        [(here, 1, Some(at(5))), (here, 2, Some(at(1))), (here, 3, None), (there, 4, None)]
    {
        assert_eq!(revoked_at(bench, room, n).await, expected, "token {n}");
    }
    for (n, expected) in [(1, Some(at(6))), (2, Some(at(1))), (3, None), (4, None)] {
        assert_eq!(refresh_revoked_at(bench, n).await, expected, "refresh token {n}");
    }
}

/// The two are separate, both ways.
pub async fn revoking_a_sessions_tokens_leaves_its_refresh_tokens(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    add_tokens(bench, &[token(room, 1, 1), token(room, 2, 2)]).await;
    add_refresh(bench, &[refresh(room, 1, 1), refresh(room, 2, 2)]).await;
    let mut tx = bench.begin().await;
    tx.revoke_session_tokens(room, sid(1), at(5)).await.unwrap();
    tx.revoke_session_refresh(room, sid(2), at(5)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((revoked_at(bench, room, 1).await, refresh_revoked_at(bench, 1).await), (Some(at(5)), None));
    assert_eq!((revoked_at(bench, room, 2).await, refresh_revoked_at(bench, 2).await), (None, Some(at(5))));
}

/// Tokens and refresh tokens of that room that are no owner's.
pub async fn revoking_guests_spares_owners(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let before = TokenRecord { revoked_at: Some(at(1)), ..token(here, 2, 1) };
    let owner = TokenRecord { owner: true, ..token(here, 3, 2) };
    add_tokens(bench, &[token(here, 1, 1), before, owner, token(there, 4, 3)]).await;
    let owner = RefreshRecord { owner: true, ..refresh(here, 3, 2) };
    let before = RefreshRecord { revoked_at: Some(at(1)), ..refresh(here, 2, 1) };
    add_refresh(bench, &[refresh(here, 1, 1), before, owner, refresh(there, 4, 3)]).await;
    let mut tx = bench.begin().await;
    tx.revoke_guests(here, at(5)).await.unwrap();
    tx.commit().await.unwrap();
    for (room, n, expected) in
        [(here, 1, Some(at(5))), (here, 2, Some(at(1))), (here, 3, None), (there, 4, None)]
    {
        assert_eq!(revoked_at(bench, room, n).await, expected, "token {n}");
        assert_eq!(refresh_revoked_at(bench, n).await, expected, "refresh token {n}");
    }
}

/// Every column is kept, to the microsecond.
pub async fn a_refresh_token_comes_back_whole(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let full = RefreshRecord {
        scope: Permission::EDIT | Permission::VIEW,
        granted: Permission::EDIT,
        owner: true,
        created_at: Timestamp::EPOCH,
        expires_at: Timestamp::MAX,
        used_at: Some(Timestamp::from_micros(1)),
        revoked_at: Some(Timestamp::from_micros(2)),
        ..refresh(room, 2, u128::MAX)
    };
    add_refresh(bench, &[refresh(room, 1, 1), full.clone()]).await;
    for store in [bench.store(), bench.reopen().await] {
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.lock_refresh(hash(1)).await, Ok(Some(refresh(room, 1, 1))));
        assert_eq!(tx.lock_refresh(hash(2)).await, Ok(Some(full.clone())));
        assert_eq!(tx.lock_refresh(hash(3)).await, Ok(None));
    }
}

/// The second use is reported, and the first one's instant stays.
pub async fn a_refresh_token_is_used_once(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    add_refresh(bench, &[refresh(room, 1, 1), refresh(room, 2, 1)]).await;
    let mut tx = bench.begin().await;
    assert_eq!(tx.use_refresh(hash(1), at(5)).await, Ok(true));
    assert_eq!(tx.use_refresh(hash(1), at(6)).await, Ok(false));
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!(tx.use_refresh(hash(1), at(7)).await, Ok(false));
    let expected = RefreshRecord { used_at: Some(at(5)), ..refresh(room, 1, 1) };
    assert_eq!(tx.lock_refresh(hash(1)).await, Ok(Some(expected)));
    assert_eq!(tx.lock_refresh(hash(2)).await, Ok(Some(refresh(room, 2, 1))));
}

/// Two racing clients do not both win.
pub async fn of_many_at_once_one_uses_a_refresh_token(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    add_refresh(bench, &[refresh(room, 1, 1)]).await;
    let winners = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for n in 0..12 {
        let store = if n % 2 == 0 { bench.store() } else { bench.reopen().await };
        let winners = winners.clone();
        tasks.push(Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            let found = tx.lock_refresh(hash(1)).await.unwrap().unwrap();
            step_aside().await;
            if found.used_at.is_none() {
                assert_eq!(tx.use_refresh(hash(1), at(n)).await, Ok(true), "it was locked");
                winners.fetch_add(1, Ordering::SeqCst);
            }
            tx.commit().await.unwrap();
        }) as _);
    }
    run_all(bench.spawn, tasks).await;
    assert_eq!(winners.load(Ordering::SeqCst), 1);
}

/// Those that have expired; a revoked or used one stays until then.
pub async fn dead_tokens_are_counted_and_deleted(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let revoked = TokenRecord { revoked_at: Some(at(1)), ..token(room, 1, 1) };
    let brief = TokenRecord { expires_at: at(10), ..token(room, 2, 1) };
    add_tokens(bench, &[revoked.clone(), brief]).await;
    let used = RefreshRecord { used_at: Some(at(1)), revoked_at: Some(at(1)), ..refresh(room, 1, 1) };
    let brief = RefreshRecord { expires_at: at(10), ..refresh(room, 2, 1) };
    add_refresh(bench, &[used.clone(), brief]).await;
    let mut tx = bench.begin().await;
    for (now, dead) in [(at(9), 0), (at(10), 2), (at(100), 4)] {
        assert_eq!(tx.dead_tokens(now).await, Ok(dead));
    }
    tx.delete_dead_tokens(at(10)).await.unwrap();
    assert_eq!(tx.dead_tokens(at(10)).await, Ok(0));
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!(tx.token(room, jti(1)).await, Ok(Some(revoked)));
    assert_eq!(tx.token(room, jti(2)).await, Ok(None));
    assert_eq!(tx.lock_refresh(hash(1)).await, Ok(Some(used)));
    assert_eq!(tx.lock_refresh(hash(2)).await, Ok(None));
}
