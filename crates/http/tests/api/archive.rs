//! `GET /rooms/{room}/archive.zip`: one zip file of a room's contents, as `unzip` reads it.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use reqwest::{Method, multipart};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{TestServer, header, ok, refused};

/// Runs `unzip`; what it says, and its exit code.
fn unzip(args: &[&str], folder: &Path) -> (String, Option<i32>) {
    let output = Command::new("unzip").args(args).current_dir(folder).env("LC_ALL", "C.UTF-8").output();
    let Ok(output) = output else { panic!("the tests need unzip: `cargo xtask test` installs it") };
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (text.into_owned(), output.status.code())
}

/// Fetches an archive; the folder with it, tested and unpacked.
async fn unpacked(server: &TestServer, token: &str, query: &str) -> TempDir {
    let path = format!("/rooms/z/archive.zip{query}");
    let answer = server.request(Method::GET, &path, Some(token)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-type"), "application/zip");
    assert_eq!(header(&answer, "content-disposition"), "attachment; filename=\"z.zip\"");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("z.zip"), answer.bytes().await.unwrap()).unwrap();
    for args in [&["-t", "z.zip"][..], &["-q", "z.zip", "-d", "z"]] {
        let (text, code) = unzip(args, folder.path());
        assert_eq!(code, Some(0), "{text}");
    }
    folder
}

fn listing(folder: &Path) -> Vec<String> {
    fn add(folder: &Path, prefix: &str, names: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                add(&entry.path(), &format!("{name}/"), names);
            } else {
                names.push(name);
            }
        }
    }
    let mut names = Vec::new();
    add(folder, "", &mut names);
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_what_the_room_holds() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("z").await;
    let text = "all work and no play\n".repeat(20_000);
    let noise: Vec<u8> = (0..300_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let first = server.upload("z", &token, "notes.txt", text.clone()).await;
    server.upload("z", &token, "notes.txt", "two").await;
    let third = server.upload("z", &token, "notes.txt", "three").await;
    server.upload("z", &token, "notes (2).txt", "my own").await;
    // In chunks: its bytes are in several blobs.
    server.upload_chunks("z", &token, "bilder/grüße/会议.png", &noise).await;
    server.upload("z", &token, "empty", "").await;
    server.upload_as("z", &token, json!({"name": "counted", "max_downloads": 5}), "x").await;
    let over = json!({"name": "over", "expire_at": "2026-11-01T12:00:30Z"});
    server.upload_as("z", &token, over, "x").await;
    server.clock.advance(Duration::from_secs(60));

    let folder = unpacked(&server, &token, "").await;
    let z = folder.path().join("z");
    let names =
        ["bilder/grüße/会议.png", "empty", "notes (2).txt", "notes (3).txt", "notes (4).txt", "notes.txt"];
    assert_eq!(listing(&z), names);
    assert_eq!(fs::read_to_string(z.join("notes.txt")).unwrap(), text);
    assert_eq!(fs::read_to_string(z.join("notes (2).txt")).unwrap(), "my own");
    assert_eq!(fs::read_to_string(z.join("notes (4).txt")).unwrap(), "three");
    assert_eq!(fs::read(z.join("bilder/grüße/会议.png")).unwrap(), noise);
    // Text is packed, a picture is stored.
    let size = folder.path().join("z.zip").metadata().unwrap().len();
    assert!(size > 300_000 && size < 310_000, "{size}");
    let modified = z.join("notes.txt").metadata().unwrap().modified().unwrap();
    let noon = server.app.now().as_secs().unsigned_abs() - 60;
    assert_eq!(modified, SystemTime::UNIX_EPOCH + Duration::from_secs(noon));

    let chosen = unpacked(&server, &token, &format!("?ids={},{}", third["id"], first["id"])).await;
    assert_eq!(listing(&chosen.path().join("z")), ["notes (2).txt", "notes.txt"]);
    server.app.flush_downloads().await.unwrap();
    let meta = server.get(&format!("/rooms/z/contents/{}/meta", first["id"]), Some(&token)).await;
    assert_eq!(meta["download_count"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_room_is_an_empty_archive() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("z").await;
    let answer = server.request(Method::GET, "/rooms/z/archive.zip", Some(&token)).send().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("z.zip"), answer.bytes().await.unwrap()).unwrap();
    // It opens; that there is nothing in it is a warning to unzip.
    let (text, code) = unzip(&["-t", "z.zip"], folder.path());
    assert!(text.contains("zipfile is empty") && code == Some(1), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_of_a_thousand_files_opens() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("z").await;
    let files: Vec<_> = (0..1_000).map(|n| json!({"name": format!("{n}.txt"), "size": 4})).collect();
    let reservation = server.prepare("z", &token, json!(files)).await;
    let form = (0..1_000).fold(multipart::Form::new(), |form, n| {
        form.part("file", multipart::Part::text(format!("{n:04}")).file_name(format!("{n}.txt")))
    });
    ok(server.upload_form("z", &token, reservation, form)).await;
    let folder = unpacked(&server, &token, "").await;
    let z = folder.path().join("z");
    assert_eq!(listing(&z).len(), 1_000);
    for n in 0..1_000 {
        assert_eq!(fs::read_to_string(z.join(format!("{n}.txt"))).unwrap(), format!("{n:04}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_cannot_be_made_is_refused_or_breaks() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("z").await;
    let content = server.upload("z", &token, "a.bin", vec![1; 3 << 20]).await;
    let ask =
        |query: &str| server.request(Method::GET, &format!("/rooms/z/archive.zip{query}"), Some(&token));
    refused(ask(&format!("?ids={},99999", content["id"])), 404, "content_not_found").await;
    refused(ask("?ids="), 400, "invalid_query").await;
    refused(ask("?ids=1,x"), 400, "invalid_query").await;
    let many: Vec<String> = (1..=1_001).map(|n| n.to_string()).collect();
    refused(ask(&format!("?ids={}", many.join(","))), 400, "invalid_ids").await;

    // Looking is free.
    let head = server.request(Method::HEAD, "/rooms/z/archive.zip", Some(&token)).send().await.unwrap();
    assert_eq!((head.status().as_u16(), header(&head, "content-type")), (200, "application/zip"));
    assert_eq!(header(&head, "content-length"), "");
    server.app.flush_downloads().await.unwrap();
    let meta = format!("/rooms/z/contents/{}/meta", content["id"]);
    assert_eq!(server.get(&meta, Some(&token)).await["download_count"], 0);

    server.break_blobs();
    let answer = ask("").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err(), "half an archive was taken for whole");
}
