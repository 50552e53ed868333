use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, header, request::Parts},
};
use bytes::Bytes;
use elizabeth_core::{ErrorCode, policy::TEXT_MAX};
use serde::de::DeserializeOwned;
use serde_json::Number;
use utoipa::openapi::path::Operation;

use super::gather::{self, Form};
use crate::{
    body::{SMALL, refuse},
    document::{Described, add_refusals},
    problem::{Code, Problem, RequestCode},
    state::AppState,
};

/// The largest JSON body in bytes: a manifest of 1,000 files with the longest names fits.
const LIMIT: usize = 4 << 20;
/// The same where a text stands in it: the longest one fits however it is escaped (`\u0041` is six bytes for one),
/// with the longest of everything beside it.
pub(crate) const TEXT_LIMIT: usize = 6 * TEXT_MAX + (1 << 20);
/// Up to here each whole number is a number of its own where it is written with a point.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// A JSON body of so many bytes at most.
pub(crate) struct Json<T, const AT_MOST: usize = LIMIT>(pub(crate) T);

/// A JSON body that may be left out, which is as if it were `{}`.
pub(crate) struct OptionalJson<T>(pub(crate) T);

impl<T: DeserializeOwned, const AT_MOST: usize> FromRequest<AppState> for Json<T, AT_MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        if let Err(problem) = check_type(&parts.headers) {
            refuse(&parts.headers, body);
            return Err(problem);
        }
        parse(&collect(&mut parts, state, body, AT_MOST).await?).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let bytes = collect(&mut parts, state, body, SMALL).await?;
        // Some clients cannot send nothing.
        if matches!(bytes.trim_ascii(), b"" | b"null") {
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

async fn collect(parts: &mut Parts, state: &AppState, body: Body, at_most: usize) -> Result<Bytes, Problem> {
    let form = Form { what: "a JSON body", at_most, broken: RequestCode::InvalidJson };
    gather::collect(parts, state, body, form).await
}

/// Reads JSON; what is wrong is named by its path, such as `files[0].size`. JSON knows one kind of number (RFC 8259, 6), and
/// some clients write all of them with a point: a whole number is one however it is written.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Objects could be read from arrays too, member by member in the order of our source: nobody means that.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::new(RequestCode::InvalidJson, "body: expected an object"));
    }
    read(bytes).or_else(|problem| match with_wholes(bytes) {
        Some(bytes) => read(&bytes).map_err(|_| problem),
        None => Err(problem),
    })
}

/// The same JSON with its whole numbers written without a point; `None` where there are no others. It takes no more memory
/// than what it is given, whatever that is.
fn with_wholes(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut written, mut rest, mut is_changed) = (Vec::new(), bytes, false);
    while let Some(first) = rest.first() {
        let (len, number) = match first {
            b'"' => (string_len(rest), None),
            b'-' | b'0'..=b'9' => {
                let len = number_len(rest);
                (len, whole(&rest[..len]))
            }
            _ => (1, None),
        };
        match number {
            Some(number) => written.extend_from_slice(number.to_string().as_bytes()),
            None => written.extend_from_slice(&rest[..len]),
        }
        is_changed |= number.is_some();
        rest = &rest[len..];
    }
    is_changed.then_some(written)
}

/// How long the string is that these bytes begin with (RFC 8259, 7).
fn string_len(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = bytes.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(bytes.len(), |end| end + 2)
}

fn number_len(bytes: &[u8]) -> usize {
    let in_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    bytes.iter().position(|byte| !in_number(byte)).unwrap_or(bytes.len())
}

/// The whole number that is written here with a point or an exponent, where it is one.
fn whole(token: &[u8]) -> Option<i64> {
    let number: Number = serde_json::from_slice(token).ok().filter(Number::is_f64)?;
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT)?;
    Some(float as i64)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
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
    fn a_whole_number_is_one_however_it_is_written() {
        let read = |numbers: &str| parse::<Numbers>(format!(r#"{{"sizes":[{numbers}]}}"#).as_bytes());
        let sizes = read("5.0, 2263805821.0, 1e3, 0.0, 18446744073709551615").unwrap().sizes;
        assert_eq!(sizes, [5, 2_263_805_821, 1_000, 0, u64::MAX]);
        for other in ["1.5", "-1.0", "1e300", "9007199254740994.0", "1.0, 1.5"] {
            assert_eq!(read(other).unwrap_err().status(), 400, "{other}");
        }
        for twice in [r#"{"sizes":[1],"sizes":[2]}"#, r#"[[1.0]]"#, r#"{"sizes":[1.0],"sizes":[2]}"#] {
            assert_eq!(parse::<Numbers>(twice.as_bytes()).unwrap_err().status(), 400, "{twice}");
        }
        let in_strings = br#"{"a \\\" 1.0":"2.0","b":3.0,"c":"\\"}"#;
        let rewritten = br#"{"a \\\" 1.0":"2.0","b":3,"c":"\\"}"#;
        assert_eq!(with_wholes(in_strings).as_deref(), Some(&rewritten[..]));
        for same in [&b"{}"[..], b"\"1.0", b"\"\\", b"1.0.0", b"-", b"1.5", b"12"] {
            assert_eq!(with_wholes(same), None, "{same:?}");
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
