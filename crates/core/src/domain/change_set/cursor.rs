use std::slice::Iter;

use super::set::{ChangeSet, Misfit, Section, divide};

/// Walks through a change, section by section and part by part.
pub(super) struct Cursor<'a> {
    behind: Iter<'a, Section>,
    /// What the sections behind this one insert.
    inserted_behind: &'a str,
    /// How many sections have begun: which one this is.
    pub(super) number: usize,
    /// Whether all are done.
    pub(super) done: bool,
    /// What is left of this section's units before the change.
    pub(super) len: u32,
    /// What is left of those that take their place; `None` where they stay.
    pub(super) new: Option<u32>,
    /// What is left of what it inserts.
    pub(super) text: &'a str,
    /// Whether some of the section is behind us.
    pub(super) begun: bool,
}

impl<'a> Cursor<'a> {
    /// At the first section of a change.
    pub(super) fn at_start(change: &'a ChangeSet) -> Result<Self, Misfit> {
        let mut cursor = Self {
            behind: change.sections.iter(),
            inserted_behind: &change.inserted,
            number: 0,
            done: false,
            len: 0,
            new: None,
            text: "",
            begun: false,
        };
        cursor.go_on()?;
        Ok(cursor)
    }

    /// Goes on to the next section.
    pub(super) fn go_on(&mut self) -> Result<(), Misfit> {
        (self.begun, self.text, self.new) = (false, "", None);
        match self.behind.next() {
            None => (self.done, self.len) = (true, 0),
            Some(&Section::Keep(len)) => self.len = len,
            Some(&Section::Replace(len, new)) => {
                (self.len, self.new) = (len, Some(new));
                (self.text, self.inserted_behind) = divide(self.inserted_behind, new)?;
            }
        }
        self.number += 1;
        Ok(())
    }

    /// Whether it keeps what is here.
    pub(super) fn keeps(&self) -> bool {
        !self.done && self.new.is_none()
    }

    /// What is left of the section's units after the change.
    pub(super) fn new_len(&self) -> u32 {
        self.new.unwrap_or(self.len)
    }

    /// Goes on by so many units of before the change.
    pub(super) fn forward(&mut self, len: u32) -> Result<(), Misfit> {
        if len == self.len {
            return self.go_on();
        }
        self.len -= len;
        self.begun |= len > 0;
        Ok(())
    }

    /// Goes on by so many units of after the change; what it inserts of them.
    pub(super) fn forward_new(&mut self, len: u32) -> Result<&'a str, Misfit> {
        let Some(new) = self.new else {
            self.forward(len)?;
            return Ok("");
        };
        let (passed, left) = divide(self.text, len)?;
        if len == new {
            self.go_on()?;
        } else {
            (self.new, self.text, self.begun) = (Some(new - len), left, true);
        }
        Ok(passed)
    }
}
