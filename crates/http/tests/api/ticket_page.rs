//! `GET` and `HEAD /s/{ticket}`: a page that asks before it spends.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{
    thumbnails::{jpeg, put_jpeg},
    tickets::{make, ticket},
};
use crate::support::{TestServer, header, ok, refused};

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

fn open(server: &TestServer, method: Method, ticket: &str) -> RequestBuilder {
    server.client.request(method, format!("{}/s/{ticket}", server.url)).header("accept", BROWSER)
}

async fn page(request: RequestBuilder, status: u16) -> String {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), status);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-robots-tag", "noindex"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(header(&answer, name), value);
    }
    let policy = header(&answer, "content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    answer.text().await.unwrap()
}

/// Where the page's one link goes, its entities resolved.
fn link(html: &str) -> String {
    let (_, rest) = html.split_once("<a class=\"button\" href=\"").unwrap();
    rest.split_once('"').unwrap().0.replace("&#38;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_spends_nothing_and_the_link_on_the_page_does() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let name = "dir/<b>\"R&D\"'.txt";
    let id = server.upload("t", &owner, name, "abc").await["id"].clone();
    let once = json!({"action": "download", "content_id": id, "max_uses": 1});
    let secret = ticket(&server, &owner, once).await;
    for _ in 0..20 {
        page(open(&server, Method::HEAD, &secret), 200).await;
        let html = page(open(&server, Method::GET, &secret), 200).await;
        assert!(html.contains("<h1>&#60;b&#62;&#34;R&#38;D&#34;&#39;.txt</h1>"), "{html}");
        assert!(
            html.contains("Text, 3 B from the room t.")
                && html.contains(
                    "once more, until <time datetime=\"2026-11-01T12:10:00Z\">2026-11-01 12:10:00 UTC</time>."
                ),
            "{html}"
        );
        // The one script is a file of ours.
        assert!(!html.contains("<b>") && html.matches("<script").count() == 1, "{html}");
        assert!(html.contains("<script src=\"/assets/door.js\" defer></script>"), "{html}");
    }
    assert_eq!(server.get("/rooms/t/tickets", Some(&owner)).await[0]["uses"], 0);

    let html = page(open(&server, Method::GET, &secret), 200).await;
    let href = link(&html);
    assert_eq!(href, format!("/api/v1/rooms/t/contents/{id}/download?ticket={secret}"));
    let fetched = server.client.get(format!("{}{href}", server.url)).send().await.unwrap();
    assert_eq!(fetched.text().await.unwrap(), "abc");
    let html = page(open(&server, Method::GET, &secret), 410).await;
    assert!(html.contains("It has been used up.") && !html.contains("<a "), "{html}");
    // Programs are told as programs are.
    for accept in ["*/*", "application/json"] {
        let request = server.client.get(format!("{}/s/{secret}", server.url)).header("accept", accept);
        refused(request, 410, "ticket_spent").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_says_what_it_allows_and_hands_the_ticket_on_unsent() {
    let server = TestServer::start().await;
    let created = server.post("/rooms/caf%C3%A9", None, json!({"permission": 11})).await;
    let slug = created["slug"].as_str().unwrap();
    let path = format!("/rooms/{slug}/tokens");
    let owner = server.post(&path, None, json!({})).await["token"].as_str().unwrap().to_owned();
    let path = format!("/rooms/{slug}/tickets");
    let made = async |permission: u8| {
        let body = json!({"action": "enter", "permission": permission, "max_uses": 3});
        server.post(&path, Some(&owner), body).await["ticket"].as_str().unwrap().to_owned()
    };
    let secret = made(3).await;
    let html = page(open(&server, Method::GET, &secret), 200).await;
    assert!(
        html.contains("You are invited to the room caf\u{e9}") && html.contains("3 more times"),
        "{html}"
    );
    assert!(html.contains("You may look at everything and add to it."), "{html}");
    let encoded = slug.replace('\u{e9}', "%C3%A9");
    assert_eq!(link(&html), format!("/{encoded}#ticket={secret}"));
    let html = page(open(&server, Method::GET, &made(2).await), 200).await;
    assert!(
        html.contains("You may add to it; you will see what you add yourself, and nothing else."),
        "{html}"
    );
}

/// A picture is shown where there is one, which spends nothing, else what kind of thing it is; in the reader's language.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_speaks_the_readers_language_and_shows_what_it_is_for() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let id = server.upload("t", &owner, "a.txt", "abc").await["id"].clone();
    let once = json!({"action": "download", "content_id": id, "max_uses": 1});
    let secret = ticket(&server, &owner, once).await;
    let read = async |language: &str, secret: &str, status| {
        let request = open(&server, Method::GET, secret).header("accept-language", language);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(header(&answer, "vary"), "accept, accept-language");
        answer.text().await.unwrap()
    };
    let html = read("fr, zh;q=0.5", &secret, 200).await;
    assert!(html.contains("<html lang=\"zh-CN\">") && html.contains("文本，3 B，来自房间 t。"), "{html}");
    assert!(html.contains("之前还可以下载一次。") && html.contains(">下载</a>"), "{html}");
    assert!(html.contains("<svg class=\"kind\"") && !html.contains("<img"), "{html}");
    let html = read("zh-CN", "tkt_nonsense", 401).await;
    assert!(html.contains("它不存在、已过期，或者已被停用。"), "{html}");
    assert!(read("fr", "tkt_nonsense", 401).await.contains("<html lang=\"en\">"));

    let path = format!("/rooms/t/contents/{id}/thumbnail");
    put_jpeg(&server, &owner, &id, jpeg(16, 300, 1)).await;
    let html = read("en", &secret, 200).await;
    let (_, rest) = html.split_once("<img class=\"picture\" src=\"").unwrap();
    let src = rest.split_once('"').unwrap().0;
    assert_eq!(src, format!("/api/v1{path}?ticket={secret}"));
    assert_eq!(server.client.get(format!("{}{src}", server.url)).send().await.unwrap().status(), 200);
    assert_eq!(server.get("/rooms/t/tickets", Some(&owner)).await[0]["uses"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_opens_nothing_is_told_as_such() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let gone = server.upload("t", &owner, "a.txt", "abc").await["id"].clone();
    let download = ticket(&server, &owner, json!({"action": "download", "content_id": gone})).await;
    let invite = make(&server, &owner, json!({"action": "enter"})).await;
    let secret = invite["ticket"].as_str().unwrap();
    for unknown in ["tkt_nonsense", "%FF", "%3Cscript%3E"] {
        let html = page(open(&server, Method::GET, unknown), 401).await;
        assert!(html.contains("This link opens nothing") && !html.contains("<script"), "{html}");
    }
    let plain = server.client.get(format!("{}/s/tkt_nonsense", server.url));
    refused(plain, 401, "ticket_invalid").await;
    for (status, code) in [(1, "locked"), (2, "closed")] {
        server.post("/rooms/t/settings", Some(&owner), json!({"status": status})).await;
        let html = page(open(&server, Method::GET, secret), 403).await;
        assert!(html.contains(code), "{html}");
    }
    page(open(&server, Method::GET, &download), 403).await;
    server.post("/rooms/t/settings", Some(&owner), json!({"status": 0})).await;
    page(open(&server, Method::GET, &download), 200).await;
    ok(server.request(Method::DELETE, "/rooms/t/contents", Some(&owner)).json(&json!({"ids": [gone]}))).await;
    page(open(&server, Method::GET, &download), 401).await;
    server.delete(&format!("/rooms/t/tickets/{}", invite["id"]), &owner).await;
    page(open(&server, Method::GET, secret), 401).await;
    refused(server.client.post(format!("{}/s/{secret}", server.url)), 405, "method_not_allowed").await;
}

/// A server behind a proxy that puts a path in front of ours.
#[tokio::test(flavor = "multi_thread")]
async fn links_begin_with_the_public_url() {
    let server = TestServer::start_at("https://share.example.org/files/").await;
    let owner = server.create_and_enter("t").await;
    let made = make(&server, &owner, json!({"action": "enter"})).await;
    let secret = made["ticket"].as_str().unwrap();
    assert_eq!(made["url"], format!("https://share.example.org/files/s/{secret}"));
    let html = page(open(&server, Method::GET, secret), 200).await;
    assert_eq!(link(&html), format!("/files/t#ticket={secret}"));

    let plain = TestServer::start().await;
    let owner = plain.create_and_enter("t").await;
    let request =
        plain.request(Method::POST, "/rooms/t/tickets", Some(&owner)).json(&json!({"action": "enter"}));
    let behind = request.header("host", "share.example.net").header("x-forwarded-proto", "https");
    let made: Value = ok(behind).await;
    assert!(made["url"].as_str().unwrap().starts_with("https://share.example.net/s/tkt_"), "{made}");
}
