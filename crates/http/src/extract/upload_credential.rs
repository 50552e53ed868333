use std::str::FromStr;

use axum::{extract::FromRequestParts, http::request::Parts};
use elizabeth_core::{Caller, ErrorCode, id::UploadId, secret::UPLOAD_TOKEN_PREFIX, service::UploadAccess};
use secrecy::SecretString;
use utoipa::openapi::path::Operation;
use uuid::Uuid;

use super::{
    Credential, Query,
    credential::{TOKEN_REFUSALS, describe_token},
};
use crate::{
    document::Described,
    problem::{Problem, RequestCode},
};

/// What a request shows to work on an upload in pieces: the upload's own token, as a bearer token or as
/// `?upload_token=`, or a room token with the upload's id.
pub(crate) struct UploadCredential {
    upload_token: Option<SecretString>,
    room_token: Option<SecretString>,
    /// The upload of `?reservation_id=`.
    named: Option<UploadId>,
}

impl<S: Sync> FromRequestParts<S> for UploadCredential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::of(parts);
        let named = query.text("reservation_id")?.map(|text| {
            let text = Uuid::from_str(&text);
            text.map(UploadId).map_err(|_| invalid("query: reservation_id must be a UUID"))
        });
        let by_query = query.text("upload_token")?;
        let credential = Credential::from_request_parts(parts, state).await?;
        let (bearer, room_token) = match credential.token() {
            Some(token) if token.starts_with(UPLOAD_TOKEN_PREFIX) => (Some(token), None),
            other => (None, other),
        };
        Ok(Self {
            upload_token: bearer.or(by_query.as_deref()).map(SecretString::from),
            room_token: room_token.map(SecretString::from),
            named: named.transpose()?,
        })
    }
}

impl Described for UploadCredential {
    fn describe(operation: &mut Operation) {
        let [missing, invalid, expired, revoked] = TOKEN_REFUSALS;
        let refusals = [ErrorCode::UploadTokenInvalid, missing, invalid, expired, revoked];
        describe_token(operation, &["upload_token", "room_token"], &refusals);
    }
}

impl UploadCredential {
    /// The same with the upload token of a form, which the header's wins over.
    pub(crate) fn or_token(self, token: Option<SecretString>) -> Self {
        Self { upload_token: self.upload_token.or(token), ..self }
    }

    /// Whether nothing was shown, and no upload named.
    pub(crate) fn is_empty(&self) -> bool {
        self.upload_token.is_none() && self.room_token.is_none() && self.named.is_none()
    }

    /// For the upload that the request names in its path or its body.
    pub(crate) fn of(self, upload: UploadId) -> UploadAccess {
        match self.upload_token {
            Some(token) => UploadAccess::UploadToken { token, upload: Some(upload) },
            None => UploadAccess::Caller { caller: caller(self.room_token), upload },
        }
    }

    /// For the upload that the token is of, or that the query names.
    ///
    /// # Errors
    ///
    /// When there is a room token, and no upload is named.
    pub(crate) fn by_query(self) -> Result<UploadAccess, Problem> {
        match (self.upload_token, self.room_token, self.named) {
            (Some(token), _, upload) => Ok(UploadAccess::UploadToken { token, upload }),
            (None, token, Some(upload)) => Ok(UploadAccess::Caller { caller: caller(token), upload }),
            (None, Some(_), None) => Err(invalid("query: reservation_id is missing beside the room token")),
            // That there is no credential is for the use case to say, behind what comes before it.
            (None, None, None) => {
                Ok(UploadAccess::Caller { caller: Caller::Nobody, upload: UploadId(Uuid::nil()) })
            }
        }
    }

    /// For a question in which just one of the two stands.
    ///
    /// # Errors
    ///
    /// When there is an upload token and an upload is named besides, or neither.
    pub(crate) fn by_either(self) -> Result<UploadAccess, Problem> {
        if self.upload_token.is_some() == self.named.is_some() {
            return Err(invalid("query: give an upload_token or a reservation_id, one of them"));
        }
        self.by_query()
    }
}

fn caller(room_token: Option<SecretString>) -> Caller {
    room_token.map_or(Caller::Nobody, Caller::Token)
}

fn invalid(text: &'static str) -> Problem {
    Problem::new(RequestCode::InvalidQuery, text)
}

#[cfg(test)]
mod tests {
    use axum::http::{Request, header};
    use secrecy::ExposeSecret;

    use super::*;

    const ID: &str = "0195e6a2-0000-7000-8000-000000000000";

    fn shown(bearer: Option<&str>, query: &str) -> Result<UploadCredential, Problem> {
        let mut request = Request::get(format!("/?{query}"));
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        futures::executor::block_on(UploadCredential::from_request_parts(&mut parts, &()))
    }

    /// What it comes to, in a few words.
    fn told(access: Result<UploadAccess, Problem>) -> String {
        let token = |token: Option<SecretString>| {
            token.map_or("none".to_owned(), |token| token.expose_secret().to_owned())
        };
        match access {
            Ok(UploadAccess::UploadToken { token: shown, upload }) => {
                format!("upload {} {}", token(Some(shown)), upload.is_some())
            }
            Ok(UploadAccess::Caller { caller, upload }) => {
                let shown = match caller {
                    Caller::Token(token) => Some(token),
                    Caller::Nobody | Caller::Visitor(_) => None,
                };
                format!("room {} {}", token(shown), upload.0 != Uuid::nil())
            }
            Err(problem) => problem.status().as_str().to_owned(),
        }
    }

    #[test]
    fn either_token_is_told_by_how_it_begins() {
        let named = format!("reservation_id={ID}");
        for (bearer, query, by_query, by_either) in [
            (Some("upl_a"), "", "upload upl_a false", "upload upl_a false"),
            (None, "upload_token=upl_b", "upload upl_b false", "upload upl_b false"),
            (None, "token=upl_b", "upload upl_b false", "upload upl_b false"),
            (Some("upl_a"), "upload_token=upl_b", "upload upl_a false", "upload upl_a false"),
            (Some("jwt"), "upload_token=upl_b", "upload upl_b false", "upload upl_b false"),
            (Some("upl_a"), &named, "upload upl_a true", "400"),
            (Some("jwt"), &named, "room jwt true", "room jwt true"),
            (None, &named, "room none true", "room none true"),
            (Some("jwt"), "", "400", "400"),
            (None, "", "room none false", "400"),
        ] {
            let told = |access: fn(UploadCredential) -> Result<UploadAccess, Problem>| {
                told(access(shown(bearer, query).unwrap()))
            };
            assert_eq!(told(UploadCredential::by_query), by_query, "{bearer:?} {query}");
            assert_eq!(told(UploadCredential::by_either), by_either, "{bearer:?} {query}");
        }
        assert_eq!(shown(None, "reservation_id=7").err().map(|problem| problem.status().as_u16()), Some(400));
    }

    #[test]
    fn a_forms_token_counts_where_the_header_has_none() {
        let form = || Some(SecretString::from("upl_f"));
        let told = |bearer| told(shown(bearer, "").unwrap().or_token(form()).by_query());
        assert_eq!(told(None), "upload upl_f false");
        assert_eq!(told(Some("jwt")), "upload upl_f false");
        assert_eq!(told(Some("upl_a")), "upload upl_a false");
        assert!(shown(None, "").unwrap().is_empty());
    }
}
