//! Tickets: made, listed, revoked, read by.

use std::time::Duration;

use futures::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{TestServer, header, ok, refused};

pub(super) async fn make(server: &TestServer, token: &str, body: Value) -> Value {
    let request = server.request(Method::POST, "/rooms/t/tickets", Some(token)).json(&body);
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let made: Value = answer.json().await.unwrap();
    assert_eq!(status, 201, "{made}");
    made
}

pub(super) async fn ticket(server: &TestServer, token: &str, body: Value) -> String {
    make(server, token, body).await["ticket"].as_str().unwrap().to_owned()
}

fn refused_ticket(server: &TestServer, token: Option<&str>, body: &Value) -> RequestBuilder {
    server.request(Method::POST, "/rooms/t/tickets", token).json(body)
}

async fn statuses(requests: impl Iterator<Item = RequestBuilder>) -> Vec<u16> {
    let answers = join_all(requests.map(RequestBuilder::send)).await;
    let mut statuses: Vec<u16> =
        answers.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
    statuses.sort_unstable();
    statuses
}

fn counted(ok: usize, gone: usize, status: u16) -> Vec<u16> {
    [vec![200; ok], vec![status; gone]].concat()
}

/// `POST /rooms/{room}/tickets`, `GET /rooms/{room}/tickets`, `DELETE /rooms/{room}/tickets/{id}`
#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_made_listed_and_revoked() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let guest = server.enter("t").await;
    let id = server.upload("t", &owner, "a.txt", "abc").await["id"].clone();
    let read = make(&server, &guest, json!({"action": "download", "content_id": id})).await;
    let secret = read["ticket"].as_str().unwrap();
    assert!(secret.starts_with("tkt_") && secret.len() == 4 + 43, "{secret}");
    assert_eq!(
        read,
        json!({
            "ticket": secret, "id": read["id"], "url": format!("{}/s/{secret}", server.url),
            "expires_at": "2026-11-01T12:10:00Z", "max_uses": null,
        })
    );
    let invite = json!({"action": "enter", "permission": {"bits": 3}, "ttl_seconds": 60, "max_uses": 5});
    let invite = make(&server, &owner, invite).await;
    let usual = make(&server, &owner, json!({"action": "enter"})).await;
    assert_eq!((&usual["max_uses"], &usual["expires_at"]), (&json!(1), &json!("2026-11-01T12:10:00Z")));

    let own = server.get("/rooms/t/tickets", Some(&guest)).await;
    assert_eq!(
        own,
        json!([{
            "id": read["id"], "action": "download", "content_id": id, "permission": null, "granted": null,
            "max_uses": null, "uses": 0, "created_at": "2026-11-01T12:00:00Z", "expires_at": "2026-11-01T12:10:00Z",
        }])
    );
    let all = server.get("/rooms/t/tickets", Some(&owner)).await;
    assert_eq!(
        all.as_array().unwrap().iter().map(|ticket| &ticket["id"]).collect::<Vec<_>>(),
        [&read["id"], &invite["id"], &usual["id"]]
    );
    assert_eq!(
        (&all[1]["action"], &all[1]["permission"], &all[1]["max_uses"]),
        (&json!("enter"), &json!(3), &json!(5))
    );
    assert_eq!((&all[2]["permission"], &all[2]["content_id"]), (&json!(15), &json!(null)));

    let path = |ticket: &Value| format!("/rooms/t/tickets/{}", ticket["id"]);
    refused(server.request(Method::DELETE, &path(&invite), Some(&guest)), 403, "not_your_ticket").await;
    refused(server.request(Method::DELETE, "/rooms/t/tickets/999", Some(&owner)), 404, "ticket_not_found")
        .await;
    refused(server.request(Method::DELETE, "/rooms/t/tickets/x", Some(&owner)), 400, "invalid_path").await;
    for token in [&guest, &owner] {
        assert_eq!(server.delete(&path(&read), token).await, json!({"revoked": true}));
    }
    assert_eq!(server.get("/rooms/t/tickets", Some(&guest)).await, json!([]));
    let by_ticket = server.request(Method::GET, &format!("/rooms/t/contents/{id}?ticket={secret}"), None);
    refused(by_ticket, 401, "ticket_invalid").await;

    server.clock.advance(Duration::from_secs(60));
    let live = server.get("/rooms/t/tickets", Some(&owner)).await;
    assert_eq!((live.as_array().unwrap().len(), &live[0]["id"]), (1, &usual["id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_ticket_can_be_is_refused() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let guest = server.enter("t").await;
    let id = server.upload("t", &owner, "a.txt", "abc").await["id"].clone();
    for (body, code) in [
        (json!({}), "invalid_json"),
        (json!({"action": "fly"}), "invalid_json"),
        (json!({"action": "download"}), "invalid_json"),
        (json!({"action": "download", "content_id": "7"}), "invalid_json"),
        (json!({"action": "download", "content_id": id, "ttl_seconds": 0}), "invalid_ttl_seconds"),
        (json!({"action": "download", "content_id": id, "ttl_seconds": -1}), "invalid_json"),
        (json!({"action": "download", "content_id": id, "max_uses": 0}), "invalid_max_uses"),
        (json!({"action": "enter", "max_uses": u64::MAX}), "invalid_max_uses"),
        (json!({"action": "enter", "max_uses": 1.5}), "invalid_json"),
        (json!({"action": "enter", "permission": 0}), "invalid_permission"),
        (json!({"action": "enter", "permission": {"bits": 16}}), "invalid_permission"),
        (json!({"action": "enter", "permission": "all"}), "invalid_json"),
    ] {
        refused(refused_ticket(&server, Some(&owner), &body), 400, code).await;
    }
    let nothing = json!({"action": "download", "content_id": 999});
    refused(refused_ticket(&server, Some(&owner), &nothing), 404, "content_not_found").await;
    refused(refused_ticket(&server, None, &nothing), 401, "token_missing").await;

    // More than one has, as the room is now; and no invitation at all without SHARE.
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 7})).await;
    let delete = json!({"action": "enter", "permission": 9});
    let problem = refused(refused_ticket(&server, Some(&guest), &delete), 403, "permission_denied").await;
    assert!(problem["error"].as_str().unwrap().contains("DELETE"), "{problem}");
    make(&server, &owner, delete.clone()).await;
    make(&server, &guest, json!({"action": "enter", "permission": 7})).await;
    let private = server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 3})).await;
    let enter = json!({"action": "enter", "permission": 1});
    refused(refused_ticket(&server, Some(&guest), &enter), 403, "permission_denied").await;
    assert_ne!(private["slug"], "t");
    make(&server, &owner, enter).await;
    assert_eq!(server.get("/rooms/t/tickets", Some(&owner)).await.as_array().unwrap().len(), 3);
}

