//! The OpenAPI document before tools that others wrote: it is valid, and a client that is generated from it does what
//! there is to do, against the server's own binary.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "test code: what cannot go on fails by panicking, and says how far it came"
)]

#[path = "../binary/server.rs"]
#[expect(dead_code, reason = "the other test program uses the rest")]
mod server;
#[path = "../tools/mod.rs"]
mod tools;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use crate::server::{Server, client};

/// Where Python finds the validator and the generator.
static PYTHON: LazyLock<PathBuf> =
    LazyLock::new(|| tools::python("document-tools", include_str!("requirements.txt")));
/// Where Node finds Spectral.
static NODE: LazyLock<PathBuf> = LazyLock::new(|| {
    tools::node("document-tools", include_str!("package.json"), include_str!("package-lock.json"))
});

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_valid() {
    let (place, server) = start();
    let document = fetch(&server, place.path()).await;
    run(python(&["-m", "openapi_spec_validator"]).arg(&document));
    let mut spectral = Command::new("node");
    spectral.arg(NODE.join("@stoplight/spectral-cli/dist/index.js")).arg("lint").arg(&document);
    run(spectral.args(["--fail-severity", "warn", "--ruleset"]).arg(beside("ruleset.yaml")));
}

/// Each of fifteen calls, with what it sent and got compared.
#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_does_what_there_is_to_do() {
    let (place, server) = start();
    let document = fetch(&server, place.path()).await;
    let mut generate = python(&["-m", "openapi_python_client", "generate", "--meta", "none"]);
    generate.arg("--fail-on-warning").arg("--config").arg(beside("client.yaml"));
    generate.arg("--output-path").arg(place.path().join("elizabeth_client")).arg("--path").arg(&document);
    run(&mut generate);
    let mut calls = python(&[]);
    // What was generated, and what it stands on.
    let paths = std::env::join_paths([place.path(), PYTHON.as_path()]).unwrap();
    run(calls.arg(beside("calls.py")).arg(&server.url).env("PYTHONPATH", paths));
}

fn start() -> (tempfile::TempDir, Server) {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(&place.path().join("data"), &[]);
    (place, server)
}

/// Keeps the document as a file.
async fn fetch(server: &Server, place: &Path) -> PathBuf {
    let answer = client().get(format!("{}/api/v1/openapi.json", server.url)).send().await.unwrap();
    let path = place.join("openapi.json");
    fs::write(&path, answer.error_for_status().unwrap().bytes().await.unwrap()).unwrap();
    path
}

fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/document_tools").join(name)
}

fn python(arguments: &[&str]) -> Command {
    let mut python = Command::new("python3");
    python.args(arguments).env("PYTHONPATH", &*PYTHON).env("PYTHONDONTWRITEBYTECODE", "1");
    // A proxy of the machine's is not on the way to this server.
    python.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    python
}

fn run(command: &mut Command) {
    let ended = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let printed = [ended.stdout, ended.stderr].concat();
    assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&printed));
}
