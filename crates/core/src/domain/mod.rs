//! The rules: what a room, a content, a token, a ticket, an upload is, and what holds for it. Pure, one subject a file.

pub mod archive;
pub mod change;
pub mod content;
pub(crate) mod content_limits;
pub(crate) mod hash;
pub mod id;
pub(crate) mod invalid;
pub(crate) mod kind;
pub(crate) mod language;
pub mod limits;
pub(crate) mod link;
pub(crate) mod manifest;
pub mod name;
pub mod permission;
pub mod policy;
pub mod quota;
pub mod room;
pub mod secret;
pub(crate) mod stored;
pub mod text;
pub mod ticket;
pub mod time;
pub mod token;
pub(crate) mod unauthorized;
pub mod upload;
