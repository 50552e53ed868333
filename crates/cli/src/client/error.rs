use std::{error::Error, io};

use reqwest::StatusCode;
use serde::Deserialize;

/// The longest text of a refusal that is repeated, in characters.
const TEXT_MAX: usize = 500;

/// Why a server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("{text} ({code})")]
    Refused { status: StatusCode, code: String, text: String },
    #[error("the server answers {0}; is this the address of an Elizabeth?")]
    Strange(StatusCode),
    #[error("{server}: {reason}")]
    Unreachable { server: String, reason: String },
    #[error("the server has fallen silent")]
    Silent,
    #[error("this is not an Elizabeth that is understood here: {0}")]
    Foreign(&'static str),
    #[error("{0}: what arrived is not what was sent")]
    Damaged(String),
    #[error("{name}: {source}")]
    Local { name: String, source: io::Error },
}

/// A problem as it stands in an answer (RFC 9457), as far as it is shown.
#[derive(Deserialize)]
struct Problem {
    code: String,
    error: String,
}

impl ClientError {
    /// The refusal that an answer is.
    pub(super) fn refused(status: StatusCode, body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(Problem { code, error }) => {
                let text = error.chars().take(TEXT_MAX).collect();
                Self::Refused { status, code: code.chars().take(TEXT_MAX).collect(), text }
            }
            Err(_) => Self::Strange(status),
        }
    }

    /// What keeps a server from being reached, down to the first cause. The address of the call is left out.
    pub(super) fn unreachable(server: &str, error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut cause: &dyn Error = &error;
        let mut reason = cause.to_string();
        while let Some(deeper) = cause.source() {
            cause = deeper;
            let text = cause.to_string();
            if !reason.contains(&text) {
                reason = format!("{reason}: {text}");
            }
        }
        Self::Unreachable { server: server.to_owned(), reason }
    }

    /// Whether it is a refusal for this reason.
    pub(crate) fn is(&self, reason: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == reason)
    }

    /// The status of the answer, where there was one.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } | Self::Strange(status) => Some(*status),
            Self::Unreachable { .. }
            | Self::Silent
            | Self::Foreign(_)
            | Self::Damaged(_)
            | Self::Local { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_servers_words() {
        let body = br#"{"status":413,"code":"room_full","error":"Too much","details":{}}"#;
        let error = ClientError::refused(StatusCode::PAYLOAD_TOO_LARGE, body);
        assert_eq!(error.to_string(), "Too much (room_full)");
        assert!(error.is("room_full") && !error.is("room"));
        for body in [&b"<html>"[..], b"", b"{}", b"null"] {
            let error = ClientError::refused(StatusCode::BAD_GATEWAY, body);
            assert!(error.to_string().starts_with("the server answers 502 Bad Gateway"), "{error}");
        }
        let endless = format!(r#"{{"code":"x","error":"{}"}}"#, "y".repeat(10_000));
        let error = ClientError::refused(StatusCode::BAD_REQUEST, endless.as_bytes());
        assert!(error.to_string().len() < 600);
    }
}
