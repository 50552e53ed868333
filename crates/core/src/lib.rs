//! Rooms that hold files: the rules, the use cases, and the ports they speak through.
//!
//! A *room* is an address that people choose themselves. Who may enter it may work in it, within the permissions
//! its creator set. This crate decides everything there is to decide about rooms and does no I/O of its own: it
//! reads no clock, no random source, no environment, and needs no particular async runtime. What it needs from
//! the world comes in through the [`ports`]; [`Elizabeth`] offers the use cases.
//!
//! Every rule stands in one module: [`permission`], [`name`] (room names, slugs, file names), [`room`],
//! [`quota`] (who may take how much space, until when), [`token`] (sessions and their lifecycle), [`ticket`] (one-time and
//! narrow credentials), [`content`], [`text`] (texts and links), [`change`] (what may change about a content), [`archive`]
//! (what the files in one are called), [`upload`] (files that come in pieces).
//!
//! Features: `memory` (a store and blobs in memory), `crypto` (JSON Web Tokens and Argon2id behind the crypto
//! port), `conformance` (the suites that every adapter runs).

pub mod archive;
pub mod change;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod content;
#[cfg(feature = "crypto")]
pub mod crypto;
pub mod error;
pub mod id;
#[cfg(feature = "memory")]
pub mod memory;
pub mod name;
pub mod permission;
pub mod policy;
pub mod ports;
pub mod quota;
pub mod room;
pub mod secret;
pub mod service;
pub mod text;
pub mod ticket;
pub mod time;
pub mod token;
pub mod upload;

pub use error::{Error, Invalid, Result, Unauthorized};
pub use service::{Elizabeth, Ports};
