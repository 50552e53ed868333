use axum::{http::StatusCode, response::IntoResponse};
use elizabeth_core::name::{FileName, RoomRef};

use crate::{body::Answer, extract::FolderCredential, state::AppState};

/// Deletes the newest content of a name.
pub(super) async fn file(
    state: &AppState,
    room: RoomRef,
    name: FileName,
    credential: FolderCredential,
) -> Answer {
    let caller = credential.enter(state.app(), &room).await?;
    state.app().delete_file(&room, &caller, name).await?;
    state.announce_garbage();
    Ok(StatusCode::NO_CONTENT.into_response())
}
