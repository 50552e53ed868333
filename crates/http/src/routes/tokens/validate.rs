use axum::extract::State;
use elizabeth_api::ClaimsObject;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{InRoom, Json},
    state::AppState,
};

/// A token to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ValidateToken)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    token: SecretString,
}

/// What it says.
#[derive(Serialize, ToSchema)]
pub(crate) struct ValidToken<'a> {
    claims: ClaimsObject<'a>,
}

/// Ask whether a token is good for this room now, and what it says.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/tokens/validate", tag = "tokens",
    request_body = Body,
    responses(
        (status = 200, description = "It is good", body = ValidToken),
        (status = 401, description = "`token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`room_closed`"),
    ),
)]
pub(crate) async fn validate_token(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    Json(body): Json<Body>,
) -> Answer {
    let claims = state.app().validate_token(&room, body.token.expose_secret()).await?;
    Ok(reply(&ValidToken { claims: ClaimsObject::from(&claims) }))
}
