//! A server that sends on to a bucket for the bytes.

use axum::{
    Router,
    http::{HeaderMap, StatusCode, Uri},
    response::Redirect,
    routing,
};
use serde_json::json;

use crate::server::{Person, names, serve};

/// A server with one content, whose bytes are to be had by a link.
async fn server(link: String) -> String {
    let token = json!({"token": "token-of-mine", "claims": {"exp": 3_600, "iat": 0}});
    let content = json!([{
        "id": 1, "content_type": "file", "file_name": "a.txt", "size": 5,
        "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "created_at": "2026-11-21T00:00:00Z",
    }]);
    let router = Router::new()
        .route("/api/v1/rooms/room/tokens", routing::post(async move || token.to_string()))
        .route("/api/v1/rooms/room/contents", routing::get(async move || content.to_string()))
        .route(
            "/api/v1/rooms/room/contents/1/download",
            routing::get(async move || Redirect::temporary(&link)),
        );
    serve(router).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_fetched_from_there_without_the_token() {
    let bucket = async |headers: HeaderMap, uri: Uri| match (headers.get("authorization"), uri.query()) {
        (None, Some("signature=of%20mine")) => (StatusCode::OK, "hello"),
        _ => (StatusCode::FORBIDDEN, "no"),
    };
    let bucket = serve(Router::new().fallback(bucket)).await;
    let person = Person::new();
    let url = server(format!("{bucket}/x/y?signature=of%20mine")).await;
    assert_eq!(person.run(&["get", &format!("{url}/room/a.txt"), "-o", "-"]).ok(), "hello");
    assert_eq!(person.run(&["get", &format!("{url}/room/a.txt")]).ok(), "a.txt\n");
}

/// The link is a secret, also when it is of no use.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_there_is_told_without_the_link() {
    let refusing = serve(Router::new().fallback(async || (StatusCode::FORBIDDEN, "<Error/>"))).await;
    let onward = serve(Router::new().fallback(async || Redirect::temporary("http://127.0.0.1:1/"))).await;
    let damaged = serve(Router::new().fallback(async || "hellO")).await;
    let closed = "http://127.0.0.1:1".to_owned();
    for (place, part) in [
        (refusing, "it answers 403 Forbidden"),
        (onward, "it answers 307 Temporary Redirect"),
        (damaged, "what arrived is not what was sent"),
        (closed, "onnection refused"),
        ("ftp://127.0.0.1".to_owned(), "where others could listen"),
    ] {
        let person = Person::new();
        let url = server(format!("{place}/x?signature=of-mine")).await;
        let error = person.run(&["get", &format!("{url}/room/a.txt")]).failed(1);
        assert!(error.contains(part) && !error.contains("of-mine"), "{error}");
        assert!(names(&person.work()).is_empty());
    }
}
