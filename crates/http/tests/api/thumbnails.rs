//! Thumbnails: put, shown, counted, refused, gone.

use futures::{future::join_all, stream};
use reqwest::{Body, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::tickets::ticket;
use crate::support::{TestServer, events::Events, header, ok, refused};

const KIB: usize = 1 << 10;

/// What begins as a JPEG of so many pixels a side does, and is so long. `mark` tells it from others.
pub(super) fn jpeg(side: u16, len: usize, mark: u8) -> Vec<u8> {
    let [high, low] = side.to_be_bytes();
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 17, 8, high, low, high, low];
    bytes.resize(len, mark);
    bytes
}

fn path(room: &str, id: &Value) -> String {
    format!("/rooms/{room}/contents/{id}/thumbnail")
}

fn put(server: &TestServer, token: &str, id: &Value, kind: &str, body: impl Into<Body>) -> RequestBuilder {
    let request = server.request(Method::PUT, &path("t", id), Some(token));
    request.header("content-type", kind).body(body)
}

pub(super) async fn put_jpeg(server: &TestServer, token: &str, id: &Value, bytes: Vec<u8>) {
    let answer = put(server, token, id, "image/jpeg", bytes).send().await.unwrap();
    assert_eq!(answer.status(), 204);
}

async fn shown(server: &TestServer, token: &str, id: &Value) -> Response {
    server.request(Method::GET, &path("t", id), Some(token)).send().await.unwrap()
}

async fn meta(server: &TestServer, token: &str, id: &Value) -> Value {
    server.get(&format!("/rooms/t/contents/{id}/meta"), Some(token)).await
}

async fn current_size(server: &TestServer, token: &str) -> u64 {
    server.get("/rooms/t", Some(token)).await["current_size"].as_u64().unwrap()
}

/// The number of the room's newest event.
async fn newest_event(server: &TestServer, token: &str) -> u64 {
    let list = server.request(Method::GET, "/rooms/t/contents", Some(token)).send().await.unwrap();
    header(&list, "last-event-id").rsplit('.').next().unwrap().parse().unwrap()
}

