use super::{
    cursor::Cursor,
    set::{ChangeSet, Misfit, UNITS_MAX},
};

impl ChangeSet {
    /// What this change becomes when another one of the same text is made first. Where both insert at one place, what this
    /// one inserts comes behind, or in front where `before` wants it. Takes time in proportion to both.
    ///
    /// # Errors
    ///
    /// [`Misfit::Length`] when they are not of texts of one length; [`Misfit::TooLong`].
    pub fn map(&self, other: &Self, before: bool) -> Result<Self, Misfit> {
        let misfit = self.misfit(other.length());
        if self.length() != other.length() {
            return Err(misfit);
        }
        if other.is_identity() {
            return Ok(self.clone());
        }
        // No byte is less than a unit.
        if other.new_length().saturating_add(self.inserted.len() as u64) > UNITS_MAX.into() {
            return Err(Misfit::TooLong);
        }
        let mut mapped = Self::default();
        let (mut a, mut b) = (Cursor::at_start(self)?, Cursor::at_start(other)?);
        // The last section of this change whose text is inserted: one that is taken piece by piece inserts it once.
        let mut inserted = 0;
        loop {
            if a.done && b.len > 0 || b.done && a.len > 0 {
                return Err(misfit);
            } else if a.keeps() && b.keeps() {
                let len = a.len.min(b.len);
                mapped.add(len, None, false);
                a.forward(len)?;
                b.forward(len)?;
            } else if let Some(new) = b.new.filter(|_| a.yields_to(&b, inserted, before)) {
                // A change of the other one begins here, or first: what this one does within it is done with.
                let mut len = b.len;
                mapped.add(new, None, false);
                while len > 0 {
                    if a.done {
                        return Err(misfit);
                    }
                    let piece = a.len.min(len);
                    if let Some(new) = a.new.filter(|_| inserted < a.number && a.len <= piece) {
                        mapped.add(0, Some(new), false);
                        mapped.inserted.push_str(a.text);
                        inserted = a.number;
                    }
                    a.forward(piece)?;
                    len -= piece;
                }
                b.go_on()?;
            } else if let Some(new) = a.new {
                // As far as no insertion of the other one is in the way, what this one deletes is still there but for what
                // the other one has deleted.
                let (mut len, mut left) = (0, a.len);
                while left > 0 {
                    if b.keeps() {
                        let piece = left.min(b.len);
                        len += piece;
                        left -= piece;
                        b.forward(piece)?;
                    } else if b.new == Some(0) && b.len < left {
                        left -= b.len;
                        b.go_on()?;
                    } else {
                        break;
                    }
                }
                let is_first = inserted < a.number;
                mapped.add(len, Some(if is_first { new } else { 0 }), false);
                if is_first {
                    mapped.inserted.push_str(a.text);
                }
                inserted = a.number;
                a.forward(a.len - left)?;
            } else if a.done && b.done {
                return Ok(mapped);
            } else {
                return Err(misfit);
            }
        }
    }
}

impl Cursor<'_> {
    /// Whether a replacement of the other change comes before what this one does next: by where they begin, then by how
    /// much they replace, then by `before`.
    fn yields_to(&self, other: &Cursor<'_>, inserted: usize, before: bool) -> bool {
        self.new.is_none()
            || inserted == self.number
            || !self.begun && (other.len < self.len || other.len == self.len && !before)
    }
}
