use axum::extract::{Request, State};
use elizabeth_api::ChunkObject;

use crate::{
    body::{Answer, refuse, reply},
    document::Binary,
    extract::{ChunkPath, UploadCredential},
    problem::Problem,
    state::AppState,
    upload::{put_chunk as store, read_chunk_head},
};

/// Send one chunk as the body. The same chunk again gets the same answer.
///
/// Where `Content-Length` is sent, a wrong one is refused before the body.
#[utoipa::path(
    put, path = "/api/v1/rooms/{room}/uploads/chunks/{file_index}/{chunk_index}", tag = "uploads",
    params(
        ("reservation_id" = Option<uuid::Uuid>, Query, description = "The upload, needed with a room token"),
        ("x-chunk-sha256" = Option<String>, Header, pattern = "^(sha256:)?[0-9A-Fa-f]{64}$", description = "The SHA-256 that the body has, hexadecimal, perhaps behind `sha256:`"),
        ("Content-Digest" = Option<String>, Header, description = "The same as RFC 9530 has it: `sha-256=:…:`"),
    ),
    request_body(content = inline(Binary), content_type = "application/octet-stream", description = "The chunk"),
    responses(
        (status = 200, description = "It has arrived and is durable", body = ChunkObject),
        (status = 400, description = "`invalid_header`, `invalid_hash`, `invalid_file_index`, `invalid_chunk_index`, `chunk_mismatch`, `incomplete_body`: nothing of it is kept"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`reservation_not_found`"),
        (status = 408, description = "`upload_timed_out`: nothing of it is kept, it may be sent again"),
        (status = 409, description = "`chunk_conflict`: another one has arrived under its index, `reservation_in_use`: the upload is complete"),
        (status = 410, description = "`reservation_expired`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn put_chunk(
    State(state): State<AppState>,
    place: Result<ChunkPath, Problem>,
    credential: Result<UploadCredential, Problem>,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let read = || {
        let ChunkPath { room, file, chunk } = place?;
        Ok((room, read_chunk_head(file, chunk, &parts.headers)?, credential?.by_query()?))
    };
    let (room, asked, access) = match read() {
        Ok(read) => read,
        Err(problem) => {
            refuse(&parts.headers, body);
            return Err(Problem::closing(problem));
        }
    };
    let chunk = store(&state, room, access, asked, &parts.headers, body).await?;
    Ok(reply(&ChunkObject::from(&chunk)))
}
