//! What contents are to people, in whatever way they came.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::tus::{create, created, join, metadata, partial, patch};
use crate::support::{TestServer, chunked::CHUNK, ok};

/// A PNG as far as its first bytes go, and as long as is asked for.
fn png(len: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.resize(len, 1);
    bytes
}

async fn kinds(server: &TestServer, token: &str) -> Vec<(Value, Value)> {
    let list = server.get("/rooms/t/contents", Some(token)).await;
    let list = list.as_array().unwrap().iter();
    list.map(|content| (content["file_name"].clone(), content["kind"].clone())).collect()
}

fn put(server: &TestServer, token: &str, name: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    server.request(Method::PUT, &format!("/rooms/t/files/{name}"), Some(token)).body(body)
}

/// Each way to add something looks at the first bytes, of files that are kept in the database and of such as are not: a
/// name that says nothing is enough, and one that says otherwise is not believed.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_known_by_its_bytes_whichever_way_it_came() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    for (len, size) in [(100, "small"), (20_000, "large"), (3 * CHUNK, "huge")] {
        let name = |way: &str| format!("{size}-{way}.txt");
        server.upload("t", &token, &name("form"), png(len)).await;
        ok(put(&server, &token, &name("put"), png(len))).await;
        // As a folder takes it, without a length.
        let pieces =
            png(len).chunks(1000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
        let url = format!("{}/t/{}", server.url, name("folder"));
        let stream = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
        let answer = server.client.put(url).bearer_auth(&token).body(stream).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
        server.upload_chunks("t", &token, &name("chunks"), &png(len)).await;

        let named = |way: &str| metadata(&[("filename", &name(way))]);
        let whole =
            created(create(&server, &token, len as u64).header("upload-metadata", named("tus"))).await;
        for (offset, piece) in [(0, &png(len)[..10]), (10, &png(len)[10..])] {
            assert_eq!(
                patch(&server, &token, &whole, offset, piece.to_vec()).send().await.unwrap().status(),
                204
            );
        }
        let once =
            created(create(&server, &token, len as u64).header("upload-metadata", named("once"))).await;
        assert_eq!(patch(&server, &token, &once, 0, png(len)).send().await.unwrap().status(), 204);
        let [first, second] = [png(len)[..9].to_vec(), png(len)[9..].to_vec()];
        let parts = [
            created(partial(&server, &token, &first)).await,
            created(partial(&server, &token, &second)).await,
        ];
        created(join(&server, &token, &[&parts[0], &parts[1]]).header("upload-metadata", named("joined")))
            .await;
    }
    let found = kinds(&server, &token).await;
    assert_eq!(found.len(), 3 * 7);
    for (name, kind) in found {
        assert_eq!(kind, "picture", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_bytes_do_not_tell_is_known_by_name_and_type() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    for (name, bytes) in [
        ("Makefile", &b"all:\n\tcc a.c\n"[..]),
        ("NOTES", b"milk, bread"),
        ("main.zig", b"const std = @import(\"std\");"),
        ("empty.mp3", b""),
        ("nothing", b""),
        ("report.docx", b"PK\x03\x04\x14\0\0\0"),
        ("photos.zip", b"PK\x03\x04\x14\0\0\0"),
        ("blob", b"\0\x01\x02"),
        ("drawing", b"<?xml version=\"1.0\"?>\n<svg/>"),
        ("clip.webm", b"\x1a\x45\xdf\xa3"),
        ("paper", b"%PDF-1.4\n"),
    ] {
        server.upload("t", &token, name, bytes).await;
    }
    server.post("/rooms/t/texts", Some(&token), json!({"text": "hi"})).await;
    let code = server.post("/rooms/t/texts", Some(&token), json!({"text": "fn", "file_name": "a.rs"})).await;
    server.post("/rooms/t/urls", Some(&token), json!({"url": "https://example.org/a.png"})).await;
    let found: Vec<Value> = kinds(&server, &token).await.into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(
        Value::from(found),
        json!([
            "code", "text", "code", "audio", "other", "document", "archive", "other", "picture", "video",
            "document", "text", "code", "link"
        ])
    );
    // A new name is a new hint.
    let change = server.request(Method::PATCH, &format!("/rooms/t/contents/{}", code["id"]), Some(&token));
    let renamed = ok(change.header("if-match", "*").json(&json!({"file_name": "a.txt"}))).await;
    assert_eq!(renamed["kind"], "text");
}
