use axum::extract::State;
use elizabeth_api::{ClaimsObject, ValidToken, ValidateToken};

use crate::{
    body::{Answer, reply},
    extract::{InRoom, Json},
    state::AppState,
};

/// Ask whether a token is good for this room now, and what it says.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/tokens/validate", tag = "tokens",
    request_body = ValidateToken,
    responses(
        (status = 200, description = "It is good", body = ValidToken),
        (status = 401, description = "`token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`room_closed`"),
    ),
)]
pub(crate) async fn validate_token(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    Json(body): Json<ValidateToken>,
) -> Answer {
    let claims = state.app().validate_token(&room, body.token.expose()).await?;
    Ok(reply(&ValidToken { claims: ClaimsObject::from(&claims) }))
}
