//! Every statement's text in both dialects. After a change: `INSTA_UPDATE=always cargo test`, and read the diff.

use std::fmt::Write;

use bytes::Bytes;
use elizabeth_core::{
    change::ContentChange,
    change_set::ChangeSet,
    content::{BlobLocation, Body, Segment, Sha256Hash},
    edits::{EditPlace, Editor, KeptEdit, TextEdit},
    id::{BlobKey, ContentId, ReservationId, RoomId, SessionId},
    permission::Permission,
    room::{RoomChange, RoomStatus},
    time::Timestamp,
};
use uuid::Uuid;

use super::{
    blob_deletions, chunks, contents, edits, events, installation, leases, pending_blobs, refresh_tokens,
    reservations, room_addresses, rooms, segments, thumbnails, tickets, tokens, totals, upload_files,
    uploads,
};
use crate::{
    statement::{Bound, Dialect, Fixed, Run},
    value::Value,
};

/// All that have always the same text.
fn every_fixed() -> Vec<&'static Fixed> {
    vec![
        rooms::Access::fixed(),
        rooms::ById::fixed(),
        rooms::Page::fixed(),
        rooms::Lock::fixed(),
        rooms::LockById::fixed(),
        rooms::Insert::fixed(),
        room_addresses::Insert::fixed(),
        room_addresses::Owned::fixed(),
        rooms::DeleteOldAddresses::fixed(),
        rooms::Delete::fixed(),
        rooms::Expired::fixed(),
        rooms::Check::fixed(),
        tokens::Insert::fixed(),
        tokens::ByJti::fixed(),
        tokens::Live::fixed(),
        tokens::LiveOfSession::fixed(),
        tokens::Revoke::fixed(),
        tokens::RevokeOfSession::fixed(),
        refresh_tokens::RevokeOfSession::fixed(),
        tokens::RevokeOfGuests::fixed(),
        refresh_tokens::RevokeOfGuests::fixed(),
        refresh_tokens::Insert::fixed(),
        refresh_tokens::LockRoom::fixed(),
        refresh_tokens::Lock::fixed(),
        refresh_tokens::Use::fixed(),
        tickets::Insert::fixed(),
        tickets::ById::fixed(),
        tickets::ByHash::fixed(),
        tickets::Live::fixed(),
        tickets::LiveOfSession::fixed(),
        tickets::Use::fixed(),
        tickets::Revoke::fixed(),
        tickets::RevokeOfSession::fixed(),
        tickets::RevokeOfGuests::fixed(),
        reservations::Insert::fixed(),
        reservations::ById::fixed(),
        reservations::LiveHolds::fixed(),
        reservations::UpdateHold::fixed(),
        reservations::Delete::fixed(),
        reservations::DeleteOfRoom::fixed(),
        pending_blobs::Announce::fixed(),
        pending_blobs::ExtendOfReservation::fixed(),
        pending_blobs::RetractOfReservation::fixed(),
        uploads::Insert::fixed(),
        uploads::ById::fixed(),
        uploads::ByToken::fixed(),
        uploads::Live::fixed(),
        uploads::LiveOfSession::fixed(),
        uploads::FilesOf::fixed(),
        chunks::OfUpload::fixed(),
        chunks::OfFile::fixed(),
        chunks::ByIndex::fixed(),
        chunks::Insert::fixed(),
        upload_files::CountChunk::fixed(),
        upload_files::SaveHash::fixed(),
        upload_files::Settle::fixed(),
        chunks::HandOver::fixed(),
        reservations::LapseOfSession::fixed(),
        uploads::LapseOfGuests::fixed(),
        pending_blobs::Extend::fixed(),
        pending_blobs::Retract::fixed(),
        contents::Access::fixed(),
        contents::MoreSegments::fixed(),
        contents::Page::fixed(),
        contents::PageOfSession::fixed(),
        contents::BarePage::fixed(),
        contents::BarePageOfSession::fixed(),
        contents::Newest::fixed(),
        contents::NewestOfSession::fixed(),
        contents::Insert::fixed(),
        edits::Between::fixed(),
        edits::End::fixed(),
        edits::InsertOne::fixed(),
        edits::DeleteOfText::fixed(),
        edits::DeleteOfRoom::fixed(),
        segments::InsertOne::fixed(),
        segments::DeleteOfContent::fixed(),
        contents::SetThumbnailSize::fixed(),
        thumbnails::OfContent::fixed(),
        thumbnails::Put::fixed(),
        thumbnails::Delete::fixed(),
        contents::QueueBlobsOfRoom::fixed(),
        contents::QueueBlobsOfContent::fixed(),
        contents::TotalOfRoom::fixed(),
        contents::Downloads::fixed(),
        contents::DownloadsOfSession::fixed(),
        contents::CountDownload::fixed(),
        contents::AddDownloads::fixed(),
        contents::Dead::fixed(),
        reservations::CountLapsed::fixed(),
        reservations::DeleteLapsed::fixed(),
        pending_blobs::CountLapsed::fixed(),
        pending_blobs::DeleteLapsed::fixed(),
        tokens::CountDead::fixed(),
        refresh_tokens::CountDead::fixed(),
        tickets::CountDead::fixed(),
        tokens::DeleteDead::fixed(),
        refresh_tokens::DeleteDead::fixed(),
        tickets::DeleteDead::fixed(),
        blob_deletions::Queued::fixed(),
        blob_deletions::Count::fixed(),
        rooms::Count::fixed(),
        contents::Count::fixed(),
        leases::Take::fixed(),
        leases::Release::fixed(),
        installation::Known::fixed(),
        installation::Name::fixed(),
        installation::MarkBlobs::fixed(),
        installation::SetRemovedUntil::fixed(),
        installation::Probe::fixed(),
        totals::Lock::fixed(),
        totals::Share::fixed(),
        totals::Outstanding::fixed(),
        totals::Sums::fixed(),
        events::InsertOne::fixed(),
        events::Behind::fixed(),
        events::FirstSince::fixed(),
        events::RoomsOfOld::fixed(),
        events::DeleteUpTo::fixed(),
        uploads::Lapsed::fixed(),
        uploads::CountLive::fixed(),
        uploads::Outlines::fixed(),
        uploads::OutlinesOfSession::fixed(),
        contents::Numbers::fixed(),
        contents::NumbersOfSession::fixed(),
        tokens::CountOfRoom::fixed(),
        refresh_tokens::CountOfRoom::fixed(),
        tickets::CountOfRoom::fixed(),
        tokens::DeleteDeadOfRoom::fixed(),
        refresh_tokens::DeleteDeadOfRoom::fixed(),
        tickets::DeleteDeadOfRoom::fixed(),
        tokens::DeleteOfSession::fixed(),
        refresh_tokens::DeleteOfSession::fixed(),
    ]
}

