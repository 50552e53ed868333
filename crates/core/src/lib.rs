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
//! port). The suites that every adapter runs stand in the crate `elizabeth-testing`.

#[cfg(feature = "crypto")]
pub mod crypto;
mod domain;
pub mod error;
#[cfg(feature = "memory")]
pub mod memory;
pub mod ports;
pub mod service;

pub use domain::{
    archive, change, content, id, name, permission, policy, quota, room, secret, text, ticket, time, token,
    upload,
};
pub use error::{Error, Invalid, Result, Unauthorized};
pub use service::{Elizabeth, Ports};
