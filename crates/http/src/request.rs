//! The one layer around all routes: who a request comes from, its id, its log line, panics, problems, and the headers of
//! every answer. One layer, because each costs every request an allocation and an indirection.

mod audit;
mod record;
mod traffic;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use elizabeth_core::client::Client;
use futures::FutureExt;
use hyper::body::Body;
use tracing::Span;
use uuid::Uuid;

use self::record::Record;
use crate::{
    body::{SMALL, read_out, refuse},
    headers::accepts_html,
    limiter::{Attempt, Unanswered, is_for_page},
    problem::{Code, Miss, Problem},
    protection::{Kind, Protection},
    state::AppState,
};

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Runs a request.
///
/// The log line holds the route's template, never the address that was asked for: so no token, password or ticket
/// of a query string can stand in it, nor a name of a private room.
pub(crate) async fn wrap(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let client = client(&state, &request);
    request.extensions_mut().insert(client);
    let (attempt, admitted) = admit(&state, client, &mut request);
    let as_page = accepts_html(request.headers());
    let id = request_id(request.headers().get(&X_REQUEST_ID));
    let (record, request) = Record::begin(state.metrics(), client, &id, read_out(request));
    let mut response = match admitted {
        Ok(()) => {
            let run = AssertUnwindSafe(next.run(request)).catch_unwind();
            record.run(run).await.unwrap_or_else(|_| Problem::internal().into_response())
        }
        Err(problem) => refused(problem, request),
    };
    if let (Some(limiter), Some(attempt)) = (state.limiter(), &attempt)
        && let Some(miss) = response.extensions().get::<Miss>()
    {
        limiter.missed(state.app(), attempt, *miss);
    }
    let code = finish(&record.span, &id, as_page, state.protection(), &mut response);
    record.end(code, response)
}

/// Who a request comes from. Handlers find it among the request's extensions.
fn client(state: &AppState, request: &Request) -> Client {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    // Without a connection, all requests come from one place.
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    state.edge().trusted_proxies.client(peer, request.headers())
}

/// Counts a request, and looks whether it came by a name of ours and its client may go on. What it may guess is to be
/// kept until it is answered.
fn admit(state: &AppState, client: Client, request: &mut Request) -> (Option<Attempt>, Result<(), Problem>) {
    let counted = state.limiter().map_or(Ok(()), |limiter| limiter.request(client));
    if let Err(problem) = counted.and_then(|()| state.edge().allowed_hosts.judge(request)) {
        return (None, Err(problem));
    }
    let Some(limiter) = state.limiter() else { return (None, Ok(())) };
    let Some(attempt) = Attempt::of(client, request) else { return (None, Ok(())) };
    let admitted = limiter.attempt(state.app(), &attempt);
    if admitted.is_err() && is_for_page(request) {
        // Whoever has to wait gets the page all the same, and is told by it.
        request.extensions_mut().insert(Unanswered);
        return (None, Ok(()));
    }
    (Some(attempt), admitted)
}

/// An answer to a request that is not looked at. What it brings is not waited for.
fn refused(problem: Problem, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if body.size_hint().upper().is_some_and(|bytes| bytes <= SMALL as u64) {
        // It is read out, and the connection goes on.
        return problem.into_response();
    }
    refuse(&parts.headers, body);
    problem.closing().into_response()
}

/// Writes the problem, where there is one, and what every answer has.
fn finish(
    span: &Span,
    id: &HeaderValue,
    as_page: bool,
    protection: &Protection,
    response: &mut Response,
) -> Option<Code> {
    let mut code = response.extensions().get::<Code>().copied();
    if let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() {
        if let Some(cause) = problem.cause() {
            span.in_scope(|| tracing::error!(error = %cause, "failed"));
        }
        problem.render(id, as_page, response);
        code = Some(problem.code());
    }
    let kind = response.extensions().get::<Kind>().copied().unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(X_REQUEST_ID.clone(), id.clone());
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    protection.write(kind, headers);
    code
}

/// The id that the client gave, where it is fit to be logged, or a new one.
fn request_id(given: Option<&HeaderValue>) -> HeaderValue {
    let sane = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=64).contains(&bytes.len()) && bytes.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'-')
    };
    // Copied: it is kept for as long as the answer is being sent, and with it would be all that came with it.
    if let Some(value) = given.filter(sane).and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
        return value;
    }
    let mut buffer = Uuid::encode_buffer();
    let text = Uuid::new_v4().hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sane_id_is_kept_and_another_replaced() {
        let given = |text: &str| request_id(Some(&HeaderValue::from_str(text).unwrap()));
        assert_eq!(given("abc-123"), "abc-123");
        for bad in ["", "a b", "a=b", "a\"b", &"x".repeat(65)] {
            assert_eq!(given(bad).len(), 36, "{bad:?}");
        }
        assert_ne!(request_id(None), request_id(None));
    }

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        use axum::{Router, body::Body, middleware, routing::get};
        use elizabeth_core::{Elizabeth, time::Timestamp};
        use elizabeth_testing::{ManualClock, SeededEntropy};
        use tower::ServiceExt;

        use crate::edge::Edge;

        async fn broken() -> &'static str {
            panic!("a secret")
        }
        let clock = ManualClock::new(Timestamp::parse("2026-11-01T12:00:00Z").unwrap());
        let app = Elizabeth::builder().in_memory().clock(Arc::new(clock));
        let app = app.entropy(Arc::new(SeededEntropy::new(7))).build().unwrap();
        let state = AppState::new(app, None, None, Edge::default());
        let router = Router::new().route("/", get(broken)).layer(middleware::from_fn_with_state(state, wrap));
        let request =
            Request::get("/").header("host", "x").header("x-request-id", "id-1").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["x-request-id"], "id-1");
        let body = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&problem["code"], &problem["request_id"]), (&"internal".into(), &"id-1".into()));
        assert!(!problem.to_string().contains("secret"));
    }
}
