use axum::{http::StatusCode, response::IntoResponse};
use elizabeth_core::name::{FileName, RoomRef};

use crate::{body::Answer, extract::Caller, state::AppState, upload::Entered};

/// Deletes the newest content of a name.
pub(super) async fn file(state: &AppState, room: RoomRef, name: FileName, caller: Caller) -> Answer {
    let Entered { app, token } = caller.enter(state.app(), &room).await?;
    app.delete_file(&room, token.as_deref(), name).await?;
    state.announce_garbage();
    Ok(StatusCode::NO_CONTENT.into_response())
}
