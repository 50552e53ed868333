use std::borrow::Cow;

use elizabeth_core::{
    event::{Happening, RoomEvent},
    service::About,
    time::Timestamp,
    upload::ChunkedUpload,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ContentObject, EditObject, Instant, RoomObject};

/// The words of all events: what stands behind `event:`.
pub const EVENT_KINDS: [&str; 12] = [
    "content.created",
    "content.updated",
    "content.deleted",
    "content.edited",
    "upload.started",
    "upload.progress",
    "upload.ended",
    "room.updated",
    "room.deleted",
    "presence",
    "signal",
    "reset",
];

/// What happened, with what it is about as that stands by now: what stands behind `data:`. The event's word says which
/// form it has.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventData<'a> {
    /// `content.created` and `content.updated`.
    Content(Box<ContentEvent<'a>>),
    /// `content.deleted`.
    Deleted(DeletedEvent<'a>),
    /// `content.edited`.
    Edited(EditedEvent),
    /// `upload.started`, `upload.progress` and `upload.ended`.
    Upload(UploadEvent<'a>),
    /// `room.updated`.
    Room(Box<ChangedRoomEvent<'a>>),
}

/// A content that was added or changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContentEvent<'a> {
    /// Its number.
    pub id: i64,
    /// The content as in a list; null where it has been deleted since.
    pub content: Option<ContentObject<'a>>,
}

/// Contents that are gone.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedEvent<'a> {
    /// Their numbers, ascending.
    pub ids: Cow<'a, [i64]>,
}

/// A text that was edited.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditedEvent {
    /// Its number.
    pub id: i64,
    /// The version that the edits start from.
    pub from: u64,
    /// The version that they end at.
    pub to: u64,
    /// One for each version, in order; null where they are not all kept any more, and the text has to be read anew.
    pub edits: Option<Vec<EditObject>>,
}

/// An upload in pieces that begins, goes on or ends.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadEvent<'a> {
    /// What the upload is known by.
    pub reservation_id: Uuid,
    /// How it stands; null where it is under way no more.
    pub upload: Option<UploadInShort<'a>>,
}

/// An upload in pieces as everybody may see it. `GET …/uploads` has its files.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadInShort<'a> {
    /// The name of its first file.
    pub name: Cow<'a, str>,
    /// How many files it has.
    pub file_count: usize,
    /// Bytes that have arrived.
    pub uploaded_size: u64,
    /// Bytes announced.
    pub reserved_size: u64,
    /// When it was announced.
    pub started_at: Instant,
    /// When it is gone unless more comes.
    pub expires_at: Instant,
}

/// A room whose settings or permission changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedRoomEvent<'a> {
    /// The room; null where it has been deleted since.
    pub room: Option<RoomObject<'a>>,
}

impl<'a> From<&'a ChunkedUpload> for UploadInShort<'a> {
    fn from(upload: &'a ChunkedUpload) -> Self {
        Self {
            name: upload.files.first().map_or_else(Cow::default, |file| file.file.name.as_str().into()),
            file_count: upload.files.len(),
            uploaded_size: upload.arrived(),
            reserved_size: upload.announced(),
            started_at: Instant(upload.created_at),
            expires_at: Instant(upload.hold.deadline),
        }
    }
}

impl<'a> EventData<'a> {
    /// An event with what it is about, at an instant.
    pub fn of(event: &RoomEvent, about: &'a About, now: Timestamp) -> Self {
        let content = || match about {
            About::Content(content) => content.as_ref().map(ContentObject::from),
            About::Nothing | About::Edits(_) | About::Upload(_) | About::Room(_) => None,
        };
        let upload = || match about {
            About::Upload(upload) => upload.as_ref().map(UploadInShort::from),
            About::Nothing | About::Content(_) | About::Edits(_) | About::Room(_) => None,
        };
        let room = || match about {
            About::Room(room) => room.as_ref().map(|room| RoomObject::new(room, now)),
            About::Nothing | About::Content(_) | About::Edits(_) | About::Upload(_) => None,
        };
        let edits = || match about {
            About::Edits(edits) => edits.as_ref().map(|edits| edits.iter().map(EditObject::from).collect()),
            About::Nothing | About::Content(_) | About::Upload(_) | About::Room(_) => None,
        };
        match &event.what {
            Happening::ContentCreated { id } | Happening::ContentUpdated { id } => {
                Self::Content(Box::new(ContentEvent { id: id.0, content: content() }))
            }
            Happening::ContentDeleted { ids } => {
                Self::Deleted(DeletedEvent { ids: ids.iter().map(|id| id.0).collect::<Vec<_>>().into() })
            }
            Happening::ContentEdited { id, from, to } => {
                Self::Edited(EditedEvent { id: id.0, from: *from, to: *to, edits: edits() })
            }
            Happening::UploadStarted { id }
            | Happening::UploadProgress { id, .. }
            | Happening::UploadEnded { id } => {
                Self::Upload(UploadEvent { reservation_id: id.0, upload: upload() })
            }
            Happening::RoomUpdated => Self::Room(Box::new(ChangedRoomEvent { room: room() })),
        }
    }
}
