use elizabeth_core::{
    change_set::{ChangeSet, with_single_breaks},
    edits::TextEdit,
};

use crate::RandomTexts;

/// A copy of a text in somebody's editor, who writes on whatever the line to the server does: the rule of CodeMirror's
/// collaborative editing, from the other side.
#[derive(Debug)]
pub struct Replica {
    /// By what it knows its own edits.
    pub name: String,
    /// The version that it has from the server.
    pub version: u64,
    /// What it has written since, of which the server may have some already, and not have been heard.
    pub unconfirmed: Vec<ChangeSet>,
    /// How many of its edits the server has, as far as it knows.
    pub confirmed: u64,
    /// What is on its screen.
    pub text: String,
}

impl Replica {
    /// One that has just read a text.
    pub fn new(name: impl Into<String>, version: u64, text: &str) -> Self {
        let (unconfirmed, text) = (Vec::new(), with_single_breaks(text).into_owned());
        Self { name: name.into(), version, unconfirmed, confirmed: 0, text }
    }

    /// Somebody writes something.
    pub fn write(&mut self, random: &mut RandomTexts) {
        let change = random.change(&self.text);
        self.text = change.apply(&self.text).unwrap();
        self.unconfirmed.push(change);
    }

    /// Takes in what was edited since its version, its own edits among it.
    pub fn take(&mut self, edits: &[TextEdit]) {
        for edit in edits {
            self.version += 1;
            if edit.editor.as_str() == self.name && !self.unconfirmed.is_empty() {
                assert_eq!(edit.change, self.unconfirmed.remove(0), "what was sent is what was made");
                self.confirmed += 1;
                continue;
            }
            let mut theirs = edit.change.clone();
            for own in &mut self.unconfirmed {
                let behind = own.map(&theirs, false).unwrap();
                theirs = theirs.map(own, true).unwrap();
                *own = behind;
            }
            self.text = theirs.apply(&self.text).unwrap();
        }
    }

    /// The server has made the first so many of its edits.
    pub fn confirm(&mut self, count: usize) {
        self.unconfirmed.drain(..count);
        self.confirmed += count as u64;
        self.version += count as u64;
    }
}
