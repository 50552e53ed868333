use std::sync::Arc;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Code, Problem, RequestCode};
use crate::{headers::retry_after, protection::Kind};

const JSON: &str = "application/problem+json";
const HTML: &str = "text/html; charset=utf-8";

/// An error as it is sent.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A stable word for programs.
    code: Code,
    /// A sentence for people.
    error: &'a str,
    /// More for programs, by `code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    details: Option<&'a serde_json::Value>,
    /// With a status of 500 and above: what to look for in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl Problem {
    /// Writes the body into the response that carried this problem, keeping the headers it has (`Allow`, …).
    pub fn render(&self, request_id: &HeaderValue, as_page: bool, response: &mut Response) {
        let status = self.status();
        let request_id = request_id.to_str().ok().filter(|_| status.is_server_error());
        let body = ProblemBody {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code: self.code,
            error: &self.error,
            details: self.details.as_deref(),
            request_id,
        };
        // A map of texts and numbers always serialises; were it not so, an empty body is all that is left.
        let json = || (JSON, serde_json::to_vec(&body).unwrap_or_default());
        let page = as_page.then(|| self.page(request_id).ok()).flatten();
        let is_page = page.is_some();
        let (media_type, bytes) = page.map_or_else(json, |page| (HTML, page.into_bytes()));
        if is_page {
            response.extensions_mut().insert(Kind::Problem);
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        if !headers.get_all(header::VARY).iter().any(names_accept) {
            headers.append(header::VARY, HeaderValue::from_static("accept"));
        }
        // What routing set for its own empty body.
        headers.remove(header::CONTENT_LENGTH);
        if status == StatusCode::UNAUTHORIZED {
            let by_password = self.code == RequestCode::PasswordRequired.into();
            let challenge = if by_password { r#"Basic realm="room", charset="UTF-8""# } else { "Bearer" };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        headers.extend(retry_after(status, self.retry_after).map(|pause| (header::RETRY_AFTER, pause)));
        if self.close {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        *response.body_mut() = bytes.into();
    }
}

fn names_accept(vary: &HeaderValue) -> bool {
    vary.to_str().is_ok_and(|list| list.split(',').any(|name| name.trim().eq_ignore_ascii_case("accept")))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(miss) = self.miss {
            response.extensions_mut().insert(miss);
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use elizabeth_core::{Error, Unauthorized, ports::StoreError, quota::Full};
    use serde_json::json;

    use super::*;

    fn rendered(problem: Problem) -> (Response, serde_json::Value) {
        let mut response = problem.into_response();
        let problem = response.extensions_mut().remove::<Arc<Problem>>().unwrap();
        problem.render(&HeaderValue::from_static("id-1"), false, &mut response);
        let body = std::mem::take(response.body_mut());
        let bytes = futures::executor::block_on(axum::body::to_bytes(body, 1 << 16)).unwrap();
        (response, serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn a_full_room_says_how_much_is_left() {
        let (response, body) = rendered(Error::from(Full { requested: 4096, remaining: 1024 }).into());
        assert_eq!(response.status(), 413);
        assert_eq!(body["code"], "room_full");
        assert_eq!(body["title"], "Payload Too Large");
        assert_eq!(body["details"], json!({"requested": 4096, "remaining": 1024}));
        assert_eq!(body["request_id"], serde_json::Value::Null);
    }

    #[test]
    fn a_server_error_names_the_request_and_hides_its_cause() {
        let error = Error::Store(StoreError::Corrupt("SELECT secret FROM /var/lib".into()));
        let (response, body) = rendered(error.into());
        assert_eq!(response.status(), 500);
        assert_eq!((&body["code"], &body["request_id"]), (&json!("internal"), &json!("id-1")));
        assert!(!body.to_string().contains("SELECT"));
    }

    #[test]
    fn only_a_defect_is_logged_with_its_cause() {
        let is_logged = |error: Error| Problem::from(error).cause().is_some();
        assert!(is_logged(Error::Store(StoreError::Corrupt("a row".into()))));
        assert!(!is_logged(Error::StorageFull) && !is_logged(Error::PasswordsBusy));
    }

    #[test]
    fn a_collision_may_be_tried_again() {
        let (response, body) = rendered(Error::Store(StoreError::Contended("40P01".into())).into());
        assert_eq!((response.status().as_u16(), &body["code"]), (503, &json!("unavailable")));
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }

    #[test]
    fn an_unauthorised_answer_says_how_to_authorise() {
        let (response, body) = rendered(Error::from(Unauthorized::Missing).into());
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(body["code"], "token_missing");
    }
}
