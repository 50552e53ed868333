use std::{error::Error, io, time::Duration};

use reqwest::StatusCode;
use serde::Deserialize;

/// The longest text of a refusal that is repeated, in characters.
const TEXT_MAX: usize = 500;

/// Why a server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("{text} ({code})")]
    Refused { status: StatusCode, code: String, text: String, pause: Option<Duration> },
    #[error("the server answers {status}; is this the address of an Elizabeth?")]
    Strange { status: StatusCode, pause: Option<Duration> },
    #[error("{server}: {reason}")]
    Unreachable { server: String, reason: String },
    #[error("the server has fallen silent")]
    Silent,
    #[error("this is not an Elizabeth that is understood here: {0}")]
    Foreign(&'static str),
    #[error("{0}: what arrived is not what was sent")]
    Damaged(String),
    #[error("{0}: it changed while it was sent")]
    Changed(String),
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
    /// The refusal that an answer is; `pause` is how long the server wants to be left alone.
    pub(super) fn refused(status: StatusCode, pause: Option<Duration>, body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(Problem { code, error }) => {
                let text = error.chars().take(TEXT_MAX).collect();
                Self::Refused { status, code: code.chars().take(TEXT_MAX).collect(), text, pause }
            }
            Err(_) => Self::Strange { status, pause },
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
            Self::Refused { status, .. } | Self::Strange { status, .. } => Some(*status),
            Self::Unreachable { .. }
            | Self::Silent
            | Self::Foreign(_)
            | Self::Damaged(_)
            | Self::Changed(_)
            | Self::Local { .. } => None,
        }
    }

    /// Whether it may go well a little later.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Silent => true,
            Self::Refused { status, .. } | Self::Strange { status, .. } => matches!(
                *status,
                StatusCode::REQUEST_TIMEOUT
                    | StatusCode::TOO_MANY_REQUESTS
                    | StatusCode::INTERNAL_SERVER_ERROR
                    | StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            ),
            Self::Foreign(_) | Self::Damaged(_) | Self::Changed(_) | Self::Local { .. } => false,
        }
    }

    /// How long the server wants to be left alone, where it says so.
    pub(super) fn pause(&self) -> Option<Duration> {
        match self {
            Self::Refused { pause, .. } | Self::Strange { pause, .. } => *pause,
            Self::Unreachable { .. }
            | Self::Silent
            | Self::Foreign(_)
            | Self::Damaged(_)
            | Self::Changed(_)
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
        let error = ClientError::refused(StatusCode::PAYLOAD_TOO_LARGE, None, body);
        assert_eq!(error.to_string(), "Too much (room_full)");
        assert!(error.is("room_full") && !error.is("room"));
        for body in [&b"<html>"[..], b"", b"{}", b"null"] {
            let error = ClientError::refused(StatusCode::BAD_GATEWAY, None, body);
            assert!(error.to_string().starts_with("the server answers 502 Bad Gateway"), "{error}");
        }
        let endless = format!(r#"{{"code":"x","error":"{}"}}"#, "y".repeat(10_000));
        let error = ClientError::refused(StatusCode::BAD_REQUEST, None, endless.as_bytes());
        assert!(error.to_string().len() < 600);
    }
}
