//! The sweeper: what is over goes.

pub(crate) mod gc;
pub(crate) mod in_turn;

pub use gc::GcReport;
pub use in_turn::SWEEP_LEASE;
