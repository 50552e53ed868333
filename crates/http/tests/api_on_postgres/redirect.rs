//! Downloads that are sent on to the bucket, fetched from there as any client does.

use std::time::Duration;

use elizabeth_core::policy::Policy;
use reqwest::{Client, Method, Response, redirect};
use serde_json::{Value, json};

use crate::support::{TestServer, header, refused};

/// Too large to be kept in the database.
const SIZE: usize = 20_000;
const TYPE: &str = "text/plain; charset=utf-8";

fn bytes() -> Vec<u8> {
    (0..SIZE).map(|i| (i % 251) as u8).collect()
}

/// A server that redirects, with a room, its owner's token, and a client that follows nothing.
struct Fixture {
    server: TestServer,
    token: String,
    still: Client,
}

impl Fixture {
    async fn start() -> Self {
        let policy = Policy::default().min_free(0).blob_redirect(true);
        let server = TestServer::start_with(policy).await;
        let token = server.create_and_enter("r").await;
        let still = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { server, token, still }
    }

    async fn upload(&self, file: Value) -> String {
        let content = self.server.upload_as("r", &self.token, file, bytes()).await;
        format!("/rooms/r/contents/{}", content["id"])
    }

    /// Asks, and follows nothing.
    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request =
            self.still.get(format!("{}/api/v1{path}", self.server.url)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Asks as any client does, following the link with the same headers.
    async fn fetch(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.server.request(Method::GET, path, Some(&self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    async fn downloads(&self, path: &str) -> Value {
        self.server.app.flush_downloads().await.unwrap();
        self.server.get(&format!("{path}/meta"), Some(&self.token)).await["download_count"].take()
    }
}

/// How long a link works, in seconds.
fn lifetime(answer: &Response) -> u64 {
    let link = header(answer, "location");
    let (_, rest) = link.split_once("X-Amz-Expires=").unwrap();
    rest.split('&').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_goes_to_the_bucket_and_looks_the_same() {
    let fixture = Fixture::start().await;
    let document = fixture.server.get("/openapi.json", None).await;
    for path in ["", "/download"] {
        let answers =
            &document["paths"][format!("/api/v1/rooms/{{room}}/contents/{{id}}{path}")]["get"]["responses"];
        assert!(answers["307"]["headers"]["Location"].is_object(), "{answers}");
    }
    for (name, mime, kind, shown_as) in [
        ("a b;&+c#'.png", "image/png", "inline", "image/png"),
        ("ä/ö?=\"%2F.md", "text/markdown", "inline", TYPE),
        ("a.html", "text/html", "attachment", "application/octet-stream"),
    ] {
        let path = fixture.upload(json!({"name": name, "mime": mime})).await;
        for (path, kind, shown_as) in [
            (path.clone(), kind, shown_as),
            (format!("{path}/download"), "attachment", if mime == "text/html" { shown_as } else { mime }),
        ] {
            let sent_on = fixture.ask(&path, &[]).await;
            assert_eq!(sent_on.status(), 307, "{path}");
            assert!(!header(&sent_on, "location").starts_with(&fixture.server.url));
            assert_eq!(header(&sent_on, "cache-control"), "no-store");
            assert_eq!(header(&sent_on, "referrer-policy"), "no-referrer");
            assert_eq!(sent_on.bytes().await.unwrap(), "");

            let got = fixture.fetch(&path, &[]).await;
            assert_eq!((got.status().as_u16(), header(&got, "content-type")), (200, shown_as));
            let disposition = header(&got, "content-disposition").to_owned();
            assert!(disposition.starts_with(&format!("{kind}; filename=\"")), "{disposition}");
            assert_eq!(header(&got, "cache-control"), "private, no-cache");
            assert!(
                got.url().path().contains("/rooms/") && !got.url().as_str().starts_with(&fixture.server.url)
            );
            assert!(got.bytes().await.unwrap() == bytes());

            // What we say of it ourselves.
            let head =
                fixture.server.request(Method::HEAD, &path, Some(&fixture.token)).send().await.unwrap();
            assert!(head.url().as_str().starts_with(&fixture.server.url), "HEAD was sent on");
            assert_eq!((head.status().as_u16(), header(&head, "content-type")), (200, shown_as));
            assert_eq!(header(&head, "content-disposition"), disposition);
            assert_eq!(header(&head, "content-length"), SIZE.to_string());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_honoured_by_the_bucket_and_refused_by_us() {
    let fixture = Fixture::start().await;
    let path = fixture.upload(json!({"name": "a.mp4"})).await;
    for (range, from, to) in [("bytes=0-99", 0, 100), ("bytes=500-", 500, SIZE), ("bytes=-7", SIZE - 7, SIZE)]
    {
        assert_eq!(fixture.ask(&path, &[("range", range)]).await.status(), 307);
        let part = fixture.fetch(&path, &[("range", range)]).await;
        assert_eq!(part.status(), 206, "{range}");
        assert_eq!(header(&part, "content-range"), format!("bytes {from}-{}/{SIZE}", to - 1));
        assert!(part.bytes().await.unwrap() == bytes()[from..to]);
    }
    // Twice from the first byte: asked without following, and followed.
    assert_eq!(fixture.downloads(&path).await, 2);
    let beyond = fixture.ask(&path, &[("range", &format!("bytes={SIZE}-"))]).await;
    assert_eq!(beyond.status(), 416);
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_are_judged_by_us() {
    let fixture = Fixture::start().await;
    let path = fixture.upload(json!({"name": "a.bin"})).await;
    let head = fixture.server.request(Method::HEAD, &path, Some(&fixture.token)).send().await.unwrap();
    let tag = header(&head, "etag").to_owned();
    let date = header(&head, "last-modified").to_owned();
    for (headers, status) in [
        (&[("if-none-match", tag.as_str())][..], 304),
        (&[("if-none-match", "\"x\"")], 200),
        (&[("if-match", &tag)], 200),
        (&[("if-match", "\"x\"")], 412),
        (&[("if-unmodified-since", &date)], 200),
        (&[("if-modified-since", &date)], 304),
        (&[("if-range", &tag), ("range", "bytes=5-9")], 206),
    ] {
        assert_eq!(fixture.ask(&path, headers).await.status(), status, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_link_could_not_do_comes_from_us() {
    let fixture = Fixture::start().await;
    let limited = fixture.upload(json!({"name": "a.bin", "max_downloads": 2})).await;
    for _ in 0..2 {
        let whole = fixture.ask(&limited, &[("range", "bytes=5-9")]).await;
        assert_eq!(whole.status(), 200);
        assert!(whole.bytes().await.unwrap() == bytes());
    }
    assert_eq!(fixture.ask(&limited, &[]).await.status(), 410);

    for text in ["", "small"] {
        let small = fixture.server.upload("r", &fixture.token, "a.txt", text).await;
        let small = fixture.ask(&format!("/rooms/r/contents/{}", small["id"]), &[]).await;
        assert_eq!((small.status().as_u16(), small.text().await.unwrap().as_str()), (200, text));
    }

    let path = fixture.upload(json!({"name": "b.bin"})).await;
    for path in [path.clone(), format!("{path}/download")] {
        refused(fixture.server.request(Method::GET, &path, None), 401, "token_missing").await;
        refused(fixture.server.request(Method::GET, &path, Some("x")), 401, "token_invalid").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_with_what_it_was_asked_with() {
    let fixture = Fixture::start().await;
    let lasting = fixture.upload(json!({"name": "a.bin"})).await;
    let brief = fixture.upload(json!({"name": "b.bin", "expire_at": "2026-11-01T12:10:00Z"})).await;
    assert_eq!(lifetime(&fixture.ask(&lasting, &[]).await), 3600);
    assert_eq!(lifetime(&fixture.ask(&brief, &[]).await), 600);
    fixture.server.clock.advance(Duration::from_secs(9 * 60 + 30));
    assert_eq!(lifetime(&fixture.ask(&lasting, &[]).await), 3600 - 570);
    assert_eq!(lifetime(&fixture.ask(&brief, &[]).await), 30);
    fixture.server.clock.advance(Duration::from_secs(1));
    assert_eq!(fixture.ask(&brief, &[]).await.status(), 200);
}

/// `GET /{room}/{file_name}`: curl does not follow where it is sent unless it is told to, and would keep nothing. The
/// same for a ticket, whose uses a link would not count.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_and_a_ticket_are_not_sent_on() {
    let fixture = Fixture::start().await;
    let path = fixture.upload(json!({"name": "large.bin"})).await;
    let folder = fixture.still.get(format!("{}/r/large.bin", fixture.server.url)).send().await.unwrap();
    assert_eq!((folder.status().as_u16(), folder.bytes().await.unwrap().to_vec()), (200, bytes()));
    let id: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
    let wanted = json!({"action": "download", "content_id": id, "max_uses": 1});
    let request = fixture.server.request(Method::POST, "/rooms/r/tickets", Some(&fixture.token));
    let made: Value = request.json(&wanted).send().await.unwrap().json().await.unwrap();
    let ticket = made["ticket"].as_str().unwrap();
    let by_ticket = format!("{}/api/v1{path}?ticket={ticket}", fixture.server.url);
    let answer = fixture.still.get(&by_ticket).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.bytes().await.unwrap().to_vec()), (200, bytes()));
    refused(fixture.still.get(&by_ticket), 410, "ticket_spent").await;
}
