use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use elizabeth_core::{
    id::UploadId,
    name::RoomRef,
    upload::{ChunkedUpload, Pieces, UploadFileRequest},
};

use super::{
    Target,
    append::{append, check_length},
    note::Note,
    standing::Standing,
};
use crate::{
    body::{Answer, refuse},
    extract::Credential,
    headers::tus::{
        Checksum, Concat, Metadata, UPLOAD_CONCAT, UPLOAD_DEFER_LENGTH, UPLOAD_LENGTH, brings_piece, invalid,
        number, text, wrong_type,
    },
    links::segment,
    problem::Problem,
    state::AppState,
    upload::run_to_end,
};

/// What is to be made.
struct Creation {
    file: UploadFileRequest,
    /// Of which parts, where it is made of such.
    parts: Option<Vec<UploadId>>,
    /// Whether the file's first piece comes with the request, and what that must hash to.
    piece: Option<Option<Checksum>>,
}

/// Makes an upload, of nothing, of the piece that comes along, or of other uploads.
pub(super) async fn upload(
    state: &AppState,
    room: RoomRef,
    credential: Credential,
    headers: &HeaderMap,
    body: Body,
) -> Answer {
    let creation = match Creation::read(headers, body.is_end_stream()) {
        Ok(creation) => creation,
        Err(problem) => return Err(refused(headers, body, problem)),
    };
    let (app, here, caller) = (state.app().clone(), room.clone(), credential.caller().clone());
    let made = async move {
        match creation.parts {
            Some(parts) => {
                let joined = app.join_uploads(&here, &caller, &parts, creation.file).await;
                joined.map(|joined| joined.upload)
            }
            None => app.create_upload(&here, &caller, creation.file).await,
        }
    };
    let upload = match run_to_end(state, made).await {
        Ok(upload) => upload,
        Err(problem) => return Err(refused(headers, body, problem)),
    };
    let mut standing = Standing::of(&upload);
    if let Some(checksum) = creation.piece {
        let target = Target::new(room.clone(), upload.id, &credential);
        match append(state, target.clone(), 0, checksum, true, headers, body).await {
            Ok(appended) => standing = appended,
            Err(problem) => {
                // The answer says nothing of an upload: nobody would go on with it.
                if let Err(error) = state.app().abandon_upload(&target.room, &target.access).await {
                    tracing::debug!(%error, "an upload that failed at once is left to its end");
                }
                state.announce_garbage();
                return Err(problem);
            }
        }
    }
    Ok(created(state, &room, &upload, &standing))
}

fn created(state: &AppState, room: &RoomRef, upload: &ChunkedUpload, standing: &Standing) -> Response {
    let mut response = StatusCode::CREATED.into_response();
    let headers = response.headers_mut();
    standing.add_to(headers);
    let address =
        state.links().local(format_args!("/api/v1/rooms/{}/tus/{}", segment(room.as_str()), upload.id));
    headers.extend(HeaderValue::try_from(address).ok().map(|address| (header::LOCATION, address)));
    response
}

fn refused(headers: &HeaderMap, body: Body, problem: Problem) -> Problem {
    refuse(headers, body);
    problem.closing()
}

impl Creation {
    /// Reads a request's headers.
    ///
    /// # Errors
    ///
    /// When one of them is missing, malformed, or of no use with another.
    fn read(headers: &HeaderMap, body_is_empty: bool) -> Result<Self, Problem> {
        if headers.contains_key(&UPLOAD_DEFER_LENGTH) {
            let what = "is not possible here: an upload's length must be known when it is made";
            return Err(invalid("Upload-Defer-Length", what));
        }
        let brings_piece = brings_piece(headers);
        if !body_is_empty && !brings_piece {
            return Err(wrong_type());
        }
        let concat = Concat::read(headers)?;
        let metadata = Metadata::read(headers)?;
        let (length, parts) = match &concat {
            Some(Concat::Final(parts)) => {
                if headers.contains_key(&UPLOAD_LENGTH) {
                    return Err(invalid("Upload-Length", "is not possible here: its parts have the length"));
                }
                if !body_is_empty {
                    return Err(invalid("Upload-Concat", "of a final upload goes without a body"));
                }
                (0, Some(parts.clone()))
            }
            Some(Concat::Partial) | None => (number(headers, &UPLOAD_LENGTH, "Upload-Length")?, None),
        };
        let piece = match (&parts, brings_piece) {
            (None, true) => {
                let checksum = Checksum::read(headers)?;
                check_length(headers, length, checksum.is_some())?;
                Some(checksum)
            }
            (Some(_), _) | (None, false) => None,
        };
        let (file, part) = (metadata.file(length)?, concat == Some(Concat::Partial));
        let concat = text(headers, &UPLOAD_CONCAT, "Upload-Concat")?.map(Concat::noted);
        let note = Note { metadata: metadata.sent, concat }.to_text();
        Ok(Self { file: UploadFileRequest::new(file, Pieces::Appended { part, note }), parts, piece })
    }
}
