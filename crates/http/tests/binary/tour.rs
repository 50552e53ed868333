//! The README's commands, pasted as they stand into a shell.

use std::{path::Path, process::Command};

use crate::server::Server;

/// Pastes the README's block under that heading into a shell; what it printed.
fn paste(heading: &str, place: &Path) -> String {
    let readme = include_str!("../../../../README.md");
    let (_, section) = readme.split_once(&format!("## {heading}\n")).expect("the README has no such section");
    let (_, block) = section.split_once("```sh\n").expect("the section has no block");
    let (commands, _) = block.split_once("```").expect("a block has an end");

    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let shell = Command::new("bash")
        .args(["-euo", "pipefail", "-c", commands])
        .env("HOST", &server.url)
        .current_dir(place)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&shell.stdout), String::from_utf8_lossy(&shell.stderr));
    assert!(shell.status.success(), "{out}\n{err}");
    out.replace(&server.url, "HOST")
}

#[test]
fn the_readmes_tour_works_as_it_stands() {
    let place = tempfile::tempdir().unwrap();
    let out = paste("A short tour of the API", place.path());
    let copy = std::fs::read_to_string(place.path().join("copy.txt")).unwrap();
    assert_eq!(copy, "Pizza at noon.\n");
    assert!(
        out.contains("\"progress_percentage\":100.0") && out.contains("\"upload_status\":\"completed\""),
        "{out}"
    );
    assert!(out.contains("\"owner_key\"") && out.contains("Room deleted successfully"), "{out}");
}

#[test]
fn the_readmes_folder_works_as_it_stands() {
    let place = tempfile::tempdir().unwrap();
    let out = paste("A room as a folder", place.path());
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[..2], ["HOST/picnic/cake.txt", "HOST/picnic/lists/numbers.txt"], "{out}");
    assert!(lines[2].ends_with("Z  cake.txt") && lines[3].ends_with("Z  lists/numbers.txt"), "{out}");
    assert_eq!((lines[4], lines.len()), ("Cheese cake.", 5), "{out}");
    let numbers = std::fs::read_to_string(place.path().join("numbers.txt")).unwrap();
    assert_eq!(numbers.lines().count(), 100_000);
}
