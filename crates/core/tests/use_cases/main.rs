//! The use cases over the memory adapters, by a clock that is set by hand.

mod faults;
mod rooms;
mod support;
mod sweep;
mod tokens;
mod uploads;
