use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::header,
    middleware::{self, Next},
    routing::any,
};
use elizabeth_core::{name::RoomName, room::RoomOptions, service::TokenRequest, time::Timestamp};
use elizabeth_testing::{ManualClock, SeededEntropy};
use governor::clock::FakeRelativeClock;
use tower::ServiceExt;

use super::*;

const ROOM: &str = "/api/v1/rooms/box/tokens";

struct World {
    clock: FakeRelativeClock,
    limiter: Limiter<FakeRelativeClock>,
    app: Elizabeth,
}

impl World {
    fn new() -> Self {
        let clock = FakeRelativeClock::default();
        let now = ManualClock::new(Timestamp::parse("2026-11-01T12:00:00Z").unwrap());
        let app = Elizabeth::builder().in_memory().clock(Arc::new(now));
        let app = app.entropy(Arc::new(SeededEntropy::new(7))).build().unwrap();
        Self { limiter: Limiter::by_clock(&Limits::default(), clock.clone()), clock, app }
    }

    /// A token of a room that is made for it.
    async fn token(&self, room: &str) -> String {
        use secrecy::ExposeSecret;

        let name = RoomName::parse(room).unwrap();
        self.app.create_room(name.clone(), RoomOptions::default()).await.unwrap();
        let issued = self.app.issue_token(&name.into(), TokenRequest::default()).await.unwrap();
        issued.token.expose_secret().to_owned()
    }

    /// How many seconds somebody has to wait before this attempt, if so.
    fn wait(&self, attempt: &Attempt) -> Option<u64> {
        let refused = self.limiter.attempt(&self.app, attempt).err()?;
        assert_eq!(refused.status(), 429);
        let wait = self.limiter.wait_of(Key::Client(attempt.client.network()));
        wait.map(|wait| wait.as_secs_f64().ceil() as u64)
    }

    /// Guesses as long as it may; how often.
    fn guess(&self, attempt: &Attempt) -> usize {
        (0..)
            .take_while(|_| {
                let may = self.wait(attempt).is_none();
                if may {
                    self.limiter.missed(&self.app, attempt, Miss::Secret);
                }
                may
            })
            .count()
    }

    fn sleep(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn client(last: u8) -> Client {
    Client::new([192, 0, 2, last].into())
}

/// What a client tries at an address, as the layer sees it.
async fn attempt(last: u8, uri: &str, token: Option<&str>) -> Attempt {
    let (sender, receiver) = std::sync::mpsc::channel();
    let keep = move |request: Request, next: Next| {
        sender.send(Attempt::of(client(last), &request).unwrap()).unwrap();
        next.run(request)
    };
    let routes = ["/api/v1/rooms/{room}/tokens", "/api/v1/rooms/{room}", "/s/{ticket}", "/{room}/{*file}"];
    let router = routes.iter().fold(Router::new(), |router, route| router.route(route, any(|| async {})));
    let mut request = Request::get(uri);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let router = router.layer(middleware::from_fn(keep));
    router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    receiver.try_recv().unwrap()
}

#[tokio::test]
async fn guesses_grow_rarer() {
    let world = World::new();
    let wrong = attempt(1, ROOM, None).await;
    assert_eq!(world.guess(&wrong), 10);
    assert_eq!(world.wait(&wrong), Some(6));
    // Others are not concerned.
    assert_eq!(world.wait(&attempt(2, ROOM, None).await), None);
    // One each six seconds, until the other count is used up; then one a minute.
    let mut within_six = 0;
    loop {
        world.sleep(6);
        match world.guess(&wrong) {
            1 => within_six += 1,
            none => break assert_eq!(none, 0),
        }
    }
    assert!((9..=12).contains(&within_six), "{within_six}");
    assert!(world.wait(&wrong).unwrap() > 40);
    for _ in 0..5 {
        world.sleep(60);
        assert!(world.guess(&wrong) <= 1);
    }
    // Who gives up is forgiven.
    world.sleep(3600);
    assert_eq!(world.guess(&wrong), 10);
}

#[tokio::test]
async fn a_room_that_many_guess_at_forgives_nobody_and_locks_nobody_out() {
    let world = World::new();
    for last in 1..=5 {
        assert_eq!(world.guess(&attempt(last, ROOM, None).await), 10);
    }
    let late = attempt(11, ROOM, None).await;
    assert_eq!(world.wait(&late), None, "whoever comes with the right password is let in");
    world.limiter.missed(&world.app, &late, Miss::Secret);
    assert_eq!(world.wait(&late), Some(60));
    // Elsewhere the same mistake weighs no more than ever.
    let elsewhere = attempt(12, "/api/v1/rooms/other/tokens", None).await;
    world.limiter.missed(&world.app, &elsewhere, Miss::Secret);
    assert_eq!(world.wait(&elsewhere), None);
}

#[tokio::test]
async fn a_good_token_passes_for_its_own_room() {
    let world = World::new();
    let (own, other) = (world.token("box").await, world.token("other").await);
    let wrong = attempt(1, ROOM, None).await;
    world.guess(&wrong);
    assert!(world.wait(&wrong).is_some());
    assert_eq!(world.wait(&attempt(1, ROOM, Some(&own)).await), None);
    assert_eq!(world.wait(&attempt(1, "/box/a.txt", Some(&own)).await), None);
    assert_eq!(world.wait(&attempt(1, &format!("{ROOM}?token={own}"), None).await), None);
    for bad in ["garbage", &other, &own[..own.len() - 2]] {
        assert!(world.wait(&attempt(1, ROOM, Some(bad)).await).is_some(), "{bad}");
    }
    // Its own wrong guesses count for the session.
    let guessing = attempt(1, ROOM, Some(&own)).await;
    for _ in 0..10 {
        assert_eq!(world.wait(&guessing), None);
        world.limiter.missed(&world.app, &guessing, Miss::Secret);
    }
    assert!(world.wait(&guessing).is_some());
}

#[tokio::test]
async fn names_are_cheaper_than_secrets_and_private_addresses_are_secrets() {
    let world = World::new();
    let tries = async |last, room: &str| {
        let attempt = attempt(last, &format!("/api/v1/rooms/{room}"), None).await;
        let tries = (0..).take_while(|_| {
            let may = world.wait(&attempt).is_none();
            if may {
                world.limiter.missed(&world.app, &attempt, Miss::Name);
            }
            may
        });
        (tries.count(), world.wait(&attempt).unwrap())
    };
    assert_eq!(tries(1, "nothing").await, (15, 1));
    assert_eq!(tries(2, &format!("nothing_{}", "0".repeat(32))).await, (10, 6));
}

#[tokio::test]
async fn requests_and_rooms_are_counted_by_network() {
    let world = World::new();
    let v6 = |last: u16| Client::new(std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last).into());
    let made = (0..100).filter(|&last| world.limiter.room(v6(last)).is_ok()).count();
    assert_eq!(made, 30);
    let sent = (0..1000).filter(|_| world.limiter.request(client(1)).is_ok()).count();
    assert_eq!(sent, 300);
    world.sleep(1);
    let sent = (0..1000).filter(|_| world.limiter.request(client(1)).is_ok()).count();
    assert_eq!(sent, 100);
}
