use super::{
    cursor::Cursor,
    set::{ChangeSet, Misfit},
};

impl ChangeSet {
    /// This change and another one behind it, of what comes of this one, as one. Takes time in proportion to both.
    ///
    /// What the other one cuts of what this one inserts is checked, of what it keeps it cannot be: that is for
    /// [`ChangeSet::apply`] to find.
    ///
    /// # Errors
    ///
    /// [`Misfit::Length`]; [`Misfit::SplitPair`].
    pub fn compose(&self, other: &Self) -> Result<Self, Misfit> {
        let misfit = other.misfit(self.new_length());
        if self.new_length() != other.length() {
            return Err(misfit);
        }
        if self.is_identity() {
            return Ok(other.clone());
        }
        if other.is_identity() {
            return Ok(self.clone());
        }
        let mut both = Self::default();
        let (mut a, mut b) = (Cursor::at_start(self)?, Cursor::at_start(other)?);
        // Whether what comes next belongs to the same replacement as the last section.
        let mut open = false;
        loop {
            if a.done && b.done {
                return Ok(both);
            } else if a.new == Some(0) {
                both.add(a.len, Some(0), open);
                a.go_on()?;
            } else if b.len == 0 && !b.done {
                both.add(0, b.new, open);
                both.inserted.push_str(b.text);
                b.go_on()?;
            } else if a.done || b.done {
                return Err(misfit);
            } else {
                let len = a.new_len().min(b.len);
                let sections = both.sections.len();
                let from_b = |b: &Cursor<'_>| if b.begun { 0 } else { b.new_len() };
                let replaced = if a.begun { 0 } else { a.len };
                let is_open = a.new.is_some_and(|new| new > len) || b.new.is_some() && b.len > len;
                let is_kept = a.keeps();
                let passed = a.forward_new(len)?;
                match (is_kept, b.keeps()) {
                    (true, true) => both.add(len, None, open),
                    (true, false) => both.add(len, Some(from_b(&b)), open),
                    (false, true) => both.add(replaced, Some(len), open),
                    (false, false) => both.add(replaced, Some(from_b(&b)), open),
                }
                if !b.keeps() && !b.begun {
                    both.inserted.push_str(b.text);
                } else if b.keeps() {
                    both.inserted.push_str(passed);
                }
                open = is_open && (open || both.sections.len() > sections);
                b.forward(len)?;
            }
        }
    }
}
