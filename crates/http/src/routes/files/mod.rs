pub(crate) mod put;
