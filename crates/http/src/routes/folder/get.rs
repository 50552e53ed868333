use axum::http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use elizabeth_core::name::{FileName, RoomRef};

use super::{Wanted, lines, page};
use crate::{
    body::Answer,
    delivery::{Purpose, deliver},
    extract::{Counted, FolderCredential, Query},
    live,
    problem::Problem,
    routes::contents::list::{Listing, send_list},
    state::AppState,
};

/// What is in a room, as lines or as JSON, or what happens in it as events; or the page, which needs no credential. `?text` is for a browser that wants
/// the lines.
pub(super) async fn room(
    state: &AppState,
    room: RoomRef,
    credential: FolderCredential,
    query: &Query,
    request: &Parts,
) -> Answer {
    let wanted = match query.text("text")? {
        Some(_) => Wanted::Text,
        None => Wanted::of(&request.headers),
    };
    if wanted == Wanted::Page {
        return Ok(page::room(state, request, &room).await);
    }
    let entered = credential.enter(state.app(), &room).await;
    let caller = entered.map_err(Problem::asking_for_password)?;
    if wanted == Wanted::Events {
        let client = Counted::of(request, state);
        return live::follow(state, room, caller, client, &request.headers).await;
    }
    let listing = Listing::new(state.app().clone(), room, caller);
    let mut response = match wanted {
        Wanted::Json => send_list(listing).await?,
        Wanted::Page | Wanted::Events | Wanted::Text => lines::send(listing).await?,
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The newest content of a name, delivered as the interface does.
pub(super) async fn file(
    state: &AppState,
    room: RoomRef,
    name: FileName,
    credential: FolderCredential,
    method: &Method,
    headers: &HeaderMap,
) -> Answer {
    let app = state.app();
    let caller = credential.enter(app, &room).await?;
    let readable = app.readable_file(&room, &caller, name).await?;
    deliver(readable, Purpose::Folder, method, headers, app.now()).await
}
