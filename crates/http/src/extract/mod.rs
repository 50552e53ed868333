//! What handlers take out of a request. Each refuses with a problem, and before any use case runs: syntax first.

mod credential;
mod json;
mod path;
mod query;

pub(crate) use credential::{Admin, Credential, bearer};
pub(crate) use json::{Json, OptionalJson};
pub(crate) use path::{InRoom, RoomItem};
pub(crate) use query::Query;
