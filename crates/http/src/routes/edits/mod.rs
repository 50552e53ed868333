pub(crate) mod make;
pub(crate) mod since;
