//! What a program that embeds Elizabeth uses most: `use elizabeth_core::prelude::*;`.

pub use bytes::Bytes;
pub use secrecy::{ExposeSecret, SecretString};

pub use crate::{
    Caller, Elizabeth, Error, Ports,
    builder::Builder,
    change::{Edit, VersionPrecondition},
    content::{Content, ContentKind, FileRequest},
    id::ContentId,
    name::{FileName, RoomName, RoomRef},
    permission::Permission,
    policy::Policy,
    room::{RoomOptions, RoomSettings},
    service::{TicketRequest, TokenRequest},
    text::{LinkRequest, TextRequest},
    ticket::TicketPurpose,
    time::Timestamp,
};
