use axum::{
    extract::Request,
    http::{HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
};
use elizabeth_core::{Invalid, name::InvalidRoomName};

use crate::problem::{Problem, RequestCode};

/// Answers addresses that no route has.
pub(crate) async fn not_found(request: Request) -> Problem {
    nothing_at(request.uri())
}

/// What such an address answers.
pub(super) fn nothing_at(address: &Uri) -> Problem {
    // A room without a name is no room that is missing: the name was forgotten.
    let rest = address.path().strip_prefix("/api/v1/rooms/");
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return Invalid::from(InvalidRoomName::Empty).into();
    }
    Problem::new(RequestCode::NotFound, "there is nothing here")
}

/// Answers methods that a route does not have. Routing adds `Allow`.
pub(crate) async fn method_not_allowed(request: Request) -> Problem {
    let text = format!("{} is not possible here", request.method());
    Problem::new(RequestCode::MethodNotAllowed, text)
}

/// 405, saying what is possible instead.
pub(super) fn not_allowed(method: &Method, allowed: &'static str, hint: &str) -> Response {
    let text = format!("{method} is not possible here: {hint}");
    let problem = Problem::new(RequestCode::MethodNotAllowed, text).closing();
    ([(header::ALLOW, HeaderValue::from_static(allowed))], problem).into_response()
}
