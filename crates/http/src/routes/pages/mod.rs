//! What browsers open: server-rendered pages, not part of the OpenAPI document.

pub(crate) mod ticket;
