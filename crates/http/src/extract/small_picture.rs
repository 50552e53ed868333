use axum::extract::{FromRequest, Request};
use elizabeth_core::{
    ErrorCode, Invalid,
    limits::Limit,
    thumbnail::{Thumbnail, ThumbnailType},
};
use utoipa::openapi::path::Operation;

use super::gather::{self, Form};
use crate::{
    body::refuse,
    document::{Described, add_refusals},
    headers::media_type,
    problem::{Code, Problem, RequestCode},
    state::AppState,
};

/// A body that is a thumbnail: one of its types, which the body is, and no longer than one may be.
pub(crate) struct SmallPicture(pub(crate) Thumbnail);

impl FromRequest<AppState> for SmallPicture {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let declared = media_type(&parts.headers).as_deref().and_then(ThumbnailType::of);
        let Some(declared) = declared else {
            refuse(&parts.headers, body);
            let text = "expected a body of the type image/jpeg, image/webp or image/avif";
            return Err(Problem::new(RequestCode::UnsupportedMediaType, text));
        };
        let most = state.app().policy().limits.get(Limit::ThumbnailBytes);
        let at_most = usize::try_from(most).unwrap_or(usize::MAX);
        let form = Form { what: "a thumbnail", at_most, broken: RequestCode::IncompleteBody };
        let bytes = gather::collect(&mut parts, state, body, form).await?;
        Ok(Self(Thumbnail::parse(declared, bytes).map_err(Invalid::from)?))
    }
}

impl Described for SmallPicture {
    fn describe(operation: &mut Operation) {
        let refusals = [
            RequestCode::IncompleteBody,
            RequestCode::RequestTimeout,
            RequestCode::BodyTooLarge,
            RequestCode::UnsupportedMediaType,
        ];
        add_refusals(operation, &refusals.map(Code::from));
        add_refusals(operation, &[ErrorCode::InvalidThumbnail.into(), ErrorCode::Unavailable.into()]);
    }
}
