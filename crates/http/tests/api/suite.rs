//! Every test of the interface.

mod admin;
mod archive;
mod bad_input;
mod contents;
mod delivery;
mod document;
mod life;
mod permission_table;
mod rooms;
mod rows;
mod states;
mod system;
mod time;
mod tokens;
