//! Sessions: entering a room, going on, leaving.

mod end;
pub(crate) mod issue;
pub(crate) mod refresh;
pub(crate) mod tokens;

pub(crate) use issue::Entry;
pub use issue::{Issued, IssuedRefresh, TokenRequest};
pub use tokens::{TokenList, TokenPlace};
