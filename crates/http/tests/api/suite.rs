//! Every test of the interface.

mod bad_input;
mod contents;
mod delivery;
mod files;
mod folder;
mod life;
mod permission_table;
mod rooms;
mod system;
mod time;
mod tokens;
