//! A room as a folder, for curl and scripts, at the root: no part of the OpenAPI document.

mod delete;
mod get;
mod lines;
mod page;
mod path;
mod put;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    routing::any,
};
use elizabeth_core::{Caller, Elizabeth, Error, name::RoomRef, service::VisitRequest};

use self::path::FolderPath;
use crate::{
    body::{Answer, refuse},
    extract::{FolderCredential, Query},
    headers::accepts_html,
    problem::Problem,
    routes::fallback::not_allowed,
    state::AppState,
};

/// The page, rooms as folders, and the files in them.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", any(home))
        .route("/{room}", any(folder))
        .route("/{room}/", any(folder))
        .route("/{room}/{*file_name}", any(folder))
}

async fn home(State(state): State<AppState>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    match parts.method {
        Method::GET | Method::HEAD => Ok(page::home(&state, &parts)),
        _ => Ok(not_allowed(&parts.method, "GET, HEAD", "this is no room")),
    }
}

async fn folder(
    State(state): State<AppState>,
    path: Result<FolderPath, Problem>,
    credential: FolderCredential,
    query: Query,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let path = match path {
        Ok(path) => path,
        // The page says what is wrong with a name, to people.
        Err(problem) if problem.status() == StatusCode::BAD_REQUEST => {
            return page::instead(&state, &parts).ok_or(problem);
        }
        Err(problem) => return Err(problem),
    };
    let (room, method, headers) = (path.room, &parts.method, &parts.headers);
    let Some(name) = path.file else {
        return match *method {
            Method::GET | Method::HEAD => get::room(&state, room, credential, &query, &parts).await,
            _ => {
                refuse(headers, body);
                Ok(not_allowed(method, "GET, HEAD", "name a file: the room's address, a slash, its name"))
            }
        };
    };
    let answer = match *method {
        Method::GET | Method::HEAD => get::file(&state, room, name, credential, method, headers).await,
        Method::PUT => return put::file(&state, room, name, credential, &query, &parts, body).await,
        Method::DELETE => delete::file(&state, room, name, credential).await,
        _ => {
            refuse(headers, body);
            return Ok(not_allowed(method, "DELETE, GET, HEAD, PUT", "a file is put, fetched or deleted"));
        }
    };
    answer.map_err(Problem::asking_for_password)
}

/// What a client would rather have, by its `Accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Page,
    Events,
    Json,
    Text,
}

impl Wanted {
    /// A page for everybody who names one, as browsers do; text for curl, which takes anything.
    fn of(headers: &HeaderMap) -> Self {
        let named = |media_type: &str| {
            let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
            let mut ranges = values.flat_map(|value| value.split(','));
            ranges.any(|range| {
                let essence = range.split(';').next().unwrap_or_default().trim();
                essence.eq_ignore_ascii_case(media_type)
            })
        };
        if accepts_html(headers) {
            Self::Page
        } else if named("text/event-stream") {
            Self::Events
        } else if named("application/json") {
            Self::Json
        } else {
            Self::Text
        }
    }
}

impl FolderCredential {
    /// Lets a visitor in, for this call; whether a token is good is for the call itself to say.
    async fn enter(self, app: &Elizabeth, room: &RoomRef) -> Result<Caller, Problem> {
        match self {
            Self::Token(token) => Ok(Caller::Token(token)),
            Self::Visitor(visit) => app.visit(room, &visit).await.map_err(|error| not_let_in(error, &visit)),
        }
    }
}

/// Why a visitor does not get in. To come without a password is no guess.
fn not_let_in(error: Error, visit: &VisitRequest) -> Problem {
    let problem = Problem::from(error);
    if visit.password.is_some() { problem } else { problem.unguessed() }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn browsers_get_pages_and_curl_text() {
        for (accept, wanted) in [
            (None, Wanted::Text),
            (Some("*/*"), Wanted::Text),
            (Some("application/json"), Wanted::Json),
            (Some("text/plain, Application/JSON;q=0.5"), Wanted::Json),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), Wanted::Page),
            (Some("application/json, text/html"), Wanted::Page),
            (Some("text/event-stream"), Wanted::Events),
            (Some("text/event-stream, text/html"), Wanted::Page),
            (Some("text/html5"), Wanted::Text),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(accept.map(|accept| (header::ACCEPT, HeaderValue::from_static(accept))));
            assert_eq!(Wanted::of(&headers), wanted, "{accept:?}");
        }
    }
}
