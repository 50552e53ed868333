//! What went wrong, in one line for the operator.

use std::error::Error as _;

use opendal::{Error, ErrorKind};

/// Why a check failed, for the operator.
pub(super) fn in_words(error: &Error) -> String {
    match error.kind() {
        ErrorKind::ConfigInvalid | ErrorKind::NotFound => "there is no such bucket".into(),
        ErrorKind::PermissionDenied => {
            format!(
                "access denied: wrong key id or secret, or a key that may not list it ({})",
                answer(error)
            )
        }
        _ if error.source().is_some() => format!("cannot be reached: {}", root_cause(error)),
        _ => answer(error),
    }
}

/// What the server answered: its code and message, without what OpenDAL puts around them for its own programmers.
fn answer(error: &Error) -> String {
    let text = one_line(error.message());
    let inner = text.strip_prefix("S3Error { ").and_then(|text| text.split_once(", resource: "));
    inner.map_or(text.clone(), |(inner, _)| inner.to_owned())
}

pub(super) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    one_line(&cause.to_string())
}

/// What a server answers may be a page of HTML.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(300).collect()
}
