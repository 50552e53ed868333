pub(crate) mod release;
