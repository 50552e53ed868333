//! Every test of the interface.

mod admin;
mod archive;
mod bad_input;
mod changes;
mod chunk_claims;
mod chunk_life;
mod chunks;
mod contents;
mod delivery;
mod document;
mod files;
mod folder;
mod invitations;
mod life;
mod page;
mod permission_table;
mod rooms;
mod rows;
mod states;
mod system;
mod texts;
mod ticket_page;
mod tickets;
mod time;
mod tokens;
mod tus;
