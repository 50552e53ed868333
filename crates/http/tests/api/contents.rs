//! Contents: announced, uploaded, listed, deleted.

use std::{collections::HashSet, io::Read};

use flate2::read::GzDecoder;
use reqwest::{Method, multipart};
use serde_json::{Value, json};

use crate::support::{TestServer, header, ok, refused};

#[tokio::test(flavor = "multi_thread")]
async fn files_are_announced_and_uploaded_in_any_order() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let manifest = json!({"files": [
        {"name": "dir/a.txt", "size": 3},
        {"file_name": "b.bin", "file_size": 100_000, "content_type": "application/x-test"},
        {"name": "empty", "size": 0},
    ]});
    let prepared = server.post("/rooms/c/contents/prepare", Some(&token), manifest).await;
    assert_eq!(
        prepared,
        json!({
            "reservation_id": prepared["reservation_id"], "reserved_size": 100_003,
            "expires_at": "2026-11-01T12:00:10Z", "current_size": 100_003,
            "remaining_size": 10_737_418_240u64 - 100_003, "max_size": 10_737_418_240u64,
        })
    );
    let part = |bytes: Vec<u8>, name: &'static str| multipart::Part::bytes(bytes).file_name(name);
    let form = multipart::Form::new()
        .part("x", part(vec![], "empty"))
        .part("y", part(vec![7; 100_000], "b.bin"))
        .part("z", part(b"abc".to_vec(), "dir/a.txt"));
    let reservation = prepared["reservation_id"].as_i64().unwrap();
    let answer = ok(server.upload_form("c", &token, reservation, form)).await;
    assert_eq!(answer["current_size"], 100_003);
    let list = server.get("/rooms/c/contents", Some(&token)).await;
    assert_eq!(answer["uploaded"], list);
    assert_eq!(
        list[0],
        json!({
            "id": list[0]["id"], "content_type": "file", "kind": "text", "file_name": "dir/a.txt", "text": null, "url": null,
            "size": 3, "mime_type": "text/plain", "language": null,
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "download_count": 0, "max_downloads": null, "expire_at": null, "pinned": false, "thumbnail": false, "version": 1,
            "created_at": "2026-11-01T12:00:00Z", "updated_at": "2026-11-01T12:00:00Z",
        })
    );
    assert_eq!(list[1]["mime_type"], "application/x-test");
    assert_eq!(list[2]["size"], 0);
    assert_eq!(server.fetch("c", &token, &list[1]["id"], &[]).await.bytes().await.unwrap(), vec![7; 100_000]);
    assert_eq!(server.fetch("c", &token, &list[2]["id"], &[]).await.bytes().await.unwrap(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(server.upload("c", &token, &format!("{n}"), "x").await["id"].clone());
    }
    let page = async |query: &str| {
        let list = server.get(&format!("/rooms/c/contents{query}"), Some(&token)).await;
        list.as_array().unwrap().iter().map(|content| content["id"].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(page("").await, ids);
    assert_eq!(page("?limit=2").await, ids[..2]);
    assert_eq!(page(&format!("?limit=2&after={}", ids[1])).await, ids[2..4]);
    assert_eq!(page(&format!("?after={}", ids[4])).await, ids[5..]);
    // Where the list goes on stands in the answer; at its end nothing does.
    let link = async |query: &str| {
        let path = format!("/rooms/c/contents{query}");
        let answer = server.request(Method::GET, &path, Some(&token)).send().await.unwrap();
        header(&answer, "link").to_owned()
    };
    assert_eq!(link("?limit=2").await, format!("<?limit=2&after={}>; rel=\"next\"", ids[1]));
    assert_eq!(link(&format!("?limit=4&after={}", ids[0])).await, "");
    assert_eq!((link("").await, link("?limit=5").await, link("?limit=0").await), Default::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_has_not_changed_is_not_sent_again() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    server.upload("c", &token, "a", "x").await;
    let free = server.upload("c", &token, "b", "y").await["id"].clone();
    let path = "/rooms/c/contents";
    let asked = async |query: &str, known: &str| {
        let request = server.request(Method::GET, &format!("{path}{query}"), Some(&token));
        request.header("if-none-match", known).send().await.unwrap()
    };
    let tag_of = |answer: &reqwest::Response| header(answer, "etag").to_owned();
    let first = asked("", "\"another\"").await;
    let tag = tag_of(&first);
    assert!(tag.starts_with("W/\""), "{tag}");
    let seen = header(&first, "last-event-id").to_owned();
    assert!(seen.ends_with(".2"), "{seen}");
    for query in ["", "?limit=1"] {
        let again = asked(query, &tag).await;
        assert_eq!((again.status().as_u16(), tag_of(&again)), (304, tag.clone()));
        assert_eq!(again.bytes().await.unwrap(), "");
    }
    // Each change makes it another one: an event, and a download, which is none.
    let mut tags = vec![tag];
    let changed = async |tags: &mut Vec<String>| {
        let answer = asked("", tags.last().unwrap()).await;
        assert_eq!(answer.status(), 200);
        tags.push(tag_of(&answer));
        let (seen, list) =
            (header(&answer, "last-event-id").to_owned(), answer.json::<Value>().await.unwrap());
        assert_eq!(asked("", tags.last().unwrap()).await.status(), 304);
        (seen, list)
    };
    server.post("/rooms/c/texts", Some(&token), json!({"text": "z"})).await;
    let (now, _) = changed(&mut tags).await;
    assert!(now.ends_with(".3") && now != seen, "{now}");
    server.fetch("c", &token, &free, &[]).await.bytes().await.unwrap();
    server.app.flush_downloads().await.unwrap();
    let (same, list) = changed(&mut tags).await;
    assert_eq!((same, &list[1]["download_count"]), (now, &json!(1)));
    server.request(Method::DELETE, path, Some(&token)).json(&json!({"ids": [free]})).send().await.unwrap();
    changed(&mut tags).await;
    assert_eq!(tags.iter().collect::<HashSet<_>>().len(), 4);
    // So it is with the other lists.
    for list in ["/rooms/c/tokens", "/rooms/c/tickets", "/rooms/c/uploads"] {
        let asked =
            |known: &str| server.request(Method::GET, list, Some(&token)).header("if-none-match", known);
        let tag = tag_of(&asked("\"another\"").send().await.unwrap());
        assert_eq!(asked(&tag).send().await.unwrap().status(), 304, "{list}");
    }
}

/// Who sees only what they added themselves, and has the list of who sees all, or the other way round.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_another_one_for_who_sees_only_their_own() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("c").await;
    let drop_box = async || {
        let invite = json!({"action": "enter", "permission": 2});
        let invite = server.post("/rooms/c/tickets", Some(&owner), invite).await;
        let entered = server.post("/rooms/c/tokens", None, json!({"ticket": invite["ticket"]})).await;
        entered["token"].as_str().unwrap().to_owned()
    };
    let tag_for = async |token: &str| {
        let answer = server.request(Method::GET, "/rooms/c/contents", Some(token)).send().await.unwrap();
        header(&answer, "etag").to_owned()
    };
    let (one, other) = (drop_box().await, drop_box().await);
    let tags = HashSet::from([tag_for(&owner).await, tag_for(&one).await, tag_for(&other).await]);
    assert_eq!(tags.len(), 3, "{tags:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_compressed_where_the_client_takes_it() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let asked = async |encodings: &str| {
        let request = server.request(Method::GET, "/rooms/c/contents", Some(&token));
        let answer = request.header("accept-encoding", encodings).send().await.unwrap();
        let encoding = header(&answer, "content-encoding").to_owned();
        (encoding, header(&answer, "etag").to_owned(), answer.bytes().await.unwrap())
    };
    assert_eq!(asked("gzip").await.0, "");
    for n in 0..100 {
        server.post("/rooms/c/texts", Some(&token), json!({"text": format!("text {n}")})).await;
    }
    let (plain, tag, bytes) = asked("identity").await;
    assert_eq!(plain, "");
    let (gzip, same, packed) = asked("gzip, deflate, br").await;
    assert_eq!((gzip.as_str(), same), ("gzip", tag));
    assert!(packed.len() * 5 < bytes.len(), "{} of {}", packed.len(), bytes.len());
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn meta_has_the_version_as_its_tag() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let content = server.upload("c", &token, "a.txt", "abc").await;
    let path = format!("/rooms/c/contents/{}/meta", content["id"]);
    let answer = server.request(Method::GET, &path, Some(&token)).send().await.unwrap();
    assert_eq!((header(&answer, "etag"), header(&answer, "cache-control")), ("\"1\"", "no-store"));
    assert_eq!(answer.json::<Value>().await.unwrap(), content);
    let asked = async |known: &str| {
        server.request(Method::GET, &path, Some(&token)).header("if-none-match", known).send().await.unwrap()
    };
    for known in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
        let answer = asked(known).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "etag")), (304, "\"1\""), "{known}");
        assert_eq!(answer.bytes().await.unwrap(), "");
    }
    for other in ["\"2\"", "1", "\"11\""] {
        assert_eq!(asked(other).await.status(), 200, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contents_are_deleted_all_or_none() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let a = server.upload("c", &token, "a", vec![1; 50_000]).await["id"].clone();
    let b = server.upload("c", &token, "b", "xyz").await["id"].clone();
    let delete = |body: Value| server.request(Method::DELETE, "/rooms/c/contents", Some(&token)).json(&body);
    refused(delete(json!({"ids": [a, 999]})), 404, "content_not_found").await;
    refused(delete(json!({"ids": []})), 400, "invalid_ids").await;
    let gone = ok(delete(json!({"content_ids": [a]}))).await;
    assert_eq!(gone, json!({"deleted": [a], "deleted_count": 1, "freed_size": 50_000, "current_size": 3}));
    let list = server.get("/rooms/c/contents", Some(&token)).await;
    assert_eq!((list.as_array().unwrap().len(), &list[0]["id"]), (1, &b));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_is_given_back() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let reservation = server.prepare("c", &token, json!([{"name": "a", "size": 70}])).await;
    let path = format!("/rooms/c/reservations/{reservation}");
    let released = server.delete(&path, &token).await;
    assert_eq!((&released["released"], &released["current_size"]), (&json!(true), &json!(0)));
    refused(server.request(Method::DELETE, &path, Some(&token)), 404, "reservation_not_found").await;
}

/// The ways in which browsers, curl and libraries write a part's file name.
#[tokio::test(flavor = "multi_thread")]
async fn file_names_arrive_as_clients_write_them() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    for (name, written) in [
        ("grüße 😀.txt", "filename=\"grüße 😀.txt\""),
        ("a\"b.txt", "filename=\"a%22b.txt\""),
        ("a\"b2.txt", "filename=\"a\\\"b2.txt\""),
        ("a%22b.txt", "filename=\"a%22b.txt\""),
        ("café.txt", "filename=\"cafe\u{301}.txt\""),
        ("naïve.txt", "filename=\"na_ve.txt\"; filename*=UTF-8''na%C3%AFve.txt"),
        ("dir/sub/a;b=c, d.txt", "filename=\"dir/sub/a;b=c, d.txt\""),
        ("token.txt", "filename=token.txt"),
    ] {
        let reservation = server.prepare("c", &token, json!([{"name": name, "size": 2}])).await;
        let body = format!(
            "--B\r\nContent-Disposition: form-data; name=\"f\"; {written}\r\nContent-Type: x/y\r\n\r\nhi\r\n--B--\r\n"
        );
        let request = server
            .request(Method::POST, &format!("/rooms/c/contents?reservation_id={reservation}"), Some(&token))
            .header("content-type", "multipart/form-data; boundary=B")
            .body(body);
        assert_eq!(ok(request).await["uploaded"][0]["file_name"], name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_any_length_is_one_array() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let add = async |count: usize| {
        let names: Vec<String> = (0..count).map(|n| format!("{n}")).collect();
        let manifest = names.iter().map(|name| json!({"name": name, "size": 0})).collect();
        let reservation = server.prepare("c", &token, manifest).await;
        let form = names.into_iter().fold(multipart::Form::new(), |form, name| {
            form.part("f", multipart::Part::bytes(vec![]).file_name(name))
        });
        ok(server.upload_form("c", &token, reservation, form)).await;
    };
    let ids = async |query: &str| -> Vec<i64> {
        let list = server.get(&format!("/rooms/c/contents{query}"), Some(&token)).await;
        list.as_array().unwrap().iter().map(|content| content["id"].as_i64().unwrap()).collect()
    };
    add(1000).await;
    // A whole page, and nothing behind it.
    let first = ids("").await;
    assert_eq!(first.len(), 1000);
    add(1000).await;
    add(300).await;
    let all = ids("?limit=10000").await;
    assert_eq!(ids("").await, all[..1000]);
    assert!(all.len() == 2300 && all.is_sorted() && all.starts_with(&first));
    for limit in [0, 1, 999, 1000, 1001, 2000, 2299, 2300, 5000] {
        assert_eq!(ids(&format!("?limit={limit}")).await, all[..limit.min(2300)], "{limit}");
    }
    assert_eq!(ids(&format!("?after={}&limit=99999", all[199])).await, all[200..]);
    assert_eq!(ids(&format!("?after={}&limit=1500", all[199])).await, all[200..1700]);
    assert_eq!(ids(&format!("?after={}", all[2299])).await, [0i64; 0]);
}
