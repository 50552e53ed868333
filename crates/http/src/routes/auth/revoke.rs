use axum::extract::State;
use elizabeth_api::{RefreshRevoked, RevokeRefresh};

use crate::{
    body::{Answer, SMALL, reply},
    extract::Json,
    state::AppState,
};

/// Give up a refresh token.
#[utoipa::path(
    post, path = "/api/v1/auth/revoke", tag = "tokens",
    request_body = RevokeRefresh,
    responses(
        (status = 200, description = "It is no good any more", body = RefreshRevoked),
        (status = 401, description = "`refresh_token_invalid`"),
    ),
)]
pub(crate) async fn revoke_refresh_token(
    State(state): State<AppState>,
    Json(body): Json<RevokeRefresh, SMALL>,
) -> Answer {
    state.app().revoke_refresh(body.refresh_token.expose()).await?;
    Ok(reply(&RefreshRevoked { message: "Refresh token revoked successfully".into() }))
}
