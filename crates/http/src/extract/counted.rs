use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use elizabeth_core::client::Client;
use utoipa::openapi::path::Operation;

use crate::{document::Described, state::AppState};

/// Whom a request is counted for; `None` where nothing is counted.
#[derive(Clone, Copy)]
pub(crate) struct Counted(pub(crate) Option<Client>);

impl Counted {
    /// The one that the outermost layer found out.
    pub(crate) fn of(parts: &Parts, state: &AppState) -> Self {
        Self(state.limiter().and_then(|_| parts.extensions.get().copied()))
    }
}

impl FromRequestParts<AppState> for Counted {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self::of(parts, state))
    }
}

impl Described for Counted {
    fn describe(_: &mut Operation) {}
}