/// A ticket never outlives its room, however long it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_ends_with_its_room() {
    let server = TestServer::start().await;
    server.post("/rooms/t", None, json!({"expire_at": "2026-11-01T12:30:00Z"})).await;
    let owner = server.enter("t").await;
    let made = make(&server, &owner, json!({"action": "enter", "ttl_seconds": u64::MAX})).await;
    assert_eq!(made["expires_at"], "2026-11-01T12:30:00Z");
    server.clock.advance(Duration::from_secs(30 * 60));
    let entry =
        server.request(Method::POST, "/rooms/t/tokens", None).json(&json!({"ticket": made["ticket"]}));
    refused(entry, 410, "room_expired").await;
}

/// `GET`, `HEAD /rooms/{room}/contents/{id}` and `/download` with `?ticket=`
#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_reads_that_one_content_and_nothing_else() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let id = server.upload("t", &owner, "a.txt", "abc").await["id"].clone();
    let other = server.upload("t", &owner, "b.txt", "xyz").await["id"].clone();
    server.create("elsewhere").await;
    let secret = ticket(&server, &owner, json!({"action": "download", "content_id": id})).await;
    // Private by now: the ticket is a credential, so it opens the room by its name.
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 1})).await;

    let ask = |method: Method, path: &str| {
        server.request(method, &format!("/rooms/{path}"), None).query(&[("ticket", &secret)])
    };
    for path in [format!("t/contents/{id}"), format!("t/contents/{id}/download")] {
        let answer = ask(Method::GET, &path).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "referrer-policy")), (200, "no-referrer"));
        assert_eq!(answer.text().await.unwrap(), "abc");
        let head = ask(Method::HEAD, &path).send().await.unwrap();
        assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, "3"));
        let range = ask(Method::GET, &path).header("range", "bytes=1-1").send().await.unwrap();
        assert_eq!((range.status().as_u16(), range.text().await.unwrap().as_str()), (206, "b"));
    }
    for path in
        [format!("t/contents/{other}"), "t/contents/999".into(), format!("elsewhere/contents/{id}/download")]
    {
        refused(ask(Method::GET, &path), 401, "ticket_invalid").await;
    }
    for path in ["t/contents", "t/tokens", "t/tickets", &format!("t/contents/{id}/meta")] {
        refused(ask(Method::GET, path), 401, "token_missing").await;
    }
    let entry = json!({"ticket": secret});
    refused(server.request(Method::POST, "/rooms/t/tokens", None).json(&entry), 401, "ticket_invalid").await;
    // A token wins, be it good or not.
    let both = format!("/rooms/t/contents/{id}?ticket=tkt_nonsense");
    assert_eq!(server.request(Method::GET, &both, Some(&owner)).send().await.unwrap().status(), 200);
    let path = format!("t/contents/{id}");
    refused(ask(Method::GET, &path).bearer_auth("a.b.c"), 401, "token_invalid").await;
    refused(ask(Method::GET, &path).query(&[("ticket", "x")]), 400, "invalid_query").await;
    refused(server.request(Method::GET, &both, None), 401, "ticket_invalid").await;

    // Two whole ones and two ranges; what was only looked at costs nothing.
    assert_eq!(server.get("/rooms/t/tickets", Some(&owner)).await[0]["uses"], 4);
    server.post("/rooms/t/settings", Some(&owner), json!({"status": 2})).await;
    refused(ask(Method::GET, &path), 403, "room_closed").await;
    server.post("/rooms/t/settings", Some(&owner), json!({"status": 1})).await;
    assert_eq!(ask(Method::GET, &path).send().await.unwrap().status(), 200);
    server.clock.advance(Duration::from_secs(600));
    refused(ask(Method::GET, &path), 401, "ticket_invalid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_at_once_one_gets_what_a_one_time_ticket_opens() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let content = server.upload("t", &owner, "a.txt", vec![7; 20_000]).await;
    let once = json!({"action": "download", "content_id": content["id"], "max_uses": 1});
    let secret = ticket(&server, &owner, once).await;
    let path = format!("/rooms/t/contents/{}/download?ticket={secret}", content["id"]);
    let ask = |method: &Method| server.request(method.clone(), &path, None);
    let tag = format!("\"{}\"", content["sha256"].as_str().unwrap());
    for _ in 0..3 {
        assert_eq!(ask(&Method::HEAD).send().await.unwrap().status(), 200);
        let known = ask(&Method::GET).header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(known.status(), 304);
    }
    assert_eq!(statuses((0..50).map(|_| ask(&Method::GET))).await, counted(1, 49, 410));
    refused(ask(&Method::GET), 410, "ticket_spent").await;
    assert_eq!(ask(&Method::HEAD).send().await.unwrap().status(), 410);
    assert_eq!(server.get("/rooms/t/tickets", Some(&owner)).await[0]["uses"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_at_once_three_get_a_content_of_three_downloads() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let content = server.upload_as("t", &owner, json!({"name": "a", "max_downloads": 3}), "abc").await;
    let path = format!("/rooms/t/contents/{}", content["id"]);
    let asks = (0..50).map(|_| server.request(Method::GET, &path, Some(&owner)));
    assert_eq!(statuses(asks).await, counted(3, 47, 410));
}

/// Who is refused by the one limit does not use up the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_download_costs_neither_the_ticket_nor_the_content() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let content = server.upload_as("t", &owner, json!({"name": "a", "max_downloads": 5}), "abc").await;
    let download = |max| json!({"action": "download", "content_id": content["id"], "max_uses": max});
    let (few, many) =
        (ticket(&server, &owner, download(2)).await, ticket(&server, &owner, download(30)).await);
    let ask = |secret: &str| {
        let path = format!("/rooms/t/contents/{}?ticket={secret}", content["id"]);
        server.request(Method::GET, &path, None)
    };
    let uses = async || {
        let list = server.get("/rooms/t/tickets", Some(&owner)).await;
        (list[0]["uses"].as_u64().unwrap(), list[1]["uses"].as_u64().unwrap())
    };
    // The ticket is the tighter one: the content loses what was sent and no more.
    assert_eq!(statuses((0..20).map(|_| ask(&few))).await, counted(2, 18, 410));
    let meta = server.get(&format!("/rooms/t/contents/{}/meta", content["id"]), Some(&owner)).await;
    assert_eq!((&meta["download_count"], uses().await), (&json!(2), (2, 0)));
    // Now the content is.
    assert_eq!(statuses((0..20).map(|_| ask(&many))).await, counted(3, 17, 410));
    assert_eq!(uses().await, (2, 3));
    refused(ask(&many), 410, "downloads_spent").await;
}

/// A new password ends what guests gave away, not what the owner did.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_revokes_the_tickets_of_guests() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let guest = server.enter("t").await;
    let id = server.upload("t", &owner, "a.txt", "abc").await["id"].clone();
    let download = json!({"action": "download", "content_id": id});
    let theirs = ticket(&server, &guest, download.clone()).await;
    let ours = ticket(&server, &owner, download).await;
    let invite = ticket(&server, &guest, json!({"action": "enter"})).await;
    server.post("/rooms/t/settings", Some(&owner), json!({"password": "secret"})).await;
    let ask = |ticket| server.request(Method::GET, &format!("/rooms/t/contents/{id}?ticket={ticket}"), None);
    refused(ask(theirs), 401, "ticket_invalid").await;
    let entry = server.request(Method::POST, "/rooms/t/tokens", None).json(&json!({"ticket": invite}));
    refused(entry, 401, "ticket_invalid").await;
    assert_eq!(ask(ours).send().await.unwrap().status(), 200);

    // What a ticket opens is gone, so the ticket is.
    ok(server.request(Method::DELETE, "/rooms/t/contents", Some(&owner)).json(&json!({"ids": [id]}))).await;
    assert_eq!(server.get("/rooms/t/tickets", Some(&owner)).await, json!([]));
}
