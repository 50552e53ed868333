use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::IntoResponse,
};
use elizabeth_core::name::{FileName, RoomRef};
use secrecy::ExposeSecret;

use crate::{
    body::{Answer, refuse},
    extract::{Caller, Query},
    links::segments,
    problem::Problem,
    state::AppState,
    upload::{Entered, FilePut, put_file},
};

static ELIZABETH_OWNER_KEY: HeaderName = HeaderName::from_static("elizabeth-owner-key");

/// Adds a file, and answers with its address in a line. Where there is no room, whoever comes without a token makes
/// it, and gets its key.
pub(super) async fn file(
    state: &AppState,
    room: RoomRef,
    name: FileName,
    caller: Caller,
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
    let enter = async move {
        match caller {
            Caller::Token(_) => caller.enter(&app, &here).await,
            Caller::Visitor(password) => {
                let (app, created) = app.visit_or_create(&here, password, length).await?;
                Ok(Entered { app, token: None, created })
            }
        }
    };
    let address = format!("{}{}", state.folder_url(request, &room), segments(name.as_str()));
    let stored = put_file(state, enter, room, put, headers, body).await;
    let (_, created) = stored.map_err(Problem::asking_for_password)?;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut response =
        (StatusCode::CREATED, [(header::CONTENT_TYPE, text)], format!("{address}\n")).into_response();
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    if let Some(created) = created
        && let Ok(mut key) = HeaderValue::try_from(created.owner_key.expose_secret())
    {
        key.set_sensitive(true);
        response.headers_mut().insert(ELIZABETH_OWNER_KEY.clone(), key);
    }
    Ok(response)
}
