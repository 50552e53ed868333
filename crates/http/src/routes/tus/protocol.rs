use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    body::refuse,
    headers::tus::{METHOD_OVERRIDE, TUS_RESUMABLE, TUS_VERSION, VERSION, invalid, text},
    problem::{Problem, RequestCode},
};

/// What holds of every request: its method may be named by a header, its version must be ours. And of every answer:
/// it says the version, also when it is an error.
pub(super) async fn speak(mut request: Request, next: Next) -> Response {
    let mut response = match understand(&mut request) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            let (parts, body) = request.into_parts();
            refuse(&parts.headers, body);
            problem.closing().into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(&TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    if response.status() == StatusCode::PRECONDITION_FAILED {
        response.headers_mut().insert(&TUS_VERSION, HeaderValue::from_static(VERSION));
    }
    response
}

fn understand(request: &mut Request) -> Result<(), Problem> {
    let named = text(request.headers(), &METHOD_OVERRIDE, "X-HTTP-Method-Override")?;
    if let Some(named) = named {
        // What exists is in capitals (RFC 9110, section 9.1); clients are less strict about this header.
        let method = Method::from_bytes(named.trim().to_ascii_uppercase().as_bytes());
        *request.method_mut() = method.map_err(|_| invalid("X-HTTP-Method-Override", "is no method"))?;
    }
    if request.method() == Method::OPTIONS {
        return Ok(());
    }
    match text(request.headers(), &TUS_RESUMABLE, "Tus-Resumable")? {
        Some(VERSION) => Ok(()),
        Some(_) | None => {
            let text = format!("this is for clients of the tus protocol: send Tus-Resumable: {VERSION}");
            Err(Problem::new(RequestCode::TusVersion, text))
        }
    }
}
