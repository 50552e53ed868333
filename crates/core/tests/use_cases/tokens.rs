use elizabeth_core::{
    Caller, Elizabeth, Error, Unauthorized,
    crypto::JwtSigner,
    permission::Permission,
    ports::TokenSigner,
    room::FIRST_ENTRY,
    service::{Issued, TokenRequest},
    token::Claims,
};
use futures::future::join_all;
use secrecy::ExposeSecret;

use crate::{
    refused,
    support::{World, at, with_key, with_token},
};

async fn session(app: &Elizabeth, room: &str) -> Issued {
    let request = TokenRequest::default().with_refresh_token(true);
    app.issue_token(&at(room), request).await.unwrap()
}

fn refresh_token(issued: &Issued) -> String {
    issued.refresh.as_ref().unwrap().token.expose_secret().to_owned()
}

#[tokio::test]
async fn the_first_token_is_the_owners_and_no_later_one_without_the_key() {
    let world = World::new();
    let created = world.create("home", Default::default()).await.unwrap();
    let claims =
        async |request| world.app.issue_token(&at("home"), request).await.map(|issued| issued.claims);
    assert!(claims(TokenRequest::default()).await.unwrap().owner);
    assert!(!claims(TokenRequest::default()).await.unwrap().owner);
    assert!(claims(with_key(&created.owner_key)).await.unwrap().owner);
    refused!(claims(with_key(&"own_wrong".into())).await, Error::WrongOwnerKey);

    // Who enters by key first leaves nothing for the passer-by.
    let created = world.create("other", Default::default()).await.unwrap();
    world.issue("other", with_key(&created.owner_key)).await.unwrap();
    assert!(!session(&world.app, "other").await.claims.owner);
}

