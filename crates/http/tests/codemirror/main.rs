//! The rule by which texts are edited together, beside the library that editors run it by: the same changes, the same
//! answers, to the byte.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "test code: what cannot go on fails by panicking, and says how far it came"
)]

#[path = "../tools/mod.rs"]
#[expect(dead_code, reason = "the other test programs use the rest")]
mod tools;

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use elizabeth_core::change_set::{ChangeSet, with_single_breaks};
use elizabeth_testing::RandomTexts;
use serde::Serialize;
use serde_json::Value;

const CASES: u64 = 100_000;
const PACKAGE: &str = include_str!("package.json");

/// A text, and what two people made of it at the same time.
#[derive(Serialize)]
struct Case {
    text: String,
    mine: Vec<ChangeSet>,
    theirs: Vec<ChangeSet>,
}

impl Case {
    /// The same for the same number: every other one with line breaks of other kinds.
    fn draw(number: u64) -> Self {
        let mut random = RandomTexts::new(number);
        let mut text = random.text(24);
        if number.is_multiple_of(2) {
            let breaks = ["\r\n", "\r", "\n"];
            text = text.split('\n').fold(String::new(), |text, line| {
                if text.is_empty() { line.to_owned() } else { text + breaks[random.below(3)] + line }
            });
        }
        let mut sequence = || {
            let mut now = with_single_breaks(&text).into_owned();
            let changes = (0..=random.below(3)).map(|_| {
                let change = random.change(&now);
                now = change.apply(&now).unwrap();
                change
            });
            changes.collect()
        };
        Self { mine: sequence(), theirs: sequence(), text }
    }

    /// What comes of it, in the form in which the script beside this writes it.
    fn answer(&self) -> String {
        #[derive(Serialize)]
        struct Answer<'a> {
            composed: [&'a ChangeSet; 2],
            mapped: [&'a ChangeSet; 4],
            texts: [String; 4],
        }
        let composed = |changes: &[ChangeSet]| {
            let first = changes[0].clone();
            changes[1..].iter().fold(first, |all, change| all.compose(change).unwrap())
        };
        let text = with_single_breaks(&self.text);
        let (a, b) = (composed(&self.mine), composed(&self.theirs));
        let (behind, before) = (a.map(&b, false).unwrap(), b.map(&a, true).unwrap());
        let (late, early) = (a.map(&b, true).unwrap(), b.map(&a, false).unwrap());
        let by_a = a.apply(&text).unwrap();
        let texts = [
            by_a.clone(),
            b.apply(&text).unwrap(),
            b.compose(&behind).unwrap().apply(&text).unwrap(),
            before.apply(&by_a).unwrap(),
        ];
        let answer = Answer { composed: [&a, &b], mapped: [&behind, &before, &late, &early], texts };
        serde_json::to_string(&answer).unwrap()
    }
}

#[test]
fn changes_become_what_they_become_in_the_editor() {
    let modules = tools::node("codemirror", PACKAGE, include_str!("package-lock.json"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codemirror/changes.cjs");
    let mut node = Command::new("node");
    node.arg(script).env("NODE_PATH", modules).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node =
        node.spawn().expect("these tests need Node 18 or newer (Debian: apt-get install nodejs npm)");
    let mut cases = node.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        for number in 0..CASES {
            let case = serde_json::to_string(&Case::draw(number)).unwrap();
            writeln!(cases, "{case}").unwrap();
        }
    });
    let answers = BufReader::new(node.stdout.take().unwrap()).lines();
    let mut compared = 0;
    for (number, theirs) in (0..CASES).zip(answers) {
        let case = Case::draw(number);
        let (ours, theirs) = (case.answer(), theirs.unwrap());
        assert!(ours == theirs, "{number}: {}\n{ours}\n{theirs}", serde_json::to_string(&case).unwrap());
        compared += 1;
    }
    writer.join().unwrap();
    assert!(node.wait().unwrap().success());
    assert_eq!(compared, CASES);
}

/// What the page runs is what was compared.
#[test]
fn the_page_has_the_same_version() {
    let read = |text: &str| -> String {
        let package: Value = serde_json::from_str(text).unwrap();
        package["dependencies"]["@codemirror/state"].as_str().unwrap().to_owned()
    };
    assert_eq!(read(PACKAGE), read(include_str!("../../../web-ui/ui/package.json")));
}
