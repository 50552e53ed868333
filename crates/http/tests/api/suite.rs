//! Every test of the interface.

mod bad_input;
mod changes;
mod contents;
mod delivery;
mod life;
mod permission_table;
mod rooms;
mod system;
mod texts;
mod time;
mod tokens;
