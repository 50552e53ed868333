//! A client of an Elizabeth: it makes and enters rooms, sends files and fetches them.
//!
//! A [`Client`] speaks to one [`Server`]; a [`Session`] is a room that was entered, whose token it renews by itself.
//! [`upload`] sends small files in one request, [`upload_in_chunks`] large ones so that they can be gone on with, and
//! [`download`] compares what it fetches with its hash. How far they are is reported to a [`Progress`]. [`Events`] follows
//! what happens in a room.
//!
//! ```no_run
//! use std::{path::Path, sync::Arc};
//!
//! use elizabeth_client::{Client, Credentials, LocalFile, Progress, Session, Target, UploadOptions, upload};
//!
//! # async fn share() -> Result<(), Box<dyn std::error::Error>> {
//! let target = Target::parse("example.org/team-lunch", None)?;
//! let client = Client::new(target.server, "my-program/1.0")?;
//! let mut session = Session::enter(&client, &target.room, &Credentials::default()).await?;
//! let menu = LocalFile::find(Path::new("menu.pdf"))?;
//! let unheard: Arc<dyn Progress> = Arc::new(());
//! upload(&mut session, &[menu], &UploadOptions::default(), &unheard).await?;
//! for content in session.contents().await? {
//!     println!("{}", content["file_name"]);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Sizes are bytes. What a server is asked for is written by the types of its API, such as [`AddText`]; what it answers comes as [`serde_json::Value`], with all that it sent,
//! and is read with [`read`] as a [`Room`] or a [`Content`]. Everything can be cancelled by dropping its future: the
//! server gives back what an unfinished request held, and keeps the chunks that have arrived. The futures need a Tokio
//! runtime with time and I/O.

mod address;
mod backoff;
mod chunked;
mod client;
mod download;
mod error;
mod events;
mod line;
mod local_file;
mod pass;
mod progress;
mod reading;
mod session;
mod token;
mod upload;

pub use self::{
    address::{Server, Target, TargetError, Which},
    chunked::{ChunkOptions, PARALLEL, Placed, UploadError, is_large, upload_in_chunks, uploads_of},
    client::{Client, read},
    download::download,
    error::ClientError,
    events::{Events, Followed, RoomEvent},
    local_file::LocalFile,
    progress::{Event, Progress},
    session::{Credentials, OwnerKey, RefreshToken, Session},
    upload::{UploadOptions, upload},
};

pub use elizabeth_api::{
    AddText, AddUrl, ChangeContent, ChangeSettings, CreateRoom, CreateTicket, DeleteContents,
    DeletedContents, Instant, PermissionInput, Secret, SetPermissions, StatusCode as RoomStatus,
    TicketAction,
};
pub use elizabeth_core::ErrorCode;
pub use reqwest::{Method, StatusCode};

/// A room, as a server describes it.
pub type Room = elizabeth_api::RoomObject<'static>;
/// A content, as a server describes it.
pub type Content = elizabeth_api::ContentObject<'static>;
