//! The page that browsers open, and the files that it is made of.

use std::{borrow::Cow, sync::LazyLock};

use axum::{
    Extension, Router,
    extract::{RawPathParams, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use data_encoding::HEXLOWER;
use elizabeth_web_ui::{Asset, asset, index, room_files};
use sha2::{Digest, Sha256};

use crate::{
    body::Answer,
    headers::accepts_encoding,
    problem::{Problem, RequestCode},
    protection::Kind,
    state::AppState,
};

/// Files with their hash in their names.
const IMMUTABLE: &str = "h/";
/// The one file that may look after the whole site, from below `assets/` (Service Workers, section 4.6).
const SERVICE_WORKER: &str = "sw.js";

/// The end of a room's head: what the script asks for there comes while that script does, not behind it.
static ROOM_HEAD: LazyLock<String> = LazyLock::new(|| {
    let hint = |path: Cow<'static, str>| match path.strip_suffix(".css") {
        Some(_) => format!("<link rel=\"stylesheet\" href=\"{path}\" />"),
        None => format!("<link rel=\"modulepreload\" href=\"{path}\" />"),
    };
    room_files().map(hint).chain(["</head>".to_owned()]).collect()
});

/// The files below `/assets/`.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/assets/{*path}", get(file))
}

/// The page, where it was built. With a `verdict` it need not ask whether somebody may come in: the word for what is in
/// the way, or `open`.
pub(crate) fn page(state: &AppState, kind: Kind, verdict: Option<&str>) -> Option<Response> {
    let page = index()?;
    let page = String::from_utf8_lossy(&page);
    let mut base = format!("<base href=\"{}\"", state.links().local("/"));
    if let Some(verdict) = verdict {
        base.insert_str(0, &format!("<meta name=\"verdict\" content=\"{verdict}\" />"));
    }
    let page = page.replacen("<base href=\"/\"", &base, 1);
    let page = if kind == Kind::Room { page.replacen("</head>", &ROOM_HEAD, 1) } else { page };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    let mut response = (headers, Extension(kind), page.clone()).into_response();
    if let Some(tag) = tag(&Sha256::digest(page.as_bytes())) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Some(response)
}

async fn file(params: RawPathParams, headers: HeaderMap, State(_): State<AppState>) -> Answer {
    let path = params.iter().next().map_or("", |(_, path)| path);
    let nothing = || Problem::new(RequestCode::NotFound, "there is nothing here");
    let found = asset(&format!("assets/{path}"), |encoding| accepts_encoding(&headers, encoding));
    let Asset { bytes, encoding, sha256 } = found.ok_or_else(nothing)?;
    let tag = tag(&sha256);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|known| Some(known) == tag.as_ref());
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { bytes.into_response() };
    response.extensions_mut().insert(Kind::Asset);
    let headers = response.headers_mut();
    let lasting = "public, max-age=31536000, immutable";
    let cached = if path.starts_with(IMMUTABLE) { lasting } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Some(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
    if path == SERVICE_WORKER {
        headers.insert("service-worker-allowed", HeaderValue::from_static("/"));
    }
    Ok(response)
}

fn tag(sha256: &[u8]) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{}\"", HEXLOWER.encode(sha256))).ok()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        Some(_) | None => "application/octet-stream",
    }
}
