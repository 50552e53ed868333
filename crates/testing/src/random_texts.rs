use elizabeth_core::change_set::{ChangeSet, units};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// What texts are made of: characters of one to four bytes, of one unit and two, and line breaks.
const CHARACTERS: [&str; 8] = ["a", "b", "é", "€", "\u{1F382}", "\u{1D4B3}", "\n", "\n"];

/// Texts and changes of them, the same for the same seed: short ones, of few characters, so that changes meet.
pub struct RandomTexts(StdRng);

impl RandomTexts {
    /// The sequence that belongs to a seed, from its beginning.
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// A number below another one.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    /// A text of fewer characters than that.
    pub fn text(&mut self, end: usize) -> String {
        (0..self.below(end)).map(|_| CHARACTERS[self.below(CHARACTERS.len())]).collect()
    }

    /// A change of a text at a few places, perhaps at none.
    pub fn change(&mut self, text: &str) -> ChangeSet {
        let mut change = ChangeSet::default();
        let mut rest = text;
        for _ in 0..self.below(4) {
            let kept = self.part_of(&mut rest);
            change.keep(units(kept)).unwrap();
            let deleted = if self.below(2) == 0 { "" } else { self.part_of(&mut rest) };
            let inserted = if self.below(3) == 0 { String::new() } else { self.text(5) };
            change.replace(units(deleted), &inserted).unwrap();
        }
        change.keep(units(rest)).unwrap();
        change
    }

    /// Takes some characters from the beginning of a text.
    fn part_of<'a>(&mut self, text: &mut &'a str) -> &'a str {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (part, rest) = text.split_at(places[self.below(places.len())]);
        *text = rest;
        part
    }
}
