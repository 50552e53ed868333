//! Lists that come in pages.

use std::str::FromStr;

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use data_encoding::HEXLOWER;
use elizabeth_core::policy::{PAGE_DEFAULT, PAGE_MAX};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::openapi::path::Operation;

use super::Query;
use crate::{
    body::{Answer, json, of_json},
    document::{Described, add_not_modified, add_refusals},
    headers::{any_tag, list, tagged, weak_tag},
    problem::{Problem, RequestCode},
};

/// Which part of a list is asked for, by `limit` and `after`, and which of its versions the client has.
pub(crate) struct Paging {
    /// At most so many.
    pub(crate) limit: u64,
    after: Option<String>,
    known: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts);
        // Read as signed: what does not fit a store's column is out of range.
        let limit = query.number::<i64>("limit")?.map_or(PAGE_DEFAULT, i64::unsigned_abs);
        let known = list(&parts.headers, &header::IF_NONE_MATCH);
        Ok(Self { limit: limit.min(PAGE_MAX), after: query.text("after")?, known })
    }
}

impl Described for Paging {
    fn describe(operation: &mut Operation) {
        add_not_modified(operation);
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

    /// A part of a list, with where it goes on; 304 where the client has the very same.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON: a defect.
    pub(crate) fn reply<T: Serialize>(&self, items: &[T], next: Option<String>) -> Answer {
        let bytes = json(items)?;
        // A part that looks the same may go on now.
        let seen = Sha256::new().chain_update(next.as_deref().unwrap_or_default()).chain_update(&bytes);
        let tag = HEXLOWER.encode(&seen.finalize()[..16]);
        let answer = self.unless_known(&tag).unwrap_or_else(|| tagged(of_json(bytes), weak_tag(&tag)));
        Ok(self.with_next(answer, next))
    }

    /// 304 where the client has the version with that tag.
    pub(crate) fn unless_known(&self, tag: &str) -> Option<Response> {
        let is_known = self.known.as_ref().is_some_and(|tags| any_tag(tags, |_, known| known == tag));
        is_known.then(|| tagged(StatusCode::NOT_MODIFIED.into_response(), weak_tag(tag)))
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
