pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod events;
pub(crate) mod permissions;
pub(crate) mod read;
pub(crate) mod settings;
