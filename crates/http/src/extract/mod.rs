//! What handlers take out of a request. Each refuses with a problem, and before any use case runs: syntax first.

mod counted;
mod credential;
mod folder_credential;
mod gather;
mod if_match;
mod json;
mod paging;
mod path;
mod query;
mod room_maker;
mod small_picture;
mod upload_credential;

pub(crate) use counted::Counted;
pub(crate) use credential::{Admin, Credential, ReadCredential};
pub(crate) use folder_credential::FolderCredential;
pub(crate) use if_match::IfMatch;
pub(crate) use json::{Json, OptionalJson, TEXT_LIMIT};
pub(crate) use paging::Paging;
pub(crate) use path::{ChunkPath, InRoom, RoomFile, RoomItem, RoomPath};
pub(crate) use query::Query;
pub(crate) use room_maker::{MayMakeRoom, RoomMaker};
pub(crate) use small_picture::SmallPicture;
pub(crate) use upload_credential::UploadCredential;
