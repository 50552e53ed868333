use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use elizabeth_core::{
    Caller, Error,
    name::{FileName, RoomRef},
};
use secrecy::ExposeSecret;

use super::not_let_in;
use crate::{
    body::{Answer, refuse},
    extract::{FolderCredential, Query, RoomMaker},
    links::segments,
    state::AppState,
    upload::{FilePut, put_file},
};

static ELIZABETH_OWNER_KEY: HeaderName = HeaderName::from_static("elizabeth-owner-key");

/// Adds a file, and answers with its address in a line. Where there is no room, whoever comes without a token makes
/// it, and gets its key.
pub(super) async fn file(
    state: &AppState,
    room: RoomRef,
    name: FileName,
    credential: FolderCredential,
    query: &Query,
    request: &Parts,
    body: Body,
) -> Answer {
    let headers = &request.headers;
    let put = match FilePut::read(&name, headers, query, state.app().now()) {
        Ok(put) => put,
        Err(problem) => {
            refuse(headers, body);
            return Err(problem.closing());
        }
    };
    let (app, here, length) = (state.app().clone(), room.clone(), put.length);
    let made = Arc::new(OnceLock::new());
    let key = made.clone();
    let (judge, maker) = (state.clone(), RoomMaker::of(request, state));
    let enter = async move {
        match credential {
            FolderCredential::Token(_) => credential.enter(&app, &here).await,
            FolderCredential::Visitor(visit) => {
                match app.visit(&here, &visit).await {
                    Err(Error::RoomNotFound | Error::RoomExpired) => maker.judge(&judge)?,
                    visited => return visited.map_err(|error| not_let_in(error, &visit)),
                };
                let (caller, created) = app.visit_or_create(&here, visit, length).await?;
                if let Some(created) = created {
                    // There is one, as this is done once.
                    let _ = key.set(created.owner_key);
                }
                Ok(caller)
            }
        }
    };
    let address = format!("{}{}", state.links().folder(request, &room), segments(name.as_str()));
    let stored = put_file(state, enter, room.clone(), put, headers, body).await;
    let failed = stored.is_err();
    let mut response = match stored {
        Ok(_) => added(address),
        Err(problem) => problem.asking_for_password().into_response(),
    };
    if let Some(key) = made.get()
        // A room that was made for a file that failed is gone again, as a rule. Where it is not, this is its only key.
        && !(failed && matches!(state.app().room(&room, &Caller::Nobody).await, Err(Error::RoomNotFound)))
        && let Ok(mut key) = HeaderValue::try_from(key.expose_secret())
    {
        key.set_sensitive(true);
        response.headers_mut().insert(ELIZABETH_OWNER_KEY.clone(), key);
    }
    Ok(response)
}

/// The file is there, at this address.
fn added(address: String) -> Response {
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut response =
        (StatusCode::CREATED, [(header::CONTENT_TYPE, text)], format!("{address}\n")).into_response();
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}
