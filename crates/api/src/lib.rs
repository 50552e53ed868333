//! What Elizabeth's server and its clients send each other: requests and answers as JSON objects, and the values in
//! them. One type serves both directions: the server borrows from what it has, a client owns what it reads.
//!
//! A client reads what servers of other versions send: members that are not known here are passed over, and those
//! that an older server leaves out have their default. The objects never enter the domain; they are made from its
//! types here, so that a new column's member is declared and filled in one file.
//!
//! Feature `openapi`: the objects' schemas for an OpenAPI document.

mod change;
mod chunked;
mod content;
mod edit;
mod event;
mod manifest;
mod presence;
mod room;
mod session;
mod ticket;
mod token;
mod upload;
mod value;

pub use change::{AddText, AddUrl, ChangeContent, DeleteContents, DeletedContents};
pub use chunked::{
    ChunkedManifest, ChunkedManifestFile, ChunkedReservation, CompleteUpload, CompletedFile, CompletedUpload,
    UploadState, UploadUnderWay,
};
pub use content::{ContentList, ContentObject};
pub use edit::{Change, EditObject, EditsMade, EditsObject, MakeEdits};
pub use event::{
    ChangedRoomEvent, ContentEvent, DeletedEvent, EVENT_KINDS, EditedEvent, EventData, UploadEvent,
    UploadInShort,
};
pub use manifest::{Manifest, ManifestFile, Reservation, ReservationReleased, Uploaded};
pub use presence::{BePresent, PresenceEvent, PresentObject, SendSignal, SignalEvent};
pub use room::{ChangeSettings, CreateRoom, CreatedRoom, RoomDeleted, RoomObject, SetPermissions};
pub use session::{
    LoggedOut, Logout, Refresh, RefreshRevoked, RefreshedTokens, RevokeRefresh, TokensCleaned,
};
pub use ticket::{CreateTicket, CreatedTicket, TicketAction, TicketDeleted, TicketObject};
pub use token::{
    ClaimsObject, IssueToken, IssuedToken, RevokeToken, TokenDeleted, TokenObject, TokenRevoked, ValidToken,
    ValidateToken,
};
pub use upload::{
    ChunkList, ChunkObject, UploadFileObject, UploadFileProgress, UploadWord, files, files_so_far,
};
pub use value::{Instant, PermissionInput, Secret, Size, StatusCode, given};
