//! The commands, one a file: what they take, what they do, what they print.

pub(crate) mod completions;
pub(crate) mod get;
pub(crate) mod invite;
pub(crate) mod ls;
pub(crate) mod man;
pub(crate) mod put;
pub(crate) mod rm;
pub(crate) mod room;
pub(crate) mod text;
pub(crate) mod watch;
