//! The server's own binary, run as an operator runs it: what only a whole process can show.

mod crash;
mod log;
mod server;
mod tour;
