//! Uploads by the tus protocol, version 1.0.0 (<https://tus.io/protocols/resumable-upload>): no part of the OpenAPI
//! document.

mod append;
mod create;
mod delete;
mod head;
mod note;
mod options;
mod patch;
mod protocol;
mod standing;

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    middleware,
    routing::any,
};
use elizabeth_core::{id::UploadId, name::RoomRef, service::UploadAccess};

use super::fallback::not_allowed;
use crate::{
    body::{Answer, refuse},
    extract::{Credential, InRoom, RoomItem},
    state::AppState,
};

/// Where uploads are made, and the uploads.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/v1/rooms/{room}/tus", any(uploads))
        .route("/api/v1/rooms/{room}/tus/", any(uploads))
        .route("/api/v1/rooms/{room}/tus/{id}", any(upload))
        .layer(middleware::from_fn(protocol::speak))
}

// The methods are told apart by hand: a client may name another one in a header.
async fn uploads(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    match parts.method {
        Method::OPTIONS => Ok(options::discover(&state)),
        Method::POST => create::upload(&state, room, credential, &parts.headers, body).await,
        _ => {
            refuse(&parts.headers, body);
            Ok(not_allowed(&parts.method, "OPTIONS, POST", "uploads are made here, by the tus protocol"))
        }
    }
}

async fn upload(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<UploadId>,
    credential: Credential,
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let target = Target::new(room, id, &credential);
    match parts.method {
        Method::OPTIONS => Ok(options::discover(&state)),
        Method::HEAD => head::upload(&state, target).await,
        Method::PATCH => patch::upload(&state, target, &parts.headers, body).await,
        Method::DELETE => delete::upload(&state, target).await,
        _ => {
            refuse(&parts.headers, body);
            let hint = "an upload is looked at, gone on with or given up, by the tus protocol";
            Ok(not_allowed(&parts.method, "DELETE, HEAD, OPTIONS, PATCH", hint))
        }
    }
}

/// The upload that a request is about, and what it shows to work on it.
#[derive(Clone)]
struct Target {
    room: RoomRef,
    upload: UploadId,
    access: UploadAccess,
}

impl Target {
    fn new(room: RoomRef, upload: UploadId, credential: &Credential) -> Self {
        Self { room, upload, access: UploadAccess::Caller { caller: credential.caller().clone(), upload } }
    }
}
