pub(crate) mod complete;
pub(crate) mod prepare;
pub(crate) mod put;
pub(crate) mod status;