/// `PUT /rooms/{room}/contents/{id}/thumbnail`, `GET /rooms/{room}/contents/{id}/thumbnail`
#[tokio::test(flavor = "multi_thread")]
async fn a_thumbnail_is_put_shown_replaced_and_deleted_with_its_content() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let content = server.upload("t", &token, "a.jpg", vec![1; 100]).await;
    let id = &content["id"];
    assert_eq!(content["thumbnail"], false);
    refused(server.request(Method::GET, &path("t", id), Some(&token)), 404, "thumbnail_not_found").await;

    let first = jpeg(512, 64 * KIB, 1);
    put_jpeg(&server, &token, id, first.clone()).await;
    let mut expected = content.clone();
    expected["thumbnail"] = true.into();
    // Neither its version nor its times are others: nobody's change is refused for it, no download begins anew.
    assert_eq!(meta(&server, &token, id).await, expected);
    assert_eq!(server.get("/rooms/t/contents", Some(&token)).await, json!([expected]));
    assert_eq!(current_size(&server, &token).await, 100 + 64 * KIB as u64);

    let answer = shown(&server, &token, id).await;
    assert_eq!(answer.status(), 200);
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("content-length", "65536"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(header(&answer, name), value, "{name}");
    }
    assert!(header(&answer, "content-security-policy").starts_with("sandbox;"));
    let tag = header(&answer, "etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() == 66, "{tag}");
    assert_eq!(answer.bytes().await.unwrap(), first);
    let ask = |method| server.request(method, &path("t", id), Some(&token));
    let known = ask(Method::GET).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!((known.status().as_u16(), header(&known, "etag")), (304, &*tag));
    let head = ask(Method::HEAD).send().await.unwrap();
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, "65536"));
    refused(ask(Method::GET).header("sec-fetch-dest", "script"), 403, "destination_refused").await;
    assert_eq!(meta(&server, &token, id).await["download_count"], 0);

    // Others in its place, also of another type and smaller.
    let webp = [b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0", &[9, 0, 0, 9, 0, 0][..]].concat();
    let answer = put(&server, &token, id, "Image/WebP; q=1", webp.clone()).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    let answer = shown(&server, &token, id).await;
    assert_eq!(header(&answer, "content-type"), "image/webp");
    assert_ne!(header(&answer, "etag"), tag);
    assert_eq!(answer.bytes().await.unwrap(), webp);
    assert_eq!(current_size(&server, &token).await, 100 + webp.len() as u64);

    // It stays with another name, and goes with the content.
    let change = server.request(Method::PATCH, &format!("/rooms/t/contents/{id}"), Some(&token));
    let renamed = ok(change.header("if-match", "\"1\"").json(&json!({"file_name": "b.jpg"}))).await;
    assert_eq!((&renamed["thumbnail"], &renamed["version"]), (&json!(true), &json!(2)));
    let delete =
        server.request(Method::DELETE, "/rooms/t/contents", Some(&token)).json(&json!({"ids": [id]}));
    let deleted = ok(delete).await;
    assert_eq!((&deleted["freed_size"], &deleted["current_size"]), (&json!(100 + webp.len()), &json!(0)));
    refused(ask(Method::GET), 404, "content_not_found").await;
    refused(put(&server, &token, id, "image/jpeg", first), 404, "content_not_found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_thumbnail_is_refused_and_leaves_the_one_there_is() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let id = &server.upload("t", &token, "a", "x").await["id"];
    put_jpeg(&server, &token, id, jpeg(9, 100, 0)).await;
    let before = newest_event(&server, &token).await;
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";
    for (kind, body) in [
        ("image/jpeg", gif.to_vec()),
        ("image/webp", jpeg(9, 100, 0)),
        ("image/avif", jpeg(9, 100, 0)),
        ("image/jpeg", png.to_vec()),
        ("image/jpeg", vec![]),
        ("image/jpeg", b"<script>alert(1)</script>".to_vec()),
        ("image/jpeg", jpeg(513, 100, 0)),
        ("image/jpeg", jpeg(0, 100, 0)),
        ("image/jpeg", jpeg(9, 14, 0)),
    ] {
        refused(put(&server, &token, id, kind, body), 400, "invalid_thumbnail").await;
    }
    for kind in ["image/gif", "image/png", "image/svg+xml", "text/html", "application/octet-stream", "x"] {
        refused(put(&server, &token, id, kind, jpeg(9, 100, 0)), 415, "unsupported_media_type").await;
    }
    // One byte too many, announced or not.
    let long = jpeg(9, 64 * KIB + 1, 0);
    refused(put(&server, &token, id, "image/jpeg", long.clone()), 413, "body_too_large").await;
    let pieces: Vec<_> = long.chunks(1000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let unannounced = Body::wrap_stream(stream::iter(pieces));
    refused(put(&server, &token, id, "image/jpeg", unannounced), 413, "body_too_large").await;

    // Nothing came of any of them.
    assert_eq!(current_size(&server, &token).await, 101);
    assert_eq!(newest_event(&server, &token).await, before);
    assert_eq!(shown(&server, &token, id).await.bytes().await.unwrap(), jpeg(9, 100, 0));
    let nobody = server.request(Method::PUT, &path("t", id), None).header("content-type", "image/jpeg");
    refused(nobody.body(jpeg(9, 99, 0)), 401, "token_missing").await;
}

/// The room has what it has: a thumbnail is a part of that, to the last byte.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_room_takes_none() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    server.post("/rooms/t/settings", Some(&token), json!({"max_size": 1000})).await;
    let id = &server.upload("t", &token, "a", vec![0; 500]).await["id"];
    let problem = refused(put(&server, &token, id, "image/jpeg", jpeg(9, 501, 0)), 413, "room_full").await;
    assert_eq!(problem["details"], json!({"requested": 501, "remaining": 500}));
    put_jpeg(&server, &token, id, jpeg(9, 500, 0)).await;
    refused(put(&server, &token, id, "image/jpeg", jpeg(9, 501, 0)), 413, "room_full").await;
    let manifest = json!({"files": [{"name": "b", "size": 1}]});
    let prepare = server.request(Method::POST, "/rooms/t/contents/prepare", Some(&token)).json(&manifest);
    refused(prepare, 413, "room_full").await;
    // What shrinks, or is another of the same length, always may; and then there is space again.
    put_jpeg(&server, &token, id, jpeg(9, 500, 1)).await;
    put_jpeg(&server, &token, id, jpeg(9, 100, 0)).await;
    assert_eq!(current_size(&server, &token).await, 600);
    put_jpeg(&server, &token, id, jpeg(9, 500, 0)).await;
    assert_eq!(current_size(&server, &token).await, 1000);
}

/// What limits its downloads is not shown without one: there is no thumbnail of it, and none from that on.
#[tokio::test(flavor = "multi_thread")]
async fn a_content_with_a_limit_of_downloads_has_none() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let limited = &server.upload_as("t", &token, json!({"name": "a", "max_downloads": 2}), "x").await["id"];
    refused(put(&server, &token, limited, "image/jpeg", jpeg(9, 99, 0)), 409, "limited_content").await;

    let id = &server.upload("t", &token, "b", "xy").await["id"];
    put_jpeg(&server, &token, id, jpeg(9, 99, 0)).await;
    assert_eq!(current_size(&server, &token).await, 3 + 99);
    let change = server.request(Method::PATCH, &format!("/rooms/t/contents/{id}"), Some(&token));
    let change = change.header("if-match", "*").json(&json!({"max_downloads": 3}));
    assert_eq!(ok(change).await["thumbnail"], false);
    assert_eq!(current_size(&server, &token).await, 3);
    assert_eq!(meta(&server, &token, id).await["thumbnail"], false);
    refused(server.request(Method::GET, &path("t", id), Some(&token)), 404, "thumbnail_not_found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_added_a_content_and_the_owner_give_it_a_thumbnail() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let [guest, other] = [server.enter("t").await, server.enter("t").await];
    let id = &server.upload("t", &guest, "a", "x").await["id"];
    refused(put(&server, &other, id, "image/jpeg", jpeg(9, 99, 0)), 403, "not_your_content").await;
    put_jpeg(&server, &guest, id, jpeg(9, 99, 0)).await;
    put_jpeg(&server, &owner, id, jpeg(9, 98, 0)).await;
    assert_eq!(shown(&server, &other, id).await.status(), 200);

    // In a drop box one sees one's own alone.
    let drop_box = json!({"action": "enter", "permission": 2});
    let invite = json!({"ticket": ticket(&server, &owner, drop_box).await});
    let entered = server.post("/rooms/t/tokens", None, invite).await;
    let alone = entered["token"].as_str().unwrap();
    refused(server.request(Method::GET, &path("t", id), Some(alone)), 404, "content_not_found").await;
    refused(put(&server, alone, id, "image/jpeg", jpeg(9, 99, 0)), 404, "content_not_found").await;
    let own = &server.upload("t", alone, "b", "x").await["id"];
    put_jpeg(&server, alone, own, jpeg(9, 97, 0)).await;
    assert_eq!(shown(&server, alone, own).await.status(), 200);

    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 1})).await;
    refused(put(&server, &guest, id, "image/jpeg", jpeg(9, 99, 0)), 403, "permission_denied").await;
    assert_eq!(shown(&server, &guest, id).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_for_a_content_shows_its_thumbnail_and_is_not_used_by_it() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let [id, another] = ["a", "b"].map(|name| server.upload("t", &token, name, "x"));
    let (id, another) = (id.await["id"].take(), another.await["id"].take());
    for id in [&id, &another] {
        put_jpeg(&server, &token, id, jpeg(9, 99, 0)).await;
    }
    let secret =
        ticket(&server, &token, json!({"action": "download", "content_id": id, "max_uses": 1})).await;
    let by_ticket = |method, id: &Value, more: &str| {
        server.request(method, &format!("/rooms/t/contents/{id}{more}?ticket={secret}"), None)
    };
    for _ in 0..3 {
        assert_eq!(by_ticket(Method::GET, &id, "/thumbnail").send().await.unwrap().status(), 200);
    }
    refused(by_ticket(Method::GET, &another, "/thumbnail"), 401, "ticket_invalid").await;
    let put = by_ticket(Method::PUT, &id, "/thumbnail").header("content-type", "image/jpeg");
    refused(put.body(jpeg(9, 99, 1)), 401, "token_missing").await;
    assert_eq!(by_ticket(Method::GET, &id, "").send().await.unwrap().status(), 200);
    refused(by_ticket(Method::GET, &id, "/thumbnail"), 410, "ticket_spent").await;
}