/// The text of one that is built for its values. Each of these has its place, or it would be refused.
fn built(statement: impl Run, dialect: Dialect) -> String {
    statement.statement(dialect).unwrap().sql.as_str().to_owned()
}

fn all(dialect: Dialect) -> String {
    let mut text = String::new();
    let mut add = |name: &str, sql: &str| writeln!(text, "-- {name}\n{sql};\n").unwrap();
    for fixed in every_fixed() {
        add(fixed.name, fixed.text(dialect));
    }
    let (room, ids) = (RoomId(1), [ContentId(1), ContentId(2)]);
    let keys = [1, 2].map(|n| BlobKey::from_random([n; 16]));
    let segments = [1, 2].map(|_| Segment { size: 0, location: BlobLocation::Inline(Bytes::new()) });
    let (upload, until) = (ReservationId(1), Timestamp::EPOCH);
    add("contents_by_id", &built(contents::by_id(room, &ids), dialect));
    add("listed_by_id", &built(contents::listed_by_id(room, &ids), dialect));
    add("files_of_uploads", &built(uploads::files_of(&[upload, upload]), dialect));
    let happened = [(None, String::new()), (Some(SessionId(Uuid::nil())), String::new())];
    add("insert_events", &built(events::insert_several(room, until, &happened), dialect));
    add("event_ranges", &built(events::ranges(&[room, room]), dialect));
    add("announce_several", &built(pending_blobs::announce(upload, until, &keys), dialect));
    let kept = KeptEdit {
        version: 2,
        place: EditPlace::default(),
        edit: TextEdit { editor: Editor::none(), change: ChangeSet::default() },
    };
    let edits = [1, 2].map(|_| (&kept, String::new()));
    add("insert_edits", &built(edits::insert(room, ids[0], &edits), dialect));
    add("insert_segments", &built(segments::insert(ids[0], 0, &segments), dialect));
    add("queue_blobs_of_contents", &built(contents::queue_blobs(room, &ids), dialect));
    add("delete_contents", &built(contents::delete(room, &ids), dialect));
    add("queue_blobs", &built(blob_deletions::queue(&keys), dialect));
    add("unqueue_blobs", &built(blob_deletions::unqueue(&keys), dialect));
    add("queue_blob", &built(blob_deletions::queue(&keys[..1]), dialect));
    add("change_room", &built(rooms::change(room, &every_change()).unwrap(), dialect));
    add("change_content", &built(contents::change(ids[0], &every_content_change(), until), dialect));
    add(
        "change_nothing_of_content",
        &built(contents::change(ids[0], &ContentChange::default(), until), dialect),
    );
    text
}

