//! The README's tour, pasted as it stands into a shell.

use std::process::Command;

use crate::server::Server;

#[test]
fn the_readmes_tour_works_as_it_stands() {
    let readme = include_str!("../../../../README.md");
    let (_, rest) = readme.split_once("```sh\n").expect("the README has a tour");
    let (tour, _) = rest.split_once("```").expect("the tour has an end");

    let data = tempfile::tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let shell = Command::new("bash")
        .args(["-euo", "pipefail", "-c", tour])
        .env("HOST", &server.url)
        .current_dir(place.path())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&shell.stdout), String::from_utf8_lossy(&shell.stderr));
    assert!(shell.status.success(), "{out}\n{err}");
    let copy = std::fs::read_to_string(place.path().join("copy.txt")).unwrap();
    assert_eq!(copy, "Pizza at noon.\n");
    assert!(out.contains("\"owner_key\"") && out.contains("Room deleted successfully"), "{out}");
}