/// A room that was made and left alone is nobody's by chance: a minute later only its key makes an owner.
#[tokio::test]
async fn the_first_to_come_owns_a_room_for_a_minute_only() {
    let world = World::new();
    let almost = FIRST_ENTRY.saturating_sub(std::time::Duration::from_micros(1));
    for (waited, owner) in [(almost, true), (FIRST_ENTRY, false), (FIRST_ENTRY * 60, false)] {
        let created = world.create("room", Default::default()).await.unwrap();
        world.clock.advance(waited);
        assert_eq!(session(&world.app, "room").await.claims.owner, owner, "{waited:?}");
        // The next one is a guest in any case, and the key is as good as ever.
        assert!(!session(&world.app, "room").await.claims.owner);
        let by_key = world.app.issue_token(&at("room"), with_key(&created.owner_key)).await.unwrap();
        assert!(by_key.claims.owner);
        world.app.delete_room(&at("room"), &Caller::Token(by_key.token)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_the_owner() {
    let world = World::new();
    world.create("race", Default::default()).await.unwrap();
    let entries = (0..50).map(|_| {
        let app = world.app.clone();
        tokio::spawn(async move { session(&app, "race").await.claims.owner })
    });
    let owners = join_all(entries).await.into_iter().filter(|owner| *owner.as_ref().unwrap()).count();
    assert_eq!(owners, 1);
}

/// What was signed counts beside the row: a token whose own end is over is no good, though its row says otherwise.
#[tokio::test]
async fn a_token_is_judged_by_its_own_end_too() {
    let world = World::new();
    let issued = {
        world.create("room", Default::default()).await.unwrap();
        session(&world.app, "room").await
    };
    let signer = JwtSigner::new(vec![vec![7; 32].into()]).unwrap();
    let now = world.app.now().as_secs();
    for (exp, good) in [(now + 1, true), (now, false), (0, false), (i64::MIN, false)] {
        let token = signer.sign(&Claims { exp, ..issued.claims.clone() }).unwrap();
        let judged = world.app.room(&at("room"), &Caller::Token(token)).await;
        if good {
            assert!(judged.is_ok());
        } else {
            refused!(judged, Error::Unauthorized(Unauthorized::Expired));
        }
    }
    // Nor does one that lives longer than its row.
    let token = signer.sign(&Claims { exp: i64::MAX, ..issued.claims.clone() }).unwrap();
    world.wait(3600);
    refused!(
        world.app.room(&at("room"), &Caller::Token(token)).await,
        Error::Unauthorized(Unauthorized::Expired)
    );
}

#[tokio::test]
async fn a_renewal_keeps_the_session_and_takes_the_rooms_permission() {
    let world = World::new();
    let owner = world.room("room").await;
    let guest = session(&world.app, "room").await;
    let only_view = Permission::VIEW | Permission::SHARE;
    world.app.set_permission(&at("room"), &Caller::token(&owner), only_view).await.unwrap();
    let token = guest.token.expose_secret();
    let renewed = world.app.issue_token(&at("room"), with_token(token)).await.unwrap();
    assert_eq!(renewed.claims.sid, guest.claims.sid);
    assert_ne!(renewed.claims.jti, guest.claims.jti);
    assert_eq!(renewed.claims.permission, only_view.bits());
    assert!(!renewed.claims.owner);
    world.wait(3_600);
    refused!(world.issue("room", with_token(token)).await, Error::Unauthorized(Unauthorized::Expired));
}

#[tokio::test]
async fn a_token_never_outlives_its_room() {
    let world = World::new();
    let expire_at = world.app.now().saturating_add(std::time::Duration::from_secs(90));
    let options = elizabeth_core::room::RoomOptions::default().expire_at(Some(expire_at));
    world.create("short", options).await.unwrap();
    let issued = session(&world.app, "short").await;
    assert_eq!(issued.expires_at, expire_at.floor_secs());
    assert_eq!(issued.refresh.unwrap().expires_at, expire_at.floor_secs());
}

#[tokio::test]
async fn a_refresh_token_works_once_and_reuse_ends_the_session() {
    let world = World::new();
    world.room("room").await;
    let first = session(&world.app, "room").await;
    let second = world.app.refresh(&refresh_token(&first)).await.unwrap();
    assert_eq!(second.claims.sid, first.claims.sid);
    let reused = Unauthorized::RefreshTokenReused;
    refused!(world.app.refresh(&refresh_token(&first)).await, Error::Unauthorized(why) if why == reused);
    for token in [&first, &second] {
        let validated = world.app.validate_token(&at("room"), token.token.expose_secret()).await;
        refused!(validated, Error::Unauthorized(Unauthorized::Revoked));
    }
    refused!(
        world.app.refresh(&refresh_token(&second)).await,
        Error::Unauthorized(Unauthorized::RefreshToken)
    );
    refused!(world.app.refresh("ref_nonsense").await, Error::Unauthorized(Unauthorized::RefreshToken));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_refreshes_at_once_one_wins() {
    let world = World::new();
    world.room("room").await;
    let first = session(&world.app, "room").await;
    let racing = (0..2).map(|_| {
        let (app, token) = (world.app.clone(), refresh_token(&first));
        tokio::spawn(async move { app.refresh(&token).await.is_ok() })
    });
    let won = join_all(racing).await.into_iter().filter(|won| *won.as_ref().unwrap()).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn logging_out_ends_the_token_and_its_sessions_refresh_tokens() {
    let world = World::new();
    world.room("room").await;
    let issued = session(&world.app, "room").await;
    world.app.logout(issued.token.expose_secret()).await.unwrap();
    refused!(world.app.logout(issued.token.expose_secret()).await, Error::Unauthorized(_));
    refused!(world.app.refresh(&refresh_token(&issued)).await, Error::Unauthorized(_));
    refused!(world.app.logout("nonsense").await, Error::Unauthorized(Unauthorized::Invalid));
}

#[tokio::test]
async fn an_owner_sees_and_revokes_all_a_guest_its_own_sessions() {
    let world = World::new();
    let owner = world.room("room").await;
    let guest = session(&world.app, "room").await;
    let other = session(&world.app, "room").await;
    let token = guest.token.expose_secret();
    let list =
        async |token: &str| world.app.tokens(&at("room"), &Caller::token(token), None, 1_000).await.unwrap();
    assert_eq!(list(&owner).await.tokens.items.len(), 3);
    let own = list(token).await;
    assert_eq!((own.current, own.tokens.items.len()), (guest.claims.jti, 1));

    let revoke =
        async |token: &str, jti| world.app.revoke_token(&at("room"), &Caller::token(token), jti).await;
    refused!(revoke(token, other.claims.jti).await, Error::NotYourToken);
    revoke(&owner, other.claims.jti).await.unwrap();
    revoke(&owner, other.claims.jti).await.unwrap();
    refused!(world.app.refresh(&refresh_token(&other)).await, Error::Unauthorized(_));
    // A client that has renewed its token tidies up the old one, and goes on.
    let renewed = world.app.refresh(&refresh_token(&guest)).await.unwrap();
    revoke(renewed.token.expose_secret(), guest.claims.jti).await.unwrap();
    assert!(world.app.refresh(&refresh_token(&renewed)).await.is_ok());
    let nobody = elizabeth_core::id::Jti(uuid::Uuid::nil());
    refused!(revoke(&owner, nobody).await, Error::TokenNotFound);
}

#[tokio::test]
async fn an_owner_who_revokes_one_token_of_a_guest_ends_the_whole_stay() {
    let world = World::new();
    let owner = world.room("room").await;
    let first = session(&world.app, "room").await;
    let second = world.issue("room", with_token(first.token.expose_secret())).await.unwrap();
    world.app.revoke_token(&at("room"), &Caller::token(&owner), first.claims.jti).await.unwrap();
    refused!(
        world.app.validate_token(&at("room"), &second).await,
        Error::Unauthorized(Unauthorized::Revoked)
    );
}
