use axum::extract::State;
use elizabeth_api::TokenObject;
use elizabeth_core::{id::Jti, service::TokenPlace, time::Timestamp};
use uuid::Uuid;

use crate::{
    body::Answer,
    extract::{Credential, InRoom, Paging},
    state::AppState,
};

/// List live tokens: the owner sees all of the room, a guest those of its own session.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/tokens", tag = "tokens",
    params(
        ("limit" = Option<u64>, Query, description = "At most so many: 1000 when left out, 10000 at most"),
        ("after" = Option<String>, Query, description = "Only those behind the one that the `Link` of an earlier answer names"),
    ),
    responses(
        (status = 200, description = "The tokens, the oldest first. `Link` with `rel=\"next\"` says where the list goes on", body = Vec<TokenObject>),
    ),
)]
pub(crate) async fn list_tokens(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    paging: Paging,
) -> Answer {
    let after = paging.after_as(|text| place(text))?;
    let list = state.app().tokens(&room, credential.caller(), after, paging.limit).await?;
    let tokens = list.tokens.items.iter().map(|token| TokenObject::new(token, list.current));
    let next = list.tokens.next.map(|TokenPlace(issued, Jti(jti))| format!("{}.{jti}", issued.as_micros()));
    paging.reply(&tokens.collect::<Vec<_>>(), next)
}

/// A token's place, as a `Link` names it.
fn place(text: &str) -> Option<TokenPlace> {
    let (issued, jti) = text.split_once('.')?;
    Some(TokenPlace(Timestamp::from_micros(issued.parse().ok()?), Jti(Uuid::parse_str(jti).ok()?)))
}
