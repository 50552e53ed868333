use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{
    set::{ChangeSet, Misfit},
    units::units,
};

/// The most pieces of a text that are compared with those of another one: the time that it takes grows with their product.
const PIECES_MAX: usize = 1000;

impl ChangeSet {
    /// A change that makes the second text of the first, both with single line breaks: of one place to the character, of
    /// several by words or, in what is long, by lines. Takes time in proportion to the texts.
    ///
    /// # Errors
    ///
    /// [`Misfit::TooLong`].
    pub fn between(old: &str, new: &str) -> Result<Self, Misfit> {
        let mut change = Self::default();
        let (before, old, new, behind) = apart(old, new);
        change.keep(units(before))?;
        change.replace_by_pieces(old, new)?;
        change.keep(units(behind))?;
        Ok(change)
    }

    fn replace_by_pieces(&mut self, old: &str, new: &str) -> Result<(), Misfit> {
        let both = |cut: fn(&str) -> Option<Pieces<'_>>| cut(old).zip(cut(new));
        let Some((old, new)) = both(words).or_else(|| both(lines)) else {
            return self.replace(units(old), new);
        };
        for op in capture_diff_slices(Algorithm::Myers, &old.0, &new.0) {
            let (old, new) = (old.text(op.old_range()), new.text(op.new_range()));
            match op {
                DiffOp::Equal { .. } => self.keep(units(&old))?,
                DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                    let (before, old, new, behind) = apart(&old, &new);
                    self.keep(units(before))?;
                    self.replace(units(old), new)?;
                    self.keep(units(behind))?;
                }
            }
        }
        Ok(())
    }
}

/// What two texts begin with, in what each of them differs, and what they end with.
fn apart<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str, &'a str, &'a str) {
    // Where one text has the beginning of a character, the other one has it too: all on this side of it is the same.
    let same = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let (before, old) = old.split_at(old.floor_char_boundary(same));
    let new = new.strip_prefix(before).unwrap_or_default();
    let same = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    let (old, behind) = old.split_at(old.ceil_char_boundary(old.len() - same));
    (before, old, new.strip_suffix(behind).unwrap_or_default(), behind)
}

/// A text in no more pieces than can be compared.
struct Pieces<'a>(Vec<&'a str>);

impl<'a> Pieces<'a> {
    fn of(pieces: impl Iterator<Item = &'a str>) -> Option<Self> {
        let pieces: Vec<&str> = pieces.take(PIECES_MAX + 1).collect();
        (pieces.len() <= PIECES_MAX).then_some(Self(pieces))
    }

    fn text(&self, range: Range<usize>) -> String {
        self.0.get(range).unwrap_or_default().concat()
    }
}

fn lines(text: &str) -> Option<Pieces<'_>> {
    Pieces::of(text.split_inclusive('\n'))
}

/// Letters and digits in a row, and every other character by itself.
fn words(text: &str) -> Option<Pieces<'_>> {
    let mut rest = text;
    Pieces::of(std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if first.is_alphanumeric() {
            rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        Some(piece)
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(old: &str, new: &str) -> String {
        let change = ChangeSet::between(old, new).unwrap();
        assert_eq!(change.apply(old).unwrap(), new);
        format!("{:?} {:?}", change.sections, change.inserted)
    }

    #[test]
    fn a_change_is_no_larger_than_what_changed() {
        assert_eq!(change("", ""), r#"[] """#);
        assert_eq!(change("the same", "the same"), r#"[Keep(8)] """#);
        assert_eq!(change("colour", "color"), r#"[Keep(4), Replace(1, 0), Keep(1)] """#);
        assert_eq!(change("a\u{1F382}b", "a\u{1F383}b"), "[Keep(1), Replace(2, 2), Keep(1)] \"\u{1F383}\"");
        assert_eq!(change("é", "è"), r#"[Replace(1, 1)] "è""#);
        assert_eq!(change("aaa", "aa"), r#"[Keep(2), Replace(1, 0)] """#);
        assert_eq!(
            change("one two three four", "One two three, four!"),
            r#"[Replace(1, 1), Keep(12), Replace(0, 1), Keep(5), Replace(0, 1)] "O,!""#
        );
    }

    /// What is too long to be compared by words is by lines, and what is too long for that is replaced whole.
    #[test]
    fn long_texts_are_compared_by_less() {
        let lines = |n: usize, first: &str, last: &str| {
            let middle: String = (0..n).map(|n| format!("line {n} is one of these\n")).collect();
            format!("{first}\n{middle}{last}\n")
        };
        let cost = |n| ChangeSet::between(&lines(n, "a", "y"), &lines(n, "b", "z")).unwrap().cost();
        assert!(cost(10) < 100 && cost(900) < 100, "{} {}", cost(10), cost(900));
        assert!(cost(1000) > 20_000);
        change(&lines(1000, "a", "y"), &lines(999, "b", "z"));
    }

    proptest! {
        #[test]
        fn it_makes_the_one_of_the_other(
            old in "[ab é\u{1F382}\u{1F383}\n]{0,40}", new in "[ab é\u{1F382}\u{1F383}\n]{0,40}"
        ) {
            let change = ChangeSet::between(&old, &new).unwrap();
            prop_assert_eq!(change.apply(&old), Ok(new));
        }
    }
}
