//! The sweeper: what is over goes.

mod events;
mod gc;
mod horizon;
mod in_turn;
mod leader_lease;

pub use gc::GcReport;
pub use leader_lease::SWEEP_LEASE;
