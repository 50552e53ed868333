use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use bytes::{Bytes, BytesMut};
use elizabeth_core::{ErrorCode, policy::TEXT_MAX};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use utoipa::openapi::path::Operation;

use crate::{
    body::{drain, refuse},
    document::{Described, add_refusals},
    problem::{Code, Problem, RequestCode},
};

/// The largest JSON body in bytes: a manifest of 1,000 files with the longest names fits.
const LIMIT: usize = 4 << 20;
/// The same where a text stands in it: the longest one fits however it is escaped (`\u0041` is six bytes for one),
/// with the longest of everything beside it.
pub(crate) const TEXT_LIMIT: usize = 6 * TEXT_MAX + (1 << 20);
/// Bodies beyond this many bytes are gathered only so many MiB at a time: strangers may send them, and a crowd of
/// them would take all memory there is.
const SMALL: usize = 64 << 10;
static MIB_AT_ONCE: Semaphore = Semaphore::const_new(128);
/// How long a client may take to send one.
const PATIENCE: Duration = Duration::from_secs(30);

/// A JSON body of so many bytes at most.
pub(crate) struct Json<T, const AT_MOST: usize = LIMIT>(pub(crate) T);

/// A JSON body that may be left out, which is as if it were `{}`.
pub(crate) struct OptionalJson<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned, const AT_MOST: usize> FromRequest<S> for Json<T, AT_MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if let Err(problem) = check_type(&parts.headers) {
            refuse(&parts.headers, body);
            return Err(problem);
        }
        parse(&collect(&parts.headers, body, AT_MOST).await?).map(Self)
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = collect(&parts.headers, body, LIMIT).await?;
        if bytes.is_empty() {
            return parse(b"{}").map(Self);
        }
        check_type(&parts.headers)?;
        parse(&bytes).map(Self)
    }
}

impl<T, const AT_MOST: usize> Described for Json<T, AT_MOST> {
    fn describe(operation: &mut Operation) {
        let refusals = [
            RequestCode::InvalidJson,
            RequestCode::RequestTimeout,
            RequestCode::BodyTooLarge,
            RequestCode::UnsupportedMediaType,
        ];
        add_refusals(operation, &refusals.map(Code::from));
        add_refusals(operation, &[ErrorCode::Unavailable.into()]);
    }
}

impl<T> Described for OptionalJson<T> {
    fn describe(operation: &mut Operation) {
        Json::<T>::describe(operation);
    }
}

/// `application/json`, or another type of JSON by its suffix (RFC 6839).
fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = named.and_then(|text| text.parse::<mime::Mime>().ok()).is_some_and(|mime| {
        mime.type_() == mime::APPLICATION
            && (mime.subtype() == mime::JSON || mime.suffix() == Some(mime::JSON))
    });
    if is_json {
        return Ok(());
    }
    Err(Problem::new(RequestCode::UnsupportedMediaType, "expected a body of the type application/json"))
}

async fn collect(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        refuse(headers, body);
        return Err(too_large(limit));
    }
    let mut stream = body.into_data_stream();
    let mut collected = BytesMut::new();
    let mut turn = None;
    let read = async {
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|_| {
                Problem::new(RequestCode::InvalidJson, "the body ended before it was complete").closing()
            })?;
            if collected.len() + piece.len() > limit {
                return Err(too_large(limit));
            }
            if turn.is_none() && collected.len() + piece.len() > SMALL {
                // It is never closed, so there is always a turn.
                let most = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(limit);
                turn = MIB_AT_ONCE.acquire_many(most.div_ceil(1 << 20) as u32).await.ok();
            }
            collected.extend_from_slice(&piece);
        }
        Ok(())
    };
    let outcome = tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(|_| {
        let text = "the body did not arrive in time";
        Err(Problem::new(RequestCode::RequestTimeout, text).closing())
    });
    match outcome {
        Ok(()) => Ok(collected.freeze()),
        Err(problem) => {
            if problem.status() == StatusCode::PAYLOAD_TOO_LARGE {
                drain(Body::from_stream(stream));
            }
            Err(problem)
        }
    }
}

fn too_large(limit: usize) -> Problem {
    let text = format!("a JSON body has at most {limit} bytes here");
    Problem::new(RequestCode::BodyTooLarge, text).closing()
}

/// Reads JSON; what is wrong is named by its path, such as `files[0].size`.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Objects could be read from arrays too, member by member in the order of our source: nobody means that.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::new(RequestCode::InvalidJson, "body: expected an object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let at = error.path().to_string();
        let what = error.into_inner();
        let text = if at == "." { format!("body: {what}") } else { format!("body: {at}: {what}") };
        Problem::new(RequestCode::InvalidJson, text)
    })?;
    reader.end().map_err(|error| Problem::new(RequestCode::InvalidJson, format!("body: {error}")))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Numbers {
        #[expect(dead_code, reason = "only its reading matters here")]
        sizes: Vec<u64>,
    }

    #[test]
    fn an_error_names_the_member() {
        for (body, part) in [
            (r#"{"sizes":[1,-1]}"#, "sizes[1]"),
            (r#"{"sizes":[1.5]}"#, "sizes[0]"),
            (r#"{"sizes":[1e400]}"#, "sizes[0]"),
            (r#"{"sizes":["5"]}"#, "sizes[0]"),
            (r#"{"sizes":[18446744073709551616]}"#, "sizes[0]"),
            (r#"{"sizes":null}"#, "sizes"),
            ("{}", "`sizes`"),
            (r#"{"sizes":[]} x"#, "trailing"),
            ("", "EOF"),
        ] {
            let problem = parse::<Numbers>(body.as_bytes()).unwrap_err();
            assert_eq!(problem.status(), 400);
            assert!(format!("{problem:?}").contains(part), "{body}: {problem:?}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = "[".repeat(100_000);
        assert_eq!(
            parse::<serde_json::Value>(format!("{{\"a\":{deep}").as_bytes()).unwrap_err().status(),
            400
        );
    }

    #[test]
    fn only_json_is_json() {
        let accepts = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
            check_type(&headers).is_ok()
        };
        assert!(accepts("application/json") && accepts("application/json; charset=utf-8"));
        assert!(accepts("application/merge-patch+json"));
        assert!(!accepts("text/plain") && !accepts("application/x-www-form-urlencoded"));
    }
}
