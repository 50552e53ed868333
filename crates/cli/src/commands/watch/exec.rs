use std::{path::Path, process::Stdio};

use elizabeth_client::RoomEvent;
use tokio::{io::AsyncWriteExt, process::Command};

use super::report::{file_name, numbers};
use crate::error::Error;

/// Runs a command for an event, and waits until it has ended; how it failed, if it did. What senders chose reaches it by
/// its input and environment alone, never as a part of the command. It is ended when this is dropped.
pub(super) async fn exec(
    command: &str,
    room: &str,
    event: &RoomEvent,
    line: &str,
    path: Option<&Path>,
) -> Result<Option<String>, Error> {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "--", command]).stdin(Stdio::piped()).kill_on_drop(true);
    for (name, value) in [
        ("ELIZABETH_EVENT", Some(event.kind.clone())),
        ("ELIZABETH_ROOM", Some(room.to_owned())),
        ("ELIZABETH_CONTENT_ID", Some(numbers(event)).filter(|numbers| !numbers.is_empty())),
        ("ELIZABETH_FILE_NAME", file_name(event)),
    ] {
        match value.filter(|value| !value.contains('\0')) {
            Some(value) => shell.env(name, value),
            // None of an event before, and none of this tool's own.
            None => shell.env_remove(name),
        };
    }
    match path {
        Some(path) => shell.env("ELIZABETH_PATH", path),
        None => shell.env_remove("ELIZABETH_PATH"),
    };
    let mut child = shell.spawn().map_err(Error::Exec)?;
    let input = child.stdin.take();
    let feed = async {
        if let Some(mut input) = input {
            // Nobody has to read it.
            let _ = input.write_all(line.as_bytes()).await;
        }
    };
    let status = tokio::select! {
        status = child.wait() => status,
        () = feed => child.wait().await,
    };
    let status = status.map_err(Error::Exec)?;
    Ok((!status.success()).then(|| status.to_string()))
}
