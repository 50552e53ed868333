use axum::extract::{Request, State};
use elizabeth_api::ChunkObject;
use utoipa::ToSchema;

use crate::{
    body::{Answer, refuse, reply},
    extract::{InRoom, UploadCredential},
    problem::Problem,
    state::AppState,
    upload::{Boundary, send_chunk as store},
};

/// A form that brings one chunk. Its small fields come in any order in front of its data; `chunk_hash`, and a
/// `file_index` of 0, may also come behind it. Fields of other names are ignored.
#[derive(ToSchema)]
#[schema(as = ChunkForm)]
#[expect(dead_code, reason = "describes the schema only")]
pub(crate) struct Form {
    /// The upload's token, unless it is sent as a bearer token.
    upload_token: Option<String>,
    /// The file's place in the manifest; 0 when left out.
    file_index: Option<u64>,
    /// The chunk's place in the file, from 0.
    chunk_index: u64,
    /// Bytes of the chunk.
    chunk_size: u64,
    /// The SHA-256 that the chunk has, hexadecimal, perhaps behind `sha256:`.
    chunk_hash: Option<String>,
    /// The chunk.
    #[schema(value_type = String, format = Binary)]
    chunk_data: Vec<u8>,
}

/// Send one chunk as a form. The same chunk again gets the same answer.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/uploads/chunks", tag = "uploads",
    params(
        ("reservation_id" = Option<uuid::Uuid>, Query, description = "The upload, needed with a room token"),
    ),
    request_body(content = Form, content_type = "multipart/form-data", description = "The chunk and what it is"),
    responses(
        (status = 200, description = "It has arrived and is durable", body = ChunkObject),
        (status = 400, description = "`invalid_multipart`, `invalid_hash`, `invalid_file_index`, `invalid_chunk_index`, `chunk_mismatch`: nothing of it is kept"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`reservation_not_found`"),
        (status = 408, description = "`upload_timed_out`: nothing of it is kept, it may be sent again"),
        (status = 409, description = "`chunk_conflict`: another one has arrived under its index, `reservation_in_use`: the upload is complete"),
        (status = 410, description = "`reservation_expired`"),
        (status = 415, description = "`unsupported_media_type`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn send_chunk(
    State(state): State<AppState>,
    room: Result<InRoom, Problem>,
    credential: Result<UploadCredential, Problem>,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let read = || {
        let InRoom(room) = room?;
        Ok((room, credential?, Boundary::of(&parts.headers)?))
    };
    let (room, credential, boundary) = match read() {
        Ok(read) => read,
        Err(problem) => {
            refuse(&parts.headers, body);
            return Err(Problem::closing(problem));
        }
    };
    let chunk = store(&state, room, credential, &boundary, body).await?;
    Ok(reply(&ChunkObject::from(&chunk)))
}
