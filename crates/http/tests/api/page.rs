//! `GET /` and `GET /{room}` for browsers: the page, and the files it is made of.

use reqwest::{Response, header::HeaderMap};
use serde_json::json;

use crate::support::{TestServer, header};

const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

async fn page(server: &TestServer, path: &str) -> (HeaderMap, String) {
    let page = server.at("GET", path).header("accept", HTML).send().await.unwrap();
    assert_eq!(page.status(), 200);
    (page.headers().clone(), page.text().await.unwrap())
}

/// What the server says of a room together with the page.
async fn verdict(server: &TestServer, path: &str) -> Option<String> {
    let (_, page) = page(server, path).await;
    let rest = page.split_once("<meta name=\"verdict\" content=\"")?.1;
    Some(rest.split_once('"').unwrap().0.to_owned())
}

async fn file(server: &TestServer, path: &str, accepts: &str) -> Response {
    server.at("GET", path).header("accept-encoding", accepts).send().await.unwrap()
}

/// The addresses of the scripts and styles that the page names.
fn named(page: &str) -> Vec<String> {
    let addresses = page.split(['"', '\'']).filter(|text| text.starts_with("./assets/h/"));
    addresses.map(|text| text[1..].to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_shown_the_page_with_nothing_that_runs_in_it() {
    let server = TestServer::start().await;
    for path in ["/", "/no-such-room", "/no-such-room/", "/not%20a%20room"] {
        let (headers, page) = page(&server, path).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("http"), "{policy}");
        let (_, by_path) = policy.split_once(", ").unwrap();
        assert!(by_path.starts_with("script-src *:*/assets/h/ 'wasm-unsafe-eval';"), "{policy}");
        assert!(
            policy
                .contains("require-trusted-types-for 'script'; trusted-types svelte-trusted-html elizabeth")
        );
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "no-cache");
        assert!(page.contains("<base href=\"/\""), "{page}");
        assert_eq!(page.matches("<script").count(), page.matches(" src=\"./assets/h/").count(), "{page}");
    }
    assert_eq!(server.app.counts().await.unwrap().rooms, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_knows_how_the_room_stands() {
    let server = TestServer::start().await;
    assert_eq!(verdict(&server, "/").await, None);
    assert_eq!(verdict(&server, "/box").await.as_deref(), Some("room_not_found"));
    let made = server.post("/rooms/box", None, json!({})).await;
    assert_eq!(verdict(&server, "/box").await.as_deref(), Some("open"));
    server.post("/rooms/shut", None, json!({"password": "pw"})).await;
    assert_eq!(verdict(&server, "/shut").await.as_deref(), Some("password"));
    let key = json!({"owner_key": made["owner_key"]});
    let owner = server.post("/rooms/box/tokens", None, key).await["token"].as_str().unwrap().to_owned();
    server.post("/rooms/box/settings", Some(&owner), json!({"status": 1})).await;
    assert_eq!(verdict(&server, "/box").await.as_deref(), Some("room_locked"));
    // Nobody entered by looking.
    assert_eq!(server.get("/rooms/box", Some(&owner)).await["current_times_entered"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_files_are_small_and_never_change() {
    let server = TestServer::start().await;
    let (_, page) = page(&server, "/").await;
    let files = named(&page);
    assert!(files.len() >= 2, "{page}");
    for path in &files {
        let plain = file(&server, path, "identity").await;
        assert_eq!(plain.status(), 200, "{path}");
        assert_eq!(header(&plain, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&plain, "vary"), "accept-encoding");
        let whole = plain.bytes().await.unwrap().len();
        for (accepts, encoding) in [("gzip", "gzip"), ("gzip, deflate, br", "br"), ("br;q=0, gzip", "gzip")] {
            let packed = file(&server, path, accepts).await;
            assert_eq!(header(&packed, "content-encoding"), encoding, "{path}");
            let tag = header(&packed, "etag").to_owned();
            assert!(packed.bytes().await.unwrap().len() < whole);
            let again =
                server.at("GET", path).header("accept-encoding", accepts).header("if-none-match", tag);
            assert_eq!(again.send().await.unwrap().status(), 304);
        }
    }
    let worker = file(&server, "/assets/sw.js", "identity").await;
    assert_eq!(header(&worker, "service-worker-allowed"), "/");
    assert_eq!(header(&worker, "cache-control"), "no-cache");
    assert!(header(&worker, "content-security-policy").contains("script-src *:*/assets/h/"));
    for missing in ["/assets/nothing.js", "/assets/h/", "/assets/../index.html", "/assets/sw.js.br"] {
        assert_eq!(file(&server, missing, "br").await.status(), 404, "{missing}");
    }
}
