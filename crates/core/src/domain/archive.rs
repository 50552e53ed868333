//! What the files in an archive are called: each name once, whatever the contents are called.

use std::collections::{HashMap, hash_map::Entry};

use sha2::{Digest, Sha256};

use crate::{content::ContentKind, id::ContentId};

/// What a content is called in an archive, as long as nothing else is: its own name, or one of its kind and number.
pub fn entry_name(file_name: Option<&str>, kind: ContentKind, id: ContentId) -> String {
    match (file_name, kind) {
        (Some(name), _) => name.to_owned(),
        (None, ContentKind::File) => format!("file-{id}"),
        (None, ContentKind::Text) => format!("text-{id}.txt"),
        (None, ContentKind::Url) => format!("link-{id}.txt"),
    }
}

/// The names of an archive. Every name is announced before the first one is drawn: so a content keeps its own name
/// where it can, and a number never makes a name that another content has.
///
/// Of a name, and of each folder in it, a few dozen bytes are kept, however long it is.
#[derive(Debug, Default)]
pub struct EntryNames {
    /// How often each was drawn, and the last number given to it. What is a folder counts as drawn.
    drawn: HashMap<Mark, u32>,
}

/// What stands for a name: half of its SHA-256. Nobody can find two names that share one.
type Mark = [u8; 16];

fn mark(name: &str) -> Mark {
    let hash: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    std::array::from_fn(|place| hash[place])
}

impl EntryNames {
    /// Announces a content of this name.
    pub fn announce(&mut self, name: &str) {
        for (end, _) in name.match_indices('/') {
            let folder = self.drawn.entry(mark(&name[..end])).or_default();
            *folder = (*folder).max(1);
        }
        self.drawn.entry(mark(name)).or_default();
    }

    /// The name for the next content that is called so: itself the first time, then `a (2).txt`, `a (3).txt`, …,
    /// without those that are taken. A name that is also a folder in the archive is numbered from the start.
    pub fn draw(&mut self, name: &str) -> String {
        let mut number = self.drawn.get(&mark(name)).copied().unwrap_or_default();
        let drawn = loop {
            number += 1;
            if number == 1 {
                break name.to_owned();
            }
            let candidate = numbered(name, number);
            if let Entry::Vacant(free) = self.drawn.entry(mark(&candidate)) {
                free.insert(1);
                break candidate;
            }
        };
        self.drawn.insert(mark(name), number);
        drawn
    }
}

/// A name with a number, which stands before the extension of the last segment, where it has one.
pub fn numbered(name: &str, number: u32) -> String {
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let stem = match name[last..].rfind('.') {
        None | Some(0) => name.len(),
        Some(dot) => last + dot,
    };
    format!("{} ({number}){}", &name[..stem], &name[stem..])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::name::FileName;

    fn drawn(names: &[&str]) -> Vec<String> {
        let mut all = EntryNames::default();
        names.iter().for_each(|name| all.announce(name));
        names.iter().map(|name| all.draw(name)).collect()
    }

    #[test]
    fn doubled_names_are_numbered_before_the_extension() {
        for (names, expected) in [
            (&["a.txt", "a.txt", "a.txt"][..], &["a.txt", "a (2).txt", "a (3).txt"][..]),
            (&["a.txt", "a.txt", "a (2).txt"], &["a.txt", "a (3).txt", "a (2).txt"]),
            (&["d.e/a", "d.e/a", "a"], &["d.e/a", "d.e/a (2)", "a"]),
            (&[".env", ".env"], &[".env", ".env (2)"]),
            (&["ü.tar.gz", "ü.tar.gz"], &["ü.tar.gz", "ü.tar (2).gz"]),
            (&["a", "a/b", "a/b"], &["a (2)", "a/b", "a/b (2)"]),
        ] {
            assert_eq!(drawn(names), expected);
        }
    }

    proptest! {
        /// Whatever the contents are called, no two entries are called alike, none is a folder of another, and
        /// none leads out of the folder it is unpacked into.
        #[test]
        fn entries_never_meet(names in proptest::collection::vec("[ab](/[ab]( \\(2\\))?){0,2}(\\.t)?( \\([23]\\))?", 0..40)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let drawn = drawn(&names);
            let entries: BTreeSet<&String> = drawn.iter().collect();
            prop_assert_eq!(entries.len(), names.len());
            for entry in &drawn {
                prop_assert!(FileName::parse(entry).is_ok());
                for (end, _) in entry.match_indices('/') {
                    prop_assert!(!entries.contains(&entry[..end].to_owned()), "{} is a folder too", &entry[..end]);
                }
            }
        }
    }
}