fn every_content_change() -> ContentChange {
    ContentChange {
        file_name: Some(None),
        mime_type: Some("text/plain".into()),
        language: Some(None),
        pinned: Some(true),
        max_downloads: Some(Some(1)),
        expire_at: Some(None),
        body: Some(Body { sha256: Sha256Hash([0; 32]), segments: vec![] }),
        versions: 1,
    }
}

fn every_change() -> RoomChange {
    RoomChange {
        permission: Some(Permission::all()),
        slug: Some("slug".into()),
        status: Some(RoomStatus::Locked),
        password_hash: Some(None),
        max_size: Some(1),
        max_entries: Some(Some(1)),
        entries: Some(1),
        expire_at: Some(None),
        owner_claimed: Some(true),
        updated_at: Some(Timestamp::EPOCH),
    }
}

#[test]
fn statements_of_sqlite() {
    insta::assert_snapshot!("sqlite", all(Dialect::Sqlite));
}

#[test]
fn statements_of_postgres() {
    insta::assert_snapshot!("postgres", all(Dialect::Postgres));
}

/// A statement that is in no list would have no golden text.
#[test]
fn every_statement_is_golden() {
    let sources = [
        include_str!("blob_deletions.rs"),
        include_str!("chunks.rs"),
        include_str!("contents.rs"),
        include_str!("edits.rs"),
        include_str!("events.rs"),
        include_str!("installation.rs"),
        include_str!("leases.rs"),
        include_str!("pending_blobs.rs"),
        include_str!("refresh_tokens.rs"),
        include_str!("reservations.rs"),
        include_str!("room_addresses.rs"),
        include_str!("rooms.rs"),
        include_str!("segments.rs"),
        include_str!("thumbnails.rs"),
        include_str!("tickets.rs"),
        include_str!("tokens.rs"),
        include_str!("totals.rs"),
        include_str!("upload_files.rs"),
        include_str!("uploads.rs"),
    ];
    let declared: usize = sources.iter().map(|source| source.matches("\nstatement! {").count()).sum();
    assert_eq!(every_fixed().len(), declared);
}

#[test]
fn a_statement_holds_no_value_but_its_arguments() {
    for fixed in every_fixed() {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let statement = Bound::<()>::new(fixed, vec![Value::Int(None); 16]).statement(dialect);
            assert!(statement.is_ok(), "{}", fixed.name);
        }
    }
}

#[test]
fn no_change_is_no_statement() {
    assert!(rooms::change(RoomId(7), &RoomChange::default()).is_none());
}
