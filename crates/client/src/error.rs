use std::{error::Error, io, time::Duration};

use elizabeth_core::ErrorCode;
use reqwest::StatusCode;
use serde::Deserialize;

/// The longest text of a refusal that is repeated, in characters.
const TEXT_MAX: usize = 500;

/// Why a server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The server refused, and gave its reason (RFC 9457).
    #[error("{text} ({code})")]
    Refused {
        /// The status of the answer.
        status: StatusCode,
        /// The stable word for programs.
        code: String,
        /// The sentence for people.
        text: String,
        /// How long the server wants to be left alone.
        pause: Option<Duration>,
    },
    /// An answer that is no Elizabeth's.
    #[error("the server answers {status}; is this the address of an Elizabeth?")]
    Strange {
        /// The status of the answer.
        status: StatusCode,
        /// How long the server wants to be left alone.
        pause: Option<Duration>,
    },
    /// There is no connection to the server.
    #[error("{server}: {reason}")]
    Unreachable {
        /// Its address.
        server: String,
        /// All causes, down to the first.
        reason: String,
    },
    /// Nothing came for a minute.
    #[error("the server has fallen silent")]
    Silent,
    /// An answer that breaks the protocol, and how.
    #[error("this is not an Elizabeth that is understood here: {0}")]
    Foreign(&'static str),
    /// Other bytes arrived than were sent, of the file or content of this name.
    #[error("{0}: what arrived is not what was sent")]
    Damaged(String),
    /// The file of this name changed while it was sent.
    #[error("{0}: it changed while it was sent")]
    Changed(String),
    /// A file on this machine cannot be read or written.
    #[error("{name}: {source}")]
    Local {
        /// What the file is called.
        name: String,
        /// Why.
        source: io::Error,
    },
}

/// A problem as it stands in an answer (RFC 9457), as far as it is shown.
#[derive(Deserialize)]
struct Problem {
    code: String,
    error: String,
}

impl ClientError {
    /// The refusal that an answer is; `pause` is how long the server wants to be left alone.
    pub(crate) fn refused(status: StatusCode, pause: Option<Duration>, body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(Problem { code, error }) => {
                let text = error.chars().take(TEXT_MAX).collect();
                Self::Refused { status, code: code.chars().take(TEXT_MAX).collect(), text, pause }
            }
            Err(_) => Self::Strange { status, pause },
        }
    }

    /// What keeps a server from being reached, down to the first cause. The address of the call is left out.
    pub(crate) fn unreachable(server: &str, error: reqwest::Error) -> Self {
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

    /// Whether it is a refusal with this code.
    pub fn is(&self, reason: ErrorCode) -> bool {
        matches!(self, Self::Refused { code, .. } if code == reason.as_str())
    }

    /// The status of the answer, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
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
    pub fn may_pass(&self) -> bool {
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

    /// Whether an upload in chunks that failed with it may go well when it is gone on with later: what passes by
    /// itself, a session that is over, a storage that is full.
    pub(crate) fn may_be_gone_on_with(&self) -> bool {
        let later =
            matches!(self.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::INSUFFICIENT_STORAGE));
        self.may_pass() || later
    }

    /// How long the server wants to be left alone, where it asks for that.
    pub(crate) fn pause(&self) -> Option<Duration> {
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
    fn a_refusal_is_shown_in_the_servers_words() {
        let body = br#"{"status":413,"code":"room_full","error":"Too much","details":{}}"#;
        let error = ClientError::refused(StatusCode::PAYLOAD_TOO_LARGE, None, body);
        assert_eq!(error.to_string(), "Too much (room_full)");
        assert!(error.is(ErrorCode::RoomFull) && !error.is(ErrorCode::RoomNotFound));
        for body in [&b"<html>"[..], b"", b"{}", b"null"] {
            let error = ClientError::refused(StatusCode::BAD_GATEWAY, None, body);
            assert!(error.to_string().starts_with("the server answers 502 Bad Gateway"), "{error}");
        }
        let endless = format!(r#"{{"code":"x","error":"{}"}}"#, "y".repeat(10_000));
        let error = ClientError::refused(StatusCode::BAD_REQUEST, None, endless.as_bytes());
        assert!(error.to_string().len() < 600);
    }
}
