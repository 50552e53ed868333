//! What somebody sees who opens an address by hand that is none, or not theirs.

use elizabeth_core::{
    limits::{Limit, Limits},
    policy::Policy,
};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;

use crate::support::{TestServer, header};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn send(request: RequestBuilder, accept: &str) -> Response {
    request.header("accept", accept).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_a_page_with_the_same_words_and_programs_get_json() {
    let limits = Limits::default().with(Limit::RoomListeners, 1);
    let server = TestServer::start_with(Policy::default().min_free(0).limits(limits)).await;
    let owner = server.create_and_enter("t").await;
    let text = json!({"text": "once", "max_downloads": 1});
    let spent = server.post("/rooms/t/texts", Some(&owner), text).await["id"].clone();
    let download = format!("/rooms/t/contents/{spent}/download");
    server.request(Method::GET, &download, Some(&owner)).send().await.unwrap();
    let _listens = server.request(Method::GET, "/rooms/t/events", Some(&owner)).send().await.unwrap();
    let request = |method: Method, path: &str, token: Option<&str>| server.request(method, path, token);
    let long = "x".repeat(2 << 20);
    for (make, status, title, code) in [
        (
            &(|| request(Method::GET, "/rooms/%3Cb%3E", None)) as &dyn Fn() -> RequestBuilder,
            400,
            "Bad Request",
            "invalid_room_name",
        ),
        (&|| request(Method::GET, "/rooms/nowhere", None), 404, "Not Found", "room_not_found"),
        (&|| request(Method::GET, "/nothing", None), 404, "Not Found", "not_found"),
        (
            &|| request(Method::GET, "/rooms/t/contents/1/download", None),
            401,
            "Unauthorized",
            "token_missing",
        ),
        (&|| request(Method::GET, &download, Some(&owner)), 410, "Gone", "downloads_spent"),
        (
            &|| request(Method::GET, "/rooms/t/events", Some(&owner)),
            429,
            "Too Many Requests",
            "too_many_listeners",
        ),
        (
            &|| request(Method::POST, "/rooms/t/texts", Some(&owner)).json(&json!({"text": long})),
            413,
            "Payload Too Large",
            "text_too_long",
        ),
    ] {
        let told = send(make(), "*/*").await;
        assert_eq!(
            (told.status().as_u16(), header(&told, "content-type")),
            (status, "application/problem+json")
        );
        assert_eq!(header(&told, "vary"), "accept", "{code}");
        let headers = told.headers().clone();
        let problem: serde_json::Value = told.json().await.unwrap();
        assert_eq!(problem["code"], code);

        let page = send(make(), BROWSER).await;
        assert_eq!((page.status().as_u16(), header(&page, "vary")), (status, "accept"), "{code}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        let policy = header(&page, "content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; base-uri 'none';") && !policy.contains("script"),
            "{policy}"
        );
        for name in
            ["www-authenticate", "retry-after", "cache-control", "x-content-type-options", "x-robots-tag"]
        {
            assert_eq!(page.headers().get(name), headers.get(name), "{code}: {name}");
        }
        let html = page.text().await.unwrap();
        assert!(html.contains(&format!("<h1>{title}</h1>")) && html.contains(code), "{html}");
        // But for the first letter and the stop.
        let words = problem["error"].as_str().unwrap();
        assert!(html.contains(&escaped(&words[1..])), "{words}: {html}");
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");

        let json = send(make(), "application/json, text/html;q=0").await;
        assert_eq!(header(&json, "content-type"), "application/problem+json", "{code}");
    }
}

fn escaped(words: &str) -> String {
    words
        .replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}
