//! Headers that protect browsers: on every answer of every route.

use reqwest::{Method, Response, header::HeaderMap};
use serde_json::json;

use crate::support::{TestServer, header};

const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// What every answer has, whatever it is.
fn expect_protected(headers: &HeaderMap, what: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        let values: Vec<_> = headers.get_all(name).iter().collect();
        assert_eq!(values, [value], "{name} of {what}");
    }
    let policies: Vec<_> = headers.get_all("content-security-policy").iter().collect();
    assert_eq!(policies.len(), 1, "{what}");
    assert!(policies[0].to_str().unwrap().contains("default-src 'none'"), "{what}");
    assert!(headers.contains_key("x-request-id") && headers.contains_key("cache-control"), "{what}");
}

fn is_noindex(headers: &HeaderMap) -> bool {
    headers.get("x-robots-tag").is_some_and(|value| value == "noindex")
}

/// Each operation of the document, with somebody's token and without, on things that are there.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_document_is_protected() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("p").await;
    let content = server.upload("p", &token, "a.txt", "abc").await;
    let document = server.get("/openapi.json", None).await;
    let mut seen = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            for token in [None, Some(token.as_str())] {
                let (method, what) = (method.to_uppercase(), format!("{method} {path}"));
                // What deletes comes to nothing: everything that follows finds things as they are.
                let id = if method == "DELETE" { "999" } else { &content["id"].to_string() };
                let room = if method == "DELETE" { "none" } else { "p" };
                let filled: String = path
                    .split('/')
                    .map(|part| match part {
                        "{room}" => room,
                        "{id}" => id,
                        part if part.starts_with('{') => "1",
                        part => part,
                    })
                    .collect::<Vec<_>>()
                    .join("/");
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let path = filled.strip_prefix("/api/v1").unwrap();
                let answer = server.request(method, path, token).send().await.unwrap();
                expect_protected(answer.headers(), &what);
                let is_reference = path == "/docs" || path == "/scalar";
                assert_eq!(is_noindex(answer.headers()), !is_reference, "{what}");
                seen += 1;
            }
        }
    }
    assert!(seen > 90, "{seen}");
}

/// What is no part of the document: the page and its files, folders, tickets, tus, and what is not there.
#[tokio::test(flavor = "multi_thread")]
async fn the_other_addresses_are_protected() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("p").await;
    server.upload("p", &token, "a.txt", "abc").await;
    for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH"] {
        for path in [
            "/",
            "/p",
            "/p/",
            "/p/?text",
            "/p/a.txt",
            "/p/none.txt",
            "/none/",
            "/not%20a%20room",
            "/s/tkt_nonsense",
            "/assets/sw.js",
            "/assets/none",
            "/api/v1/nowhere",
            "/api/v1/rooms/p/tus",
            "/api/v1/rooms/p/tus/1",
        ] {
            for accept in ["*/*", HTML] {
                let answer = server.at(method, path).header("accept", accept).send().await.unwrap();
                expect_protected(answer.headers(), &format!("{method} {path}"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_keep_their_window_and_search_engines_know_no_room() {
    let server = TestServer::start().await;
    server.create("p").await;
    for (path, listed) in
        [("/", true), ("/api/v1/docs", true), ("/p", false), ("/none", false), ("/s/tkt_x", false)]
    {
        let answer = server.at("GET", path).header("accept", HTML).send().await.unwrap();
        assert!(header(&answer, "content-type").starts_with("text/html"), "{path}");
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(header(&answer, "permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(is_noindex(answer.headers()), !listed, "{path}");
    }
}

async fn strict_transport(server: &TestServer) -> Vec<String> {
    let mut found = Vec::new();
    for path in ["/", "/api/v1/health", "/nowhere/x"] {
        let answer: Response = server.at("GET", path).send().await.unwrap();
        found.push(header(&answer, "strict-transport-security").to_owned());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn https_once_is_https_for_a_year() {
    for (url, value) in
        [("https://share.example.org/files", "max-age=31536000"), ("http://share.example.org/files", "")]
    {
        let server = TestServer::start_at(url).await;
        assert_eq!(strict_transport(&server).await, [value; 3], "{url}");
    }
    assert_eq!(strict_transport(&TestServer::start().await).await, [""; 3]);
}

/// What was kept is asked for again: the answer's headers become those of what is there.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_a_body_has_the_headers_of_the_content() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("p").await;
    let file = json!({"name": "a.html", "mime": "text/html"});
    let content = server.upload_as("p", &token, file, "<script>").await;
    let tag = format!("\"{}\"", content["sha256"].as_str().unwrap());
    let whole = server.fetch("p", &token, &content["id"], &[]).await;
    let unchanged = server.fetch("p", &token, &content["id"], &[("if-none-match", &tag)]).await;
    assert_eq!(unchanged.status(), 304);
    let policy = header(&whole, "content-security-policy");
    assert!(policy.starts_with("sandbox;"), "{policy}");
    assert_eq!(header(&unchanged, "content-security-policy"), policy);
}
