pub(crate) mod archive;
pub(crate) mod bytes;
pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod meta;
pub(crate) mod prepare;
pub(crate) mod upload;
