use axum::extract::State;
use elizabeth_api::Instant;
use elizabeth_core::service::IssuedRefresh;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::Json,
    state::AppState,
};

/// A refresh token to exchange.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Refresh)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    refresh_token: SecretString,
}

/// A new pair.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefreshedTokens<'a> {
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    access_token_expires_at: Instant,
    /// The same as `access_token_expires_at`.
    expires_at: Instant,
    refresh_token_expires_at: Option<Instant>,
}

/// Exchange a refresh token for a new pair of the same session. Each works once; using one twice revokes its session.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "tokens",
    request_body = Body,
    responses(
        (status = 200, description = "A new pair", body = RefreshedTokens),
        (status = 401, description = "`refresh_token_invalid`, `refresh_token_reused`"),
        (status = 403, description = "`room_closed`"),
    ),
)]
pub(crate) async fn refresh(State(state): State<AppState>, Json(body): Json<Body>) -> Answer {
    let issued = state.app().refresh(body.refresh_token.expose_secret()).await?;
    let expires_at = Instant(issued.expires_at);
    let refresh: Option<&IssuedRefresh> = issued.refresh.as_ref();
    Ok(reply(&RefreshedTokens {
        access_token: issued.token.expose_secret(),
        refresh_token: refresh.map(|refresh| refresh.token.expose_secret()),
        access_token_expires_at: expires_at,
        expires_at,
        refresh_token_expires_at: refresh.map(|refresh| Instant(refresh.expires_at)),
    }))
}
