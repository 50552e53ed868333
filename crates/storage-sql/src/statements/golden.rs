//! Every statement's text in both dialects. After a change: `INSTA_UPDATE=always cargo test`, and read the diff.

use std::fmt::Write;

use elizabeth_core::{
    change::ContentChange,
    content::{Body, Sha256Hash},
    permission::Permission,
    room::{RoomChange, RoomStatus},
    time::Timestamp,
};

use super::{contents, leases, reservations, rooms, sweep, tickets, tokens, uploads};
use crate::{
    connection::Value,
    statement::{Dialect, Fixed, Shape},
};

/// A name, a statement for so many rows, and how many values two rows make.
type Sample = (&'static str, fn(u64) -> Shape, usize);

/// All that have always the same text.
fn every_fixed() -> Vec<&'static Fixed> {
    let parts = [
        rooms::ALL,
        tokens::ALL,
        tickets::ALL,
        reservations::ALL,
        uploads::ALL,
        contents::ALL,
        sweep::ALL,
        leases::ALL,
    ];
    parts.concat()
}

fn all(dialect: Dialect) -> String {
    let mut text = String::new();
    let mut add = |name: &str, sql: &str| writeln!(text, "-- {name}\n{sql};\n").unwrap();
    for fixed in every_fixed() {
        add(fixed.name, fixed.text(dialect));
    }
    let shapes: [Sample; 10] = [
        ("contents_by_id", contents::by_id, 3),
        ("listed_by_id", contents::listed_by_id, 3),
        ("files_of_uploads", uploads::files, 2),
        ("announce_several", reservations::announce, 4),
        ("insert_segments", contents::insert_segments, 9),
        ("queue_blobs_of_contents", contents::queue_blobs, 3),
        ("delete_contents", contents::delete, 3),
        ("queue_blobs", sweep::queue_blobs, 2),
        ("unqueue_blobs", sweep::unqueue_blobs, 2),
        ("queue_blob", |_| sweep::queue_blobs(1), 1),
    ];
    for (name, shape, values) in shapes {
        // An argument without its value is refused: this also proves how many there are.
        let values = vec![Value::Int(None); values];
        add(name, shape(2).with(dialect, values).unwrap().sql.as_str());
    }
    let (shape, values) = rooms::change(7, &every_change()).unwrap();
    add("change_room", shape.with(dialect, values).unwrap().sql.as_str());
    let (shape, values) = contents::change(7, &every_content_change(), Timestamp::EPOCH);
    add("change_content", shape.with(dialect, values).unwrap().sql.as_str());
    let (shape, values) = contents::change(7, &ContentChange::default(), Timestamp::EPOCH);
    add("change_nothing_of_content", shape.with(dialect, values).unwrap().sql.as_str());
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

#[test]
fn a_statement_holds_no_value_but_its_arguments() {
    for fixed in every_fixed() {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let statement = fixed.with(dialect, vec![Value::Int(None); 16]);
            assert!(statement.is_ok(), "{}", fixed.name);
        }
    }
}

#[test]
fn no_change_is_no_statement() {
    assert!(rooms::change(7, &RoomChange::default()).is_none());
}
