use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Instant, Secret};

/// A refresh token to exchange.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct Refresh {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub refresh_token: Secret,
}

/// A new pair.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct RefreshedTokens {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access_token: Secret,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub refresh_token: Option<Secret>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub access_token_expires_at: Instant,
    /// The same as `access_token_expires_at`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Instant,
    pub refresh_token_expires_at: Option<Instant>,
}

/// The token to give up.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct Logout {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access_token: Secret,
}

/// What was done, in words.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct LoggedOut<'a> {
    pub message: Cow<'a, str>,
}

/// The refresh token to give up.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct RevokeRefresh {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub refresh_token: Secret,
}

/// What was done, in words.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct RefreshRevoked<'a> {
    pub message: Cow<'a, str>,
}

/// How many were removed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct TokensCleaned<'a> {
    pub cleaned_records: u64,
    /// The same as `cleaned_records`.
    pub deleted_count: u64,
    pub message: Cow<'a, str>,
}
