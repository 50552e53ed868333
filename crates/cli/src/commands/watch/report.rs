//! How an event is written, for people and for programs.

use std::path::Path;

use elizabeth_api::{ChangedRoomEvent, ContentEvent, DeletedEvent, EditedEvent, UploadEvent};
use elizabeth_client::{Content, RoomEvent, read};
use elizabeth_core::{ports::Clock, system::SystemClock, time::Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::{
    error::Error,
    terminal,
    units::{human_second, human_size},
    words::{Permissions, Status},
};

/// How many numbers of contents that are gone stand in a line.
const NUMBERS: usize = 20;

/// An event as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    id: Option<&'a str>,
    event: &'a str,
    data: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

/// An event as one line of JSON: its id, its word, its data as they were sent, and where its content was put.
pub(super) fn json_line(event: &RoomEvent, path: Option<&Path>) -> Result<String, Error> {
    terminal::json_line(&Line {
        id: event.id.as_deref(),
        event: &event.kind,
        data: &event.data,
        path: path.map(|path| path.display().to_string()),
    })
}

/// An event as a line for people: when, what and which.
pub(super) fn line(event: &RoomEvent, path: Option<&Path>) -> String {
    let (at, what) = described(event);
    let at = human_second(at.unwrap_or_else(|| SystemClock.now()));
    let place = path.map(|path| format!("  -> {}", path.display())).unwrap_or_default();
    terminal::line(format!("{at}  {:<15}  {what}{place}", event.kind).trim_end())
}

/// The content that an event has added or changed, as far as it is still there.
pub(super) fn content(event: &RoomEvent) -> Option<Content> {
    read::<ContentEvent<'static>>(&event.data).ok()?.content
}

/// The numbers of the contents that an event is about, with spaces between.
pub(super) fn numbers(event: &RoomEvent) -> String {
    match (event.data["id"].as_i64(), read::<DeletedEvent<'static>>(&event.data)) {
        (Some(id), _) => id.to_string(),
        (None, Ok(deleted)) => joined(&deleted.ids, ""),
        (None, Err(_)) => String::new(),
    }
}

/// The name that an event is about: its content's, or of the first file of an upload.
pub(super) fn file_name(event: &RoomEvent) -> Option<String> {
    let name = [&event.data["content"]["file_name"], &event.data["upload"]["name"]];
    name.into_iter().find_map(Value::as_str).map(str::to_owned)
}

/// When it happened, as far as that is known, and what it is about. Of what is not understood here its word has to do.
fn described(event: &RoomEvent) -> (Option<Timestamp>, String) {
    let data = &event.data;
    match event.kind.as_str() {
        "content.created" | "content.updated" => match read::<ContentEvent<'_>>(data) {
            Ok(ContentEvent { content: Some(content), .. }) => {
                let is_new = event.kind == "content.created";
                let at = if is_new { content.created_at } else { content.updated_at };
                let (id, kind, size) = (content.id, &content.content_type, human_size(content.size));
                let name = content.file_name.as_deref().unwrap_or("-");
                (Some(at.0), format!("#{id}  {kind}  {size}  {name}"))
            }
            Ok(ContentEvent { id, content: None }) => (None, format!("#{id}  gone since")),
            Err(_) => (None, String::new()),
        },
        "content.deleted" => (None, read(data).map(|gone| deleted(&gone)).unwrap_or_default()),
        "content.edited" => {
            let edited = read::<EditedEvent>(data);
            (None, edited.map(|edited| format!("#{}  version {}", edited.id, edited.to)).unwrap_or_default())
        }
        "upload.started" | "upload.progress" | "upload.ended" => {
            (None, read(data).map(|upload| uploaded(&upload)).unwrap_or_default())
        }
        "room.updated" => match read::<ChangedRoomEvent<'_>>(data) {
            Ok(ChangedRoomEvent { room: Some(room) }) => {
                let (status, permissions) = (Status::word(room.status), Permissions::words(room.permission));
                let (size, most) = (human_size(room.current_size), human_size(room.max_size));
                let what = format!("{status}, guests may {permissions}, {size} of {most}");
                (Some(room.updated_at.0), what)
            }
            Ok(ChangedRoomEvent { room: None }) | Err(_) => (None, String::new()),
        },
        "reset" => (None, "not all that happened is known any more; what is new follows".to_owned()),
        _ => (None, String::new()),
    }
}

