//! Lists that come in pages.

use std::str::FromStr;

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::Response,
};
use elizabeth_core::policy::{PAGE_DEFAULT, PAGE_MAX};
use utoipa::openapi::path::Operation;

use super::Query;
use crate::{
    document::{Described, add_refusals},
    problem::{Problem, RequestCode},
};

/// Which part of a list is asked for: `limit` and `after`.
pub(crate) struct Paging {
    /// At most so many.
    pub(crate) limit: u64,
    after: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts);
        // Read as signed: what does not fit a store's column is out of range.
        let limit = query.number::<i64>("limit")?.map_or(PAGE_DEFAULT, i64::unsigned_abs);
        Ok(Self { limit: limit.min(PAGE_MAX), after: query.text("after")? })
    }
}

impl Described for Paging {
    fn describe(operation: &mut Operation) {
        add_refusals(operation, &[RequestCode::InvalidQuery.into()]);
    }
}

impl Paging {
    /// Behind which number the list is to begin.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub(crate) fn after_number(&self) -> Result<Option<i64>, Problem> {
        let digits = |text: &&String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        self.after_as(|text| Some(text).filter(digits).and_then(|text| i64::from_str(text).ok()))
    }

    /// Behind what the list is to begin, as an earlier answer has named it.
    ///
    /// # Errors
    ///
    /// When it is nothing that an answer would name.
    pub(crate) fn after_as<T>(&self, read: impl Fn(&String) -> Option<T>) -> Result<Option<T>, Problem> {
        let invalid =
            || Problem::new(RequestCode::InvalidQuery, "query: after must be as an earlier answer names it");
        self.after.as_ref().map(|text| read(text).ok_or_else(invalid)).transpose()
    }

    /// An answer with where the list goes on (RFC 8288), if it does. Nothing else of the request's query is repeated.
    pub(crate) fn with_next(&self, mut response: Response, next: Option<String>) -> Response {
        let link = next.map(|after| format!("<?limit={}&after={after}>; rel=\"next\"", self.limit));
        if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}
