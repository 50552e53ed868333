pub(crate) mod archive;
pub(crate) mod delete;
pub(crate) mod download;
pub(crate) mod list;
pub(crate) mod meta;
pub(crate) mod prepare;
pub(crate) mod upload;
pub(crate) mod view;
