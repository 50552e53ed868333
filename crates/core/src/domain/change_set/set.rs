use super::units::{NoPlace, split_at, units};

/// The longest text that a change can be of, and lead to, in UTF-16 units: far beyond the texts that are taken in.
pub const UNITS_MAX: u32 = 1 << 30;

/// A change of a text of a certain length. See the [module](super).
///
/// Two that do the same in the same steps are equal: nothing is kept in two sections that follow each other, nor deleted,
/// and no section does nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    pub(super) sections: Vec<Section>,
    /// What all sections insert, one behind the other.
    pub(super) inserted: String,
    length: u32,
    new_length: u32,
}

/// What becomes of the next part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// So many units stay.
    Keep(u32),
    /// So many make way for so many of those that are inserted.
    Replace(u32, u32),
}

/// Why a change cannot be made to a text, or be put together with another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// It is of a text of another length.
    #[error("the change is of a text of {expected} UTF-16 units, this one has {actual}")]
    Length {
        /// Units of the text that it is of.
        expected: u64,
        /// Units of the one that there is.
        actual: u64,
    },
    /// It begins or ends within a character.
    #[error("the change begins or ends between the two halves of a surrogate pair")]
    SplitPair,
    /// No text is as long as what would come of it.
    #[error("a text has {UNITS_MAX} UTF-16 units at most")]
    TooLong,
}

impl ChangeSet {
    /// One that keeps a text of so many units as it is.
    ///
    /// # Errors
    ///
    /// [`Misfit::TooLong`].
    pub fn identity(length: u64) -> Result<Self, Misfit> {
        let mut change = Self::default();
        change.keep(length)?;
        Ok(change)
    }

    /// Keeps so many more units.
    ///
    /// # Errors
    ///
    /// [`Misfit::TooLong`].
    pub fn keep(&mut self, len: u64) -> Result<(), Misfit> {
        let len = self.longer_by(len, len)?.0;
        self.add(len, None, false);
        Ok(())
    }

    /// Replaces the next so many units by a text, whose line breaks must be single ones.
    ///
    /// # Errors
    ///
    /// [`Misfit::TooLong`].
    pub fn replace(&mut self, len: u64, text: &str) -> Result<(), Misfit> {
        let (len, new) = self.longer_by(len, units(text))?;
        self.add(len, Some(new), false);
        self.inserted.push_str(text);
        Ok(())
    }

    /// UTF-16 units of the text that it is of.
    pub fn length(&self) -> u64 {
        self.length.into()
    }

    /// UTF-16 units of the text that comes of it.
    pub fn new_length(&self) -> u64 {
        self.new_length.into()
    }

    /// Whether it keeps the text as it is.
    pub fn is_identity(&self) -> bool {
        self.sections.iter().all(|section| matches!(section, Section::Keep(_)))
    }

    /// What keeping it costs, in bytes: what it inserts, and eight for each of its sections.
    pub fn cost(&self) -> u64 {
        self.inserted.len() as u64 + 8 * self.sections.len() as u64
    }

    /// Whether so many units more, before and after it, are not too many.
    pub(super) fn longer_by(&self, len: u64, new: u64) -> Result<(u32, u32), Misfit> {
        let longer = |by: u64, than: u32| {
            let by = u32::try_from(by).ok().filter(|by| than.saturating_add(*by) <= UNITS_MAX);
            by.ok_or(Misfit::TooLong)
        };
        Ok((longer(len, self.length)?, longer(new, self.new_length)?))
    }

    /// Adds a section: what keeps so many units, or replaces them by so many new ones. It becomes part of the last one
    /// where the two do alike, or where `join` wants it. Neither length may pass [`UNITS_MAX`].
    pub(super) fn add(&mut self, len: u32, new: Option<u32>, join: bool) {
        self.length += len;
        self.new_length += new.unwrap_or(len);
        let section = new.map_or(Section::Keep(len), |new| Section::Replace(len, new));
        match (self.sections.last_mut(), section) {
            (_, Section::Keep(0) | Section::Replace(0, 0)) => {}
            (Some(Section::Keep(last)), Section::Keep(_)) => *last += len,
            (Some(Section::Replace(last, 0)), Section::Replace(_, 0)) => *last += len,
            (Some(Section::Replace(0, last)), Section::Replace(0, new)) => *last += new,
            (Some(Section::Replace(last, last_new)), Section::Replace(_, new)) if join => {
                *last += len;
                *last_new += new;
            }
            _ => self.sections.push(section),
        }
    }

    /// That it is of a text of another length than this.
    pub(super) fn misfit(&self, actual: u64) -> Misfit {
        Misfit::Length { expected: self.length(), actual }
    }
}

/// Divides a text behind so many units.
pub(super) fn divide(text: &str, units: u32) -> Result<(&str, &str), Misfit> {
    split_at(text, units).map_err(|why| match why {
        NoPlace::InPair => Misfit::SplitPair,
        NoPlace::Beyond => Misfit::Length { expected: units.into(), actual: super::units::units(text) },
    })
}
