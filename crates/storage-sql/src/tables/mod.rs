//! The tables, one a file: its columns, and the statements that are about it. Values are never part of a text.

pub(crate) mod blob_deletions;
pub(crate) mod chunks;
pub(crate) mod contents;
pub(crate) mod edits;
pub(crate) mod events;
pub(crate) mod installation;
pub(crate) mod leases;
pub(crate) mod pending_blobs;
pub(crate) mod refresh_tokens;
pub(crate) mod reservations;
pub(crate) mod room_addresses;
pub(crate) mod rooms;
pub(crate) mod segments;
pub(crate) mod thumbnails;
pub(crate) mod tickets;
pub(crate) mod tokens;
pub(crate) mod totals;
pub(crate) mod upload_files;
pub(crate) mod uploads;

#[cfg(test)]
mod golden;

use crate::statement::Dialect;

/// The text of the statement that finds a content by its name, for the same proof.
pub fn newest_statement(dialect: Dialect) -> &'static str {
    contents::Newest::fixed().text(dialect)
}

/// The texts of the statements that pieces of uploads run, and what goes on beside them, so that an adapter can prove
/// that none of them reads what is another upload's.
pub fn upload_statements(dialect: Dialect) -> Vec<(&'static str, &'static str)> {
    let statements = [
        uploads::ById::fixed(),
        uploads::ByToken::fixed(),
        uploads::FilesOf::fixed(),
        uploads::Live::fixed(),
        uploads::LiveOfSession::fixed(),
        chunks::OfUpload::fixed(),
        chunks::OfFile::fixed(),
        chunks::ByIndex::fixed(),
        upload_files::SaveHash::fixed(),
        chunks::HandOver::fixed(),
        reservations::LapseOfSession::fixed(),
        uploads::LapseOfGuests::fixed(),
        pending_blobs::Extend::fixed(),
        pending_blobs::Retract::fixed(),
        reservations::UpdateHold::fixed(),
        reservations::Delete::fixed(),
        reservations::DeleteOfRoom::fixed(),
        reservations::DeleteLapsed::fixed(),
        contents::MoreSegments::fixed(),
        thumbnails::OfContent::fixed(),
    ];
    statements.map(|statement| (statement.name, statement.text(dialect))).to_vec()
}

/// The texts of the statements that are about events, and what the sweeper runs for them, for the same proof.
pub fn event_statements(dialect: Dialect) -> Vec<(&'static str, &'static str)> {
    let statements = [
        events::InsertOne::fixed(),
        events::Behind::fixed(),
        events::FirstSince::fixed(),
        events::RoomsOfOld::fixed(),
        events::DeleteUpTo::fixed(),
        uploads::Lapsed::fixed(),
    ];
    statements.map(|statement| (statement.name, statement.text(dialect))).to_vec()
}

/// The texts of the statements that every request runs, so that an adapter can prove that each is served by
/// indexes alone.
pub fn access_statements(dialect: Dialect) -> [(&'static str, &'static str); 2] {
    [rooms::Access::fixed(), contents::Access::fixed()]
        .map(|statement| (statement.name, statement.text(dialect)))
}
