//! Circles in a graph of needs.

use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
};

use super::resolve::Need;

/// Needs that lead back to where they begin, each from where the one before leads.
pub struct Ring(pub Vec<Need>);

/// A shortest circle through each file that is in one, each circle once.
pub fn find(needs: &[Need]) -> Vec<Ring> {
    let mut by_file: BTreeMap<&Path, Vec<&Need>> = BTreeMap::new();
    for need in needs {
        by_file.entry(&need.from).or_default().push(need);
    }
    let mut rings: Vec<Ring> = Vec::new();
    for file in by_file.keys() {
        if let Some(ring) = shortest(&by_file, file)
            && !rings.iter().any(|known| known.files() == ring.files())
        {
            rings.push(ring);
        }
    }
    rings
}

fn shortest(by_file: &BTreeMap<&Path, Vec<&Need>>, start: &Path) -> Option<Ring> {
    let mut reached: BTreeMap<&Path, &Need> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(file) = next.pop_front() {
        for need in by_file.get(file).into_iter().flatten() {
            if !reached.contains_key(need.to.as_path()) {
                reached.insert(&need.to, need);
                next.push_back(&need.to);
            }
        }
    }
    let mut ring = vec![*reached.get(start)?];
    while let Some(need) = ring.last().filter(|need| need.from != start) {
        ring.push(reached.get(need.from.as_path())?);
    }
    ring.reverse();
    Some(Ring(ring.into_iter().cloned().collect()))
}

impl Ring {
    fn files(&self) -> Vec<&PathBuf> {
        let mut files: Vec<_> = self.0.iter().map(|need| &need.from).collect();
        files.sort();
        files
    }

    /// For a person to read, with paths from that folder.
    pub fn describe(&self, root: &Path) -> String {
        let short = |path: &'_ PathBuf| path.strip_prefix(root).unwrap_or(path).display().to_string();
        let lines = self.0.iter().map(|need| {
            format!("\n  {}:{} needs {}: {}", short(&need.from), need.line, short(&need.to), need.path)
        });
        lines.fold("A circle:".to_owned(), |text, line| text + &line)
    }
}
