use axum::{
    body::Body,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};

use super::{
    Target,
    append::{append, check_length},
    note::Note,
};
use crate::{
    body::{Answer, refuse},
    headers::tus::{Checksum, Concat, UPLOAD_OFFSET, brings_piece, number, wrong_type},
    problem::{Problem, RequestCode},
    state::AppState,
};

/// Adds a piece to an upload. Without a checksum what has come is kept also when it breaks off.
pub(super) async fn upload(state: &AppState, target: Target, headers: &HeaderMap, body: Body) -> Answer {
    let (offset, checksum) = match check(state, &target, headers).await {
        Ok(checked) => checked,
        Err(problem) => {
            refuse(headers, body);
            return Err(problem.closing());
        }
    };
    let standing = append(state, target, offset, checksum, false, headers, body).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    standing.add_to(response.headers_mut());
    Ok(response)
}

/// Where the piece is to begin, and what it must hash to.
async fn check(
    state: &AppState,
    target: &Target,
    headers: &HeaderMap,
) -> Result<(u64, Option<Checksum>), Problem> {
    if !brings_piece(headers) {
        return Err(wrong_type());
    }
    let offset = number(headers, &UPLOAD_OFFSET, "Upload-Offset")?;
    let checksum = Checksum::read(headers)?;
    let upload = state.app().appendable(&target.room, &target.access).await?;
    if Concat::is_final(Note::of(&upload).concat.as_deref()) {
        let text = "this upload is made of others: nothing can be added to it";
        return Err(Problem::new(RequestCode::UploadFinal, text));
    }
    check_length(headers, upload.announced().saturating_sub(offset), checksum.is_some())?;
    Ok((offset, checksum))
}
