//! The OpenAPI document as a page: written on the server, without a script and without anything from outside.

mod page;
mod schema;
mod text;

pub(crate) use page::page;
