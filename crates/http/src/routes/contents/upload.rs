use axum::extract::{Request, State};
use elizabeth_api::{ContentList, Uploaded};
use elizabeth_core::id::ReservationId;

use crate::{
    body::{Answer, refuse, reply},
    document::Files,
    extract::{Credential, InRoom, Query},
    problem::{Problem, RequestCode},
    state::AppState,
    upload::{Boundary, Gathered, Multipart, gather, receive, run_to_end},
};

/// Upload the files of a manifest: the same names and sizes, each once, in any order.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/contents", tag = "contents",
    params(
        ("reservation_id" = i64, Query, minimum = 1, description = "The reservation that `prepare` answered"),
    ),
    request_body(content = inline(Files), content_type = "multipart/form-data", description = "One part a file, with the file's name; the field's name does not matter"),
    responses(
        (status = 200, description = "All files are stored", body = Uploaded),
        (status = 400, description = "`manifest_mismatch`, `invalid_multipart`, `invalid_query`: nothing is kept, the reservation is released"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`reservation_not_found`"),
        (status = 408, description = "`upload_timed_out`"),
        (status = 409, description = "`reservation_in_use`"),
        (status = 410, description = "`reservation_expired`"),
        (status = 413, description = "`file_too_long`"),
        (status = 415, description = "`unsupported_media_type`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn upload_contents(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    query: Query,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let asked = || {
        let id = query.number("reservation_id")?.map(ReservationId).ok_or_else(|| {
            Problem::new(
                RequestCode::InvalidQuery,
                "query: reservation_id is missing: prepare the upload first",
            )
        })?;
        Ok::<_, Problem>((id, Boundary::of(&parts.headers)?))
    };
    let (id, boundary) = match asked() {
        Ok(asked) => asked,
        Err(problem) => {
            refuse(&parts.headers, body);
            return Err(problem.closing());
        }
    };
    let uploaded = match gather(&parts.headers, body, &boundary).await {
        Gathered::Whole(files) => {
            let (app, caller) = (state.app().clone(), credential.into_caller());
            let store = async move { app.upload_whole(&room, &caller, id, files).await };
            run_to_end(&state, store).await?
        }
        Gathered::Streaming(body) => match state.app().begin_upload(&room, credential.caller(), id).await {
            Ok(upload) => receive(&state, upload, Multipart::new(body, &boundary)).await?,
            Err(error) => {
                refuse(&parts.headers, body);
                return Err(Problem::from(error).closing());
            }
        },
    };
    let current_size = uploaded.current_size;
    Ok(reply(&Uploaded { uploaded: ContentList(&uploaded.contents), current_size }))
}
