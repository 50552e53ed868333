pub(crate) mod abandon;
pub(crate) mod complete;
pub(crate) mod list;
pub(crate) mod prepare;
pub(crate) mod put;
pub(crate) mod send;
pub(crate) mod status;
