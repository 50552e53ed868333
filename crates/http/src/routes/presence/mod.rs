pub(crate) mod list;
pub(crate) mod sign;
pub(crate) mod signal;
