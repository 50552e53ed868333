//! What a browser is shown: the page, where this program carries it. Else, and to somebody without a browser: how to
//! use rooms with curl.

use axum::{
    Extension,
    http::{HeaderValue, Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use elizabeth_core::{Caller, ErrorCode, name::RoomRef};

use super::Wanted;
use crate::{
    limiter::Unanswered,
    links::segment,
    problem::{Miss, Problem},
    protection::Kind,
    routes::pages::app,
    state::AppState,
};

/// The page at the root.
pub(super) fn home(state: &AppState, request: &Parts) -> Response {
    let text = format!(
        "Elizabeth: rooms that hold files. A room is an address that you choose.\n\n{}",
        usage(&format!("{}/myroom/", state.links().base(&request.headers, &request.uri)))
    );
    match Wanted::of(&request.headers) {
        Wanted::Page => app::page(state, Kind::Home, None).unwrap_or_else(|| html("Elizabeth", &text, None)),
        Wanted::Events | Wanted::Json | Wanted::Text => plain(text),
    }
}

/// The page of a room, whether there is one or not.
pub(super) async fn room(state: &AppState, request: &Parts, room: &RoomRef) -> Response {
    let known = match request.extensions.get::<Unanswered>() {
        Some(Unanswered) => None,
        None => verdict(state, room).await,
    };
    if let Some(mut page) = app::page(state, Kind::Room, known) {
        // The answer is a page; what it says may be that a name was a wrong guess.
        if known == Some(ErrorCode::RoomNotFound.as_str()) {
            page.extensions_mut().insert(Miss::Name);
        }
        return page;
    }
    let listing = state.links().local(format_args!("/{}/?text", segment(room.as_str())));
    html(room.as_str(), &usage(&state.links().folder(request, room)), Some(&listing))
}

/// What keeps a stranger out of a room, by its code; else `password` where there is one, or `open`. Nothing where that
/// cannot be known now: the page asks again.
async fn verdict(state: &AppState, room: &RoomRef) -> Option<&'static str> {
    match state.app().room(room, &Caller::Nobody).await {
        Ok(room) => Some(if room.password_hash.is_some() { "password" } else { "open" }),
        Err(error) => Problem::from(error).client_code(),
    }
}

/// The page for a browser that opened what can be no room.
pub(super) fn instead(state: &AppState, request: &Parts) -> Option<Response> {
    let opened = request.method == Method::GET && Wanted::of(&request.headers) == Wanted::Page;
    // Behind a second slash there are files.
    let room = !request.uri.path().trim_matches('/').contains('/');
    (opened && room).then(|| app::page(state, Kind::Room, None)).flatten()
}

/// One screen. Addresses hold nothing that HTML or a terminal would read.
fn usage(room: &str) -> String {
    format!(
        "Add a file. The room is made when it is not there; -i shows its owner key, in a header:\n\
         \x20   curl -T report.pdf {room}\n\
         Add what a command prints:\n\
         \x20   some-command | curl -T - {room}log.txt\n\
         See what is there, fetch it, delete it:\n\
         \x20   curl {room}\n\
         \x20   curl -O {room}report.pdf\n\
         \x20   curl -X DELETE {room}report.pdf\n\
         A room with a password wants -u :password as well.\n"
    )
}

fn plain(text: String) -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::VARY, HeaderValue::from_static("accept"))], text).into_response()
}

/// Titles are room names, of letters, digits and `-_.~`.
fn html(title: &str, text: &str, listing: Option<&str>) -> Response {
    let link = listing.map_or_else(String::new, |at| format!("<p><a href=\"{at}\">What is in it</a></p>\n"));
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <h1>{title}</h1>\n{link}<pre>\n{text}</pre>\n</html>\n"
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::VARY, "accept")];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, Extension(Kind::Usage), page).into_response()
}
