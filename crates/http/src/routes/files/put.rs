use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
};
use elizabeth_api::ContentObject;

use crate::{
    body::{Answer, refuse, reply},
    document::Binary,
    extract::{Credential, Query, RoomFile},
    links::segment,
    problem::Problem,
    state::AppState,
    upload::{FilePut, length_required, put_file as store},
};

/// Store the body as one file: reserve, upload and commit in one call.
///
/// `Content-Length` is needed. `Content-Type` is the file's media type; where it says nothing, that is guessed from the
/// file's name.
#[utoipa::path(
    put, path = "/api/v1/rooms/{room}/files/{*file_name}", tag = "contents",
    params(
        ("max_downloads" = Option<u64>, Query, minimum = 1, description = "How many downloads it allows; at least 1"),
        ("expire_at" = Option<elizabeth_api::Instant>, Query, description = "When it expires"),
    ),
    request_body(content = inline(Binary), content_type = "application/octet-stream", description = "The file"),
    responses(
        (status = 201, description = "It is stored; `Location` has its address", body = ContentObject),
        (status = 400, description = "`invalid_file_name`, `invalid_header`, `invalid_size`, `invalid_max_downloads`, `invalid_expire_at`, `invalid_query`, `incomplete_body`, `manifest_mismatch`: nothing is kept"),
        (status = 403, description = "`permission_denied`"),
        (status = 408, description = "`upload_timed_out`"),
        (status = 409, description = "`room_contents_full`"),
        (status = 410, description = "`reservation_expired`"),
        (status = 411, description = "`length_required`"),
        (status = 413, description = "`room_full`, `room_rows_full`: `details` says how much was asked for and how much is left"),
        (status = 429, description = "`too_many_reservations`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn put_file(
    State(state): State<AppState>,
    RoomFile(room, name): RoomFile,
    credential: Credential,
    query: Query,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let read = FilePut::read(&name, &parts.headers, &query, state.app().now());
    let read = read.and_then(|put| if put.length.is_some() { Ok(put) } else { Err(length_required()) });
    let put = match read {
        Ok(put) => put,
        Err(problem) => {
            refuse(&parts.headers, body);
            return Err(problem.closing());
        }
    };
    let caller = credential.into_caller();
    let enter = async move { Ok(caller) };
    let uploaded = store(&state, enter, room.clone(), put, &parts.headers, body).await?;
    let content = uploaded.contents.first().ok_or_else(Problem::internal)?;
    let mut response = reply(&ContentObject::from(content));
    *response.status_mut() = StatusCode::CREATED;
    let address =
        state.links().local(format_args!("/api/v1/rooms/{}/contents/{}", segment(room.as_str()), content.id));
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    Ok(response)
}
