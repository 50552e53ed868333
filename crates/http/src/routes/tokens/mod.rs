pub(crate) mod delete;
pub(crate) mod issue;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod validate;
