//! Rooms that hold files: the rules, the use cases, and the ports they speak through.
//!
//! A *room* is an address that people choose themselves. Who may enter it may work in it, within the permissions
//! its creator set. This crate decides everything there is to decide about rooms and does no I/O of its own: it
//! reads no clock, no random source, no environment, and needs no particular async runtime. What it needs from
//! the world comes in through the [`ports`]; [`Elizabeth`] offers the use cases.
//!
//! # A room in a program
//!
//! With the features `memory`, `crypto` and `system` this is all it takes (`examples/embed.rs`). To keep what is in
//! the rooms, give the [`builder`](Elizabeth::builder) a store and blobs that do.
//!
#![cfg_attr(all(feature = "crypto", feature = "memory", feature = "system"), doc = "```")]
#![cfg_attr(not(all(feature = "crypto", feature = "memory", feature = "system")), doc = "```ignore")]
#![doc = include_str!("../examples/embed.rs")]
//! ```
//!
//! # Where things are
//!
//! Every rule stands in one module: [`permission`], [`name`] (room names, slugs, file names), [`room`],
//! [`quota`] (who may take how much space, until when), [`limits`] and [`counts`] (how many of everything there may be), [`client`]
//! (who calls, as far as the network tells), [`token`] (sessions and their lifecycle), [`ticket`] (one-time and narrow
//! credentials), [`content`], [`text`] (texts and links), [`thumbnail`] (their small pictures), [`sniff`] and [`media_kind`] (what they are to people), [`change`] (what may change about a content), [`change_set`]
//! (how several people change one text), [`edits`] (which of their edits are kept), [`event`] (what happened in a room), [`archive`] (what the files in one are
//! called), [`upload`] (files that come in pieces). [`prelude`] has what programs use most.
//!
//! # Features
//!
//! - `memory`: a store and blobs in memory.
//! - `crypto`: JSON Web Tokens and Argon2id behind the crypto ports.
//! - `system`: the clock and the randomness of the operating system.
//!
//! All are off by default. The suites that every adapter runs stand in the crate `elizabeth-testing`.

pub mod builder;
mod code;
#[cfg(feature = "crypto")]
pub mod crypto;
mod domain;
pub mod error;
#[cfg(feature = "memory")]
pub mod memory;
pub mod ports;
pub mod prelude;
pub mod service;
mod settable;
#[cfg(feature = "system")]
pub mod system;

pub use code::ErrorCode;
pub use domain::{
    archive, change, change_set, client, content, counts, edits, event, id, installation, leap, limits,
    media_kind, name, permission, policy, quota, room, secret, sniff, text, thumbnail, ticket, time, token,
    upload,
};
pub use error::{Error, Invalid, Result, Unauthorized};
pub use service::{Caller, Elizabeth, Ports};
