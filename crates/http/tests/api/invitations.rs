//! Entering by a ticket, and what a narrowed session may do.

use futures::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::tickets::{make, ticket};
use crate::support::{TestServer, ok, refused};

fn entry(server: &TestServer, body: &Value) -> RequestBuilder {
    server.request(Method::POST, "/rooms/t/tokens", None).json(body)
}

/// `POST /rooms/{room}/tokens` with a ticket
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_stands_in_for_the_password_and_the_private_slug() {
    let server = TestServer::start().await;
    let private = json!({"password": "secret", "permission": 11, "max_times_entered": 3});
    let room = server.post("/rooms/t", None, private).await;
    let by_key = json!({"owner_key": room["owner_key"]});
    let owner = ok(entry(&server, &by_key)).await["token"].as_str().unwrap().to_owned();
    refused(entry(&server, &json!({"password": "secret"})), 403, "not_shared").await;

    let secret = ticket(&server, &owner, json!({"action": "enter", "permission": 3, "max_uses": 2})).await;
    let wanted = json!({"ticket": secret, "password": "wrong", "with_refresh_token": true});
    let entered = ok(entry(&server, &wanted)).await;
    assert_eq!((&entered["claims"]["permission"], &entered["claims"]["owner"]), (&json!(3), &json!(false)));
    assert_eq!(server.get("/rooms/t", Some(&owner)).await["current_times_entered"], 1);
    assert_eq!(server.get("/rooms/t/tickets", Some(&owner)).await[0]["uses"], 1);

    // The session stays as narrow when it is renewed and refreshed, also in a room that allows more.
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 15})).await;
    let renewed = ok(entry(&server, &json!({"token": entered["token"]}))).await;
    let refresh = json!({"refresh_token": entered["refresh_token"]});
    let refreshed = server.post("/auth/refresh", None, refresh).await;
    let fresh = json!({"token": refreshed["access_token"]});
    let valid = server.post("/rooms/t/tokens/validate", None, fresh).await;
    for claims in [&renewed["claims"], &valid["claims"]] {
        assert_eq!((&claims["permission"], &claims["sid"]), (&json!(3), &entered["claims"]["sid"]));
    }
    // Nor can it invite: it has no SHARE.
    let token = renewed["token"].as_str().unwrap();
    let invite = server.request(Method::POST, "/rooms/t/tickets", Some(token));
    refused(invite.json(&json!({"action": "enter", "permission": 1})), 403, "permission_denied").await;

    // A room that lets nobody in is none to a ticket either, and the ticket is not spent on it.
    for (settings, code) in [
        (json!({"status": 1}), "room_locked"),
        (json!({"status": 2}), "room_closed"),
        (json!({"status": 0, "max_times_entered": 1}), "entries_exhausted"),
    ] {
        server.post("/rooms/t/settings", Some(&owner), settings).await;
        refused(entry(&server, &json!({"ticket": secret})), 403, code).await;
    }
    assert_eq!(server.get("/rooms/t/tickets", Some(&owner)).await[0]["uses"], 1);
    server.post("/rooms/t/settings", Some(&owner), json!({"max_times_entered": null})).await;
    ok(entry(&server, &json!({"ticket": secret}))).await;
    refused(entry(&server, &json!({"ticket": secret})), 410, "ticket_spent").await;
    refused(entry(&server, &json!({"ticket": "tkt_nonsense"})), 401, "ticket_invalid").await;
    server.create("elsewhere").await;
    let fresh = ticket(&server, &owner, json!({"action": "enter"})).await;
    let elsewhere = server.request(Method::POST, "/rooms/elsewhere/tokens", None);
    refused(elsewhere.json(&json!({"ticket": fresh})), 401, "ticket_invalid").await;
}

