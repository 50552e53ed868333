//! What Elizabeth's server and its clients send each other: rooms, contents, tokens as JSON objects, and the values in
//! them. One type serves both directions: the server borrows from what it has, a client owns what it reads.
//!
//! A client reads what servers of other versions send: members that are not known here are passed over, and those
//! that an older server leaves out have their default. The objects never enter the domain; they are made from its
//! types here, so that a new column's member is declared and filled in one file.
//!
//! Feature `openapi`: the objects' schemas for an OpenAPI document.

mod content;
mod room;
mod ticket;
mod token;
mod upload;
mod value;

pub use content::{ContentList, ContentObject};
pub use room::RoomObject;
pub use ticket::{TicketAction, TicketObject};
pub use token::{ClaimsObject, TokenObject};
pub use upload::{
    ChunkList, ChunkObject, UploadFileObject, UploadFileProgress, UploadWord, files, files_so_far,
};
pub use value::{Instant, PermissionInput, Size, given};
