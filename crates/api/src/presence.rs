use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A sign that somebody is there, which counts for 30 seconds. All of it is what they say themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BePresent {
    /// What they are called, in at most 40 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 40))]
    pub name: Option<String>,
    /// Their colour, such as `#3366cc`.
    #[cfg_attr(feature = "openapi", schema(pattern = "^#[0-9a-f]{6}$"))]
    pub colour: Option<String>,
    /// What they do, a word such as `typing`.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[a-z_]{1,20}$"))]
    pub doing: Option<String>,
    /// Where they are, in at most 512 bytes: what it means is for the programs to agree on.
    #[cfg_attr(feature = "openapi", schema(max_length = 512))]
    pub at: Option<String>,
}

/// Somebody who is there.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PresentObject<'a> {
    /// What their session is known by in this room. It opens nothing.
    pub session: Cow<'a, str>,
    #[expect(missing_docs, reason = "the document describes the whole by its two parts")]
    #[serde(flatten)]
    pub sign: BePresent,
    /// Whether it is the session that asks.
    pub me: bool,
}

/// Somebody has come, does something else or is gone: what stands behind `data:` of the event `presence`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PresenceEvent<'a> {
    /// What their session is known by in this room.
    pub session: Cow<'a, str>,
    #[expect(missing_docs, reason = "the document describes the whole by its two parts")]
    #[serde(flatten)]
    pub sign: BePresent,
    /// Whether they are gone.
    #[serde(default)]
    pub gone: bool,
}

/// What another session sent: what stands behind `data:` of the event `signal`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignalEvent<'a> {
    /// The session that sent it.
    pub from: Cow<'a, str>,
    /// What it sent.
    pub data: Cow<'a, str>,
}

/// What one session has for another that is there.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendSignal {
    /// The session that it is for.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9a-f]{16}$"))]
    pub to: String,
    /// At most 4,096 bytes: what they mean is for the programs to agree on.
    #[cfg_attr(feature = "openapi", schema(max_length = 4096))]
    pub data: String,
}