fn deleted(DeletedEvent { ids }: &DeletedEvent<'_>) -> String {
    match ids.split_at_checked(NUMBERS) {
        Some((shown, rest)) if !rest.is_empty() => format!("{} and {} more", joined(shown, "#"), rest.len()),
        Some(_) | None => joined(ids, "#"),
    }
}

fn joined(ids: &[i64], sign: &str) -> String {
    ids.iter().map(|id| format!("{sign}{id}")).collect::<Vec<_>>().join(" ")
}

fn uploaded(UploadEvent { reservation_id, upload }: &UploadEvent<'_>) -> String {
    let Some(upload) = upload else { return reservation_id.to_string() };
    let (arrived, all) = (human_size(upload.uploaded_size), human_size(upload.reserved_size));
    let more = match upload.file_count {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    format!("{arrived} of {all}  {}{more}", upload.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, data: Value) -> RoomEvent {
        RoomEvent { id: Some("1.7".into()), kind: kind.into(), data }
    }

    fn content_named(name: Option<&str>) -> Value {
        json!({"id": 3, "content": {
            "id": 3, "content_type": "file", "file_name": name, "size": 1_536, "sha256": "",
            "created_at": "2026-12-01T08:30:59Z", "updated_at": "2026-12-01T09:00:00Z",
        }})
    }

    #[test]
    fn an_event_is_a_line() {
        let upload = json!({
            "name": "a.bin", "file_count": 3, "uploaded_size": 1_024, "reserved_size": 2_048,
            "started_at": "2026-12-01T08:30:59Z", "expires_at": "2026-12-01T08:30:59Z",
        });
        let id = "00000000-0000-0000-0000-000000000007";
        let all: Vec<i64> = (1..=22).collect();
        for (kind, data, expected) in [
            ("content.created", content_named(Some("a.txt")), "#3  file  1.5 KiB  a.txt"),
            ("content.created", json!({"id": 3, "content": null}), "#3  gone since"),
            ("content.deleted", json!({"ids": [3, 4]}), "#3 #4"),
            ("content.edited", json!({"id": 3, "from": 4, "to": 5, "edits": null}), "#3  version 5"),
            (
                "upload.started",
                json!({"reservation_id": id, "upload": upload}),
                "1.0 KiB of 2.0 KiB  a.bin and 2 more",
            ),
            ("upload.ended", json!({"reservation_id": id, "upload": null}), id),
            ("room.deleted", json!({}), ""),
            ("content.created", json!([]), ""),
            ("of.tomorrow", json!({"id": 1}), ""),
        ] {
            assert_eq!(described(&event(kind, data)).1, expected, "{kind}");
        }
        let many = described(&event("content.deleted", json!({"ids": all}))).1;
        assert!(many.ends_with("#19 #20 and 2 more"), "{many}");
        let added = event("content.created", content_named(Some("a\u{1b}\n.txt")));
        assert_eq!(
            line(&added, Some(Path::new("in/a.txt"))),
            "2026-12-01 08:30:59  content.created  #3  file  1.5 KiB  a\u{fffd}\u{fffd}.txt  -> in/a.txt\n"
        );
        let changed = line(&event("content.updated", content_named(None)), None);
        assert_eq!(changed, "2026-12-01 09:00:00  content.updated  #3  file  1.5 KiB  -\n");
    }

    #[test]
    fn what_a_command_is_told_is_taken_from_the_event() {
        let added = event("content.created", content_named(Some("a b.txt")));
        assert_eq!((numbers(&added), file_name(&added)), ("3".to_owned(), Some("a b.txt".to_owned())));
        let gone = event("content.deleted", json!({"ids": [3, 4]}));
        assert_eq!((numbers(&gone), file_name(&gone)), ("3 4".to_owned(), None));
        assert_eq!(numbers(&event("room.updated", json!({"room": null}))), "");
        let reset = RoomEvent { id: None, ..event("reset", json!({})) };
        assert_eq!(json_line(&reset, None).unwrap(), "{\"id\":null,\"event\":\"reset\",\"data\":{}}\n");
    }
}
