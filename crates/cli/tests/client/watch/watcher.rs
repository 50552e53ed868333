//! The tool, watching a room.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::server::{Person, send, until};

/// How long something may take that is waited for.
const SOON: Duration = Duration::from_secs(30);

/// A process that watches. It is killed when this is dropped.
pub struct Watcher {
    child: Child,
    lines: Receiver<String>,
    config: PathBuf,
}

impl Watcher {
    /// Starts it, and waits until it hears what happens.
    pub fn start(person: &Person, args: &[&str]) -> Self {
        let records = |person: &Person| records(&person.config().join("watches"));
        let before = records(person);
        let watcher = Self::spawn(person, args);
        // Who has a record is where it was, whoever has none makes one as soon as it listens.
        if !args.contains(&"--anew") && before.is_empty() {
            until(|| records(person).iter().any(|record| record["cursor"] != ""));
        }
        watcher
    }

    /// Starts it.
    pub fn spawn(person: &Person, args: &[&str]) -> Self {
        let mut command = person.command(args);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, config: person.config() }
    }

    /// The next line, which comes soon.
    #[track_caller]
    pub fn line(&mut self) -> String {
        match self.lines.recv_timeout(SOON) {
            Ok(line) => line,
            Err(error) => {
                let _ = self.child.kill();
                panic!("{error}: {}", self.failures());
            }
        }
    }

    /// The same as JSON.
    #[track_caller]
    pub fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Waits until it remembers that it has handled an event.
    #[track_caller]
    pub fn handled(&self, id: &str) {
        let folder = self.config.join("watches");
        let is_behind = |record: &Value| number(record["cursor"].as_str().unwrap()) >= number(id);
        until(|| records(&folder).iter().any(is_behind));
    }

    pub fn send(&self, signal: &str) {
        send(signal, &self.child);
    }

    /// Ends it without a word.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end: how, what it had not printed before, and what it complained of.
    pub fn end(&mut self) -> (ExitStatus, Vec<String>, String) {
        until_end(&mut self.child);
        let failures = self.failures();
        (self.child.wait().unwrap(), self.lines.iter().collect(), failures)
    }

    /// Nobody reads any more what it prints.
    pub fn stop_reading(person: &Person, args: &[&str]) -> Child {
        let mut command = person.command(args);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let folder = person.config().join("watches");
        until(|| records(&folder).iter().any(|record| record["cursor"] != ""));
        child
    }

    fn failures(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().map(|mut err| err.read_to_string(&mut text));
        text
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The number of an event in its id; 0 in none.
pub fn number(id: &str) -> u64 {
    id.split_once('.').map_or(0, |(_, number)| number.parse().unwrap())
}

/// Waits for a process to end, which it does soon.
#[track_caller]
pub fn until_end(child: &mut Child) {
    let child = std::cell::RefCell::new(child);
    until(|| child.borrow_mut().try_wait().unwrap().is_some());
}

/// What is remembered of rooms that were watched.
pub fn records(folder: &std::path::Path) -> Vec<Value> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    // One may be gone by now.
    let contents = files.filter_map(|path| fs::read(path).ok());
    contents.map(|bytes| serde_json::from_slice::<Value>(&bytes).unwrap()["rooms"][0].take()).collect()
}
