//! Every test of the interface.

mod bad_input;
mod contents;
mod delivery;
mod invitations;
mod life;
mod permission_table;
mod rooms;
mod system;
mod ticket_page;
mod tickets;
mod time;
mod tokens;
