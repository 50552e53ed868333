//! The README's commands, pasted as they stand into a shell.

use std::{env, path::Path};

use crate::server::{Person, Server};

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_commands_work_as_they_stand() {
    let readme = include_str!("../../../../README.md");
    let (_, section) = readme.split_once("## On the command line").unwrap();
    let (_, rest) = section.split_once("```sh\n").unwrap();
    let (script, _) = rest.split_once("```").unwrap();

    let (server, person) = (Server::start().await, Person::new());
    let tool = Path::new(env!("CARGO_BIN_EXE_elizabeth-cli")).parent().unwrap();
    let path = format!("{}:{}", tool.display(), env::var("PATH").unwrap());
    let shell = std::process::Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .env_clear()
        .env("PATH", path)
        .env("ELIZABETH_SERVER", &server.url)
        .env("ELIZABETH_CONFIG_DIR", person.config())
        .current_dir(person.work())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&shell.stdout), String::from_utf8_lossy(&shell.stderr));
    assert!(shell.status.success(), "{out}\n{err}");
    assert!(out.starts_with(&format!("{}\n", server.at("team-lunch/menu.txt"))), "{out}");
    assert_eq!(person.read("copies/photos/cake.jpg"), person.read("photos/cake.jpg"));
    person.run(&["ls", &server.at("team-lunch")]).failed(4);
}
