//! Elizabeth over HTTP: routes, extractors, problems as answers, the OpenAPI document, and the server around them.
//!
//! [`app::router`] is the whole interface as a service; [`server::serve`] runs it on a socket.

pub mod app;
mod archive;
pub mod background;
mod body;
pub mod client;
mod connections;
mod delivery;
mod document;
pub mod edge;
mod extract;
mod facts;
mod file_limit;
mod headers;
mod limiter;
pub mod links;
mod live;
mod metrics;
mod pace;
pub mod problem;
pub mod program;
mod protection;
mod readiness;
mod reference;
mod request;
mod routes;
pub mod server;
mod shared_look;
pub mod state;
mod upload;
