//! What handlers take out of a request. Each refuses with a problem, and before any use case runs: syntax first.

mod caller;
mod credential;
mod json;
mod path;
mod query;

pub(crate) use caller::Caller;
pub(crate) use credential::{Admin, Credential};
pub(crate) use json::{Json, OptionalJson};
pub(crate) use path::{InRoom, RoomFile, RoomItem, RoomPath};
pub(crate) use query::Query;