/// Others see it by an event; the same picture again is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_thumbnail_is_an_event() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let id = &server.upload("t", &token, "a", "x").await["id"];
    let before = newest_event(&server, &token).await;
    for _ in 0..3 {
        put_jpeg(&server, &token, id, jpeg(9, 99, 0)).await;
    }
    assert_eq!(newest_event(&server, &token).await, before + 1);
    put_jpeg(&server, &token, id, jpeg(9, 99, 1)).await;
    assert_eq!(newest_event(&server, &token).await, before + 2);
    let list = server.request(Method::GET, "/rooms/t/contents", Some(&token)).send().await.unwrap();
    let (room, _) = header(&list, "last-event-id").rsplit_once('.').unwrap();
    let missed = server.request(Method::GET, "/rooms/t/events", Some(&token));
    let mut events = Events::open(missed.header("last-event-id", format!("{room}.{before}"))).await;
    let updated = events.expect("content.updated").await;
    assert_eq!((&updated["id"], &updated["content"]["thumbnail"]), (id, &json!(true)));
}

/// A thousand at once, of ten contents, while one of these goes: what is counted is what is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_at_once_are_counted_rightly() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.push(server.upload("t", &token, &format!("{n}"), "x").await["id"].take());
    }
    let puts = (0..1000).map(|n| {
        let bytes = jpeg(9, 100 + n, n as u8);
        let request = put(&server, &token, &ids[n % 10], "image/jpeg", bytes);
        async move { request.send().await.unwrap().status().as_u16() }
    });
    let delete =
        server.request(Method::DELETE, "/rooms/t/contents", Some(&token)).json(&json!({"ids": [ids[3]]}));
    let (statuses, deleted) = tokio::join!(join_all(puts), ok(delete));
    assert_eq!(deleted["deleted_count"], 1);
    for (n, status) in statuses.into_iter().enumerate() {
        assert!(status == 204 || (status == 404 && n % 10 == 3), "{n}: {status}");
    }
    let mut sum = 0;
    let list = server.get("/rooms/t/contents", Some(&token)).await;
    assert_eq!(list.as_array().unwrap().len(), 9);
    for content in list.as_array().unwrap() {
        assert_eq!(content["thumbnail"], true);
        sum += 1 + shown(&server, &token, &content["id"]).await.bytes().await.unwrap().len() as u64;
    }
    assert_eq!(current_size(&server, &token).await, sum);
    let all: Vec<&Value> = ids.iter().filter(|id| **id != ids[3]).collect();
    let delete = server.request(Method::DELETE, "/rooms/t/contents", Some(&token)).json(&json!({"ids": all}));
    assert_eq!(ok(delete).await["freed_size"], sum);
    assert_eq!(current_size(&server, &token).await, 0);
}
