use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use elizabeth_core::id::ContentId;

use crate::{
    archive::archive_body,
    body::Answer,
    document::Binary,
    extract::{Credential, InRoom, Query},
    headers::content_disposition,
    problem::{Problem, RequestCode},
    state::AppState,
};

/// A room's contents in one zip file, or those named. It is made while it is sent. Contents with `max_downloads` are
/// left out, and expired ones; doubled names are numbered; each content in it counts as downloaded.
#[utoipa::path(
    method(get, head), path = "/api/v1/rooms/{room}/archive.zip", tag = "contents",
    params(
        ("ids" = Option<String>, Query, description = "Only these contents: 1 to 1,000 ids with commas between"),
    ),
    responses(
        (status = 200, description = "The archive; its length is not known before", body = inline(Binary), content_type = "application/zip"),
        (status = 400, description = "`invalid_query`, `invalid_ids`"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`content_not_found`"),
        (status = 413, description = "`archive_too_large`: more than 65,535 contents"),
    ),
)]
pub(crate) async fn archive_contents(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    query: Query,
) -> Answer {
    let ids = query.text("ids")?.map(|text| read_ids(&text)).transpose()?;
    let archive = state.app().archive(&room, credential.caller(), ids).await?;
    let name = content_disposition("attachment", &format!("{}.zip", archive.room_name()));
    // Of a HEAD nobody polls the body, so nothing is opened and nothing counted.
    let mut response = archive_body(archive).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

fn read_ids(text: &str) -> Result<Vec<ContentId>, Problem> {
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let read: Option<Vec<ContentId>> = text.split(',').map(|id| number(id).map(ContentId)).collect();
    let expected = "query: ids must be whole numbers with commas between";
    read.ok_or_else(|| Problem::new(RequestCode::InvalidQuery, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_digits_and_commas() {
        assert_eq!(read_ids("1,20").unwrap(), [ContentId(1), ContentId(20)]);
        for bad in ["", ",", "1,", "-1", "a", "1, 2", "9223372036854775808"] {
            assert!(read_ids(bad).is_err(), "{bad:?}");
        }
    }
}
