use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};
use elizabeth_core::ErrorCode;
use utoipa::{
    PartialSchema,
    openapi::{path::Operation, security::SecurityRequirement},
};

use elizabeth_core::Caller;
use secrecy::ExposeSecret;

use super::Query;
use crate::{
    document::{Described, add_query_parameter, add_refusal_because, add_refusal_last, add_refusals, secure},
    facts::by_admin,
    headers::bearer,
    problem::{Code, Problem, RequestCode},
    state::AppState,
};

/// Who calls, by the room token that a request presents: the header's where both are there.
pub(crate) struct Credential(Caller);

impl Credential {
    /// Who calls.
    pub(crate) fn caller(&self) -> &Caller {
        &self.0
    }

    /// The same, to keep.
    pub(crate) fn into_caller(self) -> Caller {
        self.0
    }

    /// The token, if one was presented.
    pub(crate) fn token(&self) -> Option<&str> {
        match &self.0 {
            Caller::Token(token) => Some(token.expose_secret()),
            Caller::Nobody | Caller::Visitor(_) => None,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Credential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = match bearer(&parts.headers) {
            Some(token) => Caller::token(token),
            None => Caller::from(Query::of(parts).text("token")?.as_deref()),
        };
        Ok(Self(caller))
    }
}

/// What a content is to be read by: the room token or, where none was presented, the ticket of `?ticket=`.
pub(crate) enum ReadCredential {
    /// The token.
    Token(Credential),
    /// The ticket.
    Ticket(String),
}

impl<S: Sync> FromRequestParts<S> for ReadCredential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let token = Credential::from_request_parts(parts, state).await?;
        match Query::of(parts).text("ticket")? {
            Some(ticket) if token.token().is_none() => Ok(Self::Ticket(ticket)),
            _ => Ok(Self::Token(token)),
        }
    }
}

/// What a room token may be refused with.
pub(super) const TOKEN_REFUSALS: [ErrorCode; 4] =
    [ErrorCode::TokenMissing, ErrorCode::TokenInvalid, ErrorCode::TokenExpired, ErrorCode::TokenRevoked];

/// Says that an operation is done by a room's token, or what may stand in for it.
pub(super) fn describe_token(operation: &mut Operation, schemes: &[&str], refusals: &[ErrorCode]) {
    // A token may stand in the query.
    add_refusals(operation, &[RequestCode::InvalidQuery.into()]);
    if secure(operation, schemes) {
        add_refusals(operation, &refusals.iter().copied().map(Code::from).collect::<Vec<_>>());
        add_refusal_last(operation, ErrorCode::RoomClosed.into());
    }
}

impl Described for Credential {
    fn describe(operation: &mut Operation) {
        describe_token(operation, &["room_token"], &TOKEN_REFUSALS);
    }
}

impl Described for ReadCredential {
    fn describe(operation: &mut Operation) {
        let description = "A ticket for this content, where no token is sent";
        add_query_parameter(operation, "ticket", description, String::schema());
        let [missing, invalid, expired, revoked] = TOKEN_REFUSALS;
        let refusals = [missing, invalid, expired, revoked, ErrorCode::TicketInvalid];
        describe_token(operation, &["room_token", "ticket"], &refusals);
    }
}

impl Described for Admin {
    fn describe(operation: &mut Operation) {
        secure(operation, &["admin_token"]);
        add_refusals(operation, &[RequestCode::AdminTokenInvalid.into(), ErrorCode::Unavailable.into()]);
        add_refusal_because(operation, RequestCode::NotFound.into(), "no admin token is configured");
    }
}

impl Described for Option<Admin> {
    fn describe(operation: &mut Operation) {
        let admin = SecurityRequirement::new("admin_token", Vec::<String>::new());
        operation.security = Some(vec![SecurityRequirement::default(), admin]);
        add_refusals(operation, &[ErrorCode::Unavailable.into()]);
    }
}

/// Proof that a request carries the admin token.
pub(crate) struct Admin;

impl FromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        // Where there is no admin token there are no admin calls.
        let Some(expected) = state.admin() else {
            return Err(Problem::new(RequestCode::NotFound, "there is nothing here"));
        };
        match bearer(&parts.headers) {
            Some(token) if expected.matches(token) => {
                by_admin();
                Ok(Self)
            }
            _ => Err(Problem::new(
                RequestCode::AdminTokenInvalid,
                "this needs the admin token as a bearer token",
            )),
        }
    }
}

/// For calls that say more to an admin and refuse nobody.
impl OptionalFromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, Problem> {
        Ok(<Self as FromRequestParts<AppState>>::from_request_parts(parts, state).await.ok())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, Request, header};

    use super::*;

    fn presented(authorization: Option<&'static [u8]>, uri: &str) -> Option<String> {
        let mut request = Request::get(uri).body(()).unwrap();
        if let Some(value) = authorization {
            let value = HeaderValue::from_bytes(value).unwrap();
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let (mut parts, ()) = request.into_parts();
        let credential =
            futures::executor::block_on(Credential::from_request_parts(&mut parts, &())).unwrap();
        credential.token().map(str::to_owned)
    }

    #[test]
    fn the_header_wins_over_the_query() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(presented(Some(b"Bearer abc"), "/?token=xyz"), some("abc"));
        assert_eq!(presented(Some(b"bearer  abc "), "/"), some("abc"));
        assert_eq!(presented(None, "/?token=xyz"), some("xyz"));
        assert_eq!(presented(Some(b"Basic abc"), "/?token=xyz"), some("xyz"));
        assert_eq!(presented(Some(b"Bearer"), "/?token=xyz"), some(""));
        assert_eq!(presented(Some(b"Bearer \xff"), "/?token=xyz"), some(""));
        assert_eq!(presented(Some(b"Bearerabc"), "/"), None);
        assert_eq!(presented(None, "/"), None);
    }
}
