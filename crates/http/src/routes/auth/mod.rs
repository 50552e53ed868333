pub(crate) mod cleanup;
pub(crate) mod logout;
pub(crate) mod refresh;
pub(crate) mod revoke;