/// A drop box that an owner made takes a file where guests may only look, by a token and by an upload in pieces, and shows
/// nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_gives_one_guest_more_than_the_room_gives_all() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let ours = server.upload("t", &owner, "ours.txt", "abc").await["id"].clone();
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 5})).await;
    let made = make(&server, &owner, json!({"action": "enter", "permission": 2})).await;
    let listed = server.get("/rooms/t/tickets", Some(&owner)).await;
    assert_eq!((&listed[0]["permission"], &listed[0]["granted"]), (&json!(2), &json!(2)));
    let entered = ok(entry(&server, &json!({"ticket": made["ticket"]}))).await;
    assert_eq!((&entered["claims"]["permission"], &entered["claims"]["granted"]), (&json!(2), &json!(2)));
    let drop_box = entered["token"].as_str().unwrap();
    let tokens = server.get("/rooms/t/tokens", Some(drop_box)).await;
    assert_eq!((&tokens[0]["permission"], &tokens[0]["granted"]), (&json!(2), &json!(2)));
    let mine = server.upload("t", drop_box, "mine.txt", "abcd").await["id"].clone();
    let files = json!({"files": [{"name": "b", "size": 1}]});
    let begun = server.post("/rooms/t/uploads/chunks/prepare", Some(drop_box), files).await;
    let piece = server.client.put(format!("{}/api/v1/rooms/t/uploads/chunks/0/0", server.url));
    ok(piece.bearer_auth(begun["upload_token"].as_str().unwrap()).body("x")).await;
    let list = server.get("/rooms/t/contents", Some(drop_box)).await;
    assert_eq!((list.as_array().unwrap().len(), &list[0]["id"]), (1, &mine));
    for path in ["", "/meta", "/download"] {
        let path = format!("/rooms/t/contents/{ours}{path}");
        refused(server.request(Method::GET, &path, Some(drop_box)), 404, "content_not_found").await;
    }
    let delete = server.request(Method::DELETE, "/rooms/t/contents", Some(drop_box));
    refused(delete.json(&json!({"ids": [mine]})), 403, "permission_denied").await;

    // No guest gives more than the room gives all: neither one whom it lets look, nor one who was given more.
    let add = json!({"action": "enter", "permission": 2});
    let guest = server.enter("t").await;
    let friend = ticket(&server, &owner, json!({"action": "enter", "permission": 15})).await;
    let friend = ok(entry(&server, &json!({"ticket": friend}))).await["token"].as_str().unwrap().to_owned();
    server.upload("t", &friend, "friend.txt", "abc").await;
    for token in [&guest, &friend] {
        let widen = server.request(Method::POST, "/rooms/t/tickets", Some(token)).json(&add);
        refused(widen, 403, "permission_denied").await;
        let handed_on = make(&server, token, json!({"action": "enter"})).await;
        let next = ok(entry(&server, &json!({"ticket": handed_on["ticket"]}))).await;
        assert_eq!((&next["claims"]["permission"], &next["claims"]["granted"]), (&json!(5), &json!(0)));
        let put = server.request(Method::PUT, "/rooms/t/files/x", next["token"].as_str()).body("x");
        refused(put, 403, "permission_denied").await;
    }

    // What a guest made follows the room: where it would open nothing it says so, and keeps its use.
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 7})).await;
    let theirs = ticket(&server, &server.enter("t").await, add).await;
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 5})).await;
    refused(entry(&server, &json!({"ticket": theirs})), 403, "ticket_idle").await;
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 7})).await;
    ok(entry(&server, &json!({"ticket": theirs}))).await;

    // Who is thrown out adds nothing more, nor does the upload that was under way.
    let jti = entered["claims"]["jti"].as_str().unwrap();
    server.delete(&format!("/rooms/t/tokens/{jti}"), &owner).await;
    let put = server.request(Method::PUT, "/rooms/t/files/x", Some(drop_box)).body("x");
    refused(put, 401, "token_revoked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_at_once_one_enters_by_a_one_time_ticket() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let secret = ticket(&server, &owner, json!({"action": "enter"})).await;
    let body = json!({"ticket": secret});
    let answers = join_all((0..50).map(|_| entry(&server, &body).send())).await;
    let entered = answers.iter().filter(|answer| answer.as_ref().unwrap().status() == 200).count();
    let spent = answers.iter().filter(|answer| answer.as_ref().unwrap().status() == 410).count();
    assert_eq!((entered, spent), (1, 49));
    assert_eq!(server.get("/rooms/t", Some(&owner)).await["current_times_entered"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_at_once_ten_enter_a_room_of_ten_entries() {
    let server = TestServer::start().await;
    server.post("/rooms/t", None, json!({"max_times_entered": 10})).await;
    let nothing = json!({});
    let answers = join_all((0..50).map(|_| entry(&server, &nothing).send())).await;
    let with =
        |status: u16| answers.iter().filter(|answer| answer.as_ref().unwrap().status() == status).count();
    assert_eq!((with(200), with(403)), (10, 40));
}

/// Who may add and not look: everything but what the own session added is not there.
#[tokio::test(flavor = "multi_thread")]
async fn a_drop_box_shows_what_one_added_oneself() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let ours = server.upload("t", &owner, "ours.txt", "abc").await["id"].clone();
    let drop_box = json!({"action": "enter", "permission": 2, "max_uses": 2});
    let body = json!({"ticket": ticket(&server, &owner, drop_box).await});
    let token = |entered: Value| entered["token"].as_str().unwrap().to_owned();
    let (one, two) = (token(ok(entry(&server, &body)).await), token(ok(entry(&server, &body)).await));
    server.get("/rooms/t", Some(&one)).await;
    assert_eq!(server.get("/rooms/t/contents", Some(&one)).await, json!([]));
    let mine = server.upload("t", &one, "mine.txt", "xyz").await["id"].clone();
    server.upload("t", &two, "theirs.txt", "123").await;

    let list = server.get("/rooms/t/contents", Some(&one)).await;
    assert_eq!((list.as_array().unwrap().len(), &list[0]["id"]), (1, &mine));
    assert_eq!(server.get("/rooms/t/contents", Some(&owner)).await.as_array().unwrap().len(), 3);
    assert_eq!(server.fetch("t", &one, &mine, &[]).await.text().await.unwrap(), "xyz");
    server.get(&format!("/rooms/t/contents/{mine}/meta"), Some(&one)).await;
    make(&server, &one, json!({"action": "download", "content_id": mine})).await;
    for path in ["", "/download", "/meta"] {
        let path = format!("/rooms/t/contents/{ours}{path}");
        refused(server.request(Method::GET, &path, Some(&one)), 404, "content_not_found").await;
    }
    let follow = server.request(Method::POST, "/rooms/t/tickets", Some(&one));
    refused(follow.json(&json!({"action": "download", "content_id": ours})), 404, "content_not_found").await;
    let delete =
        server.request(Method::DELETE, "/rooms/t/contents", Some(&one)).json(&json!({"ids": [mine]}));
    refused(delete, 403, "permission_denied").await;
}
