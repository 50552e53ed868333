//! Rooms, contents, tokens as they stand in answers, and the values that stand in requests. They never enter core.

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
pub(crate) use value::given;
pub use value::{Instant, PermissionInput, Size};
