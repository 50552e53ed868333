use super::{
    set::{ChangeSet, Misfit, Section, divide},
    units::units,
};

impl ChangeSet {
    /// What becomes of a text, whose line breaks must be single ones. Takes time in proportion to the text and the change.
    ///
    /// # Errors
    ///
    /// [`Misfit::Length`]; [`Misfit::SplitPair`].
    pub fn apply(&self, text: &str) -> Result<String, Misfit> {
        let of_text = |misfit| match misfit {
            Misfit::Length { .. } => self.misfit(units(text)),
            Misfit::SplitPair | Misfit::TooLong => misfit,
        };
        let mut changed = String::with_capacity(text.len() + self.inserted.len());
        let (mut rest, mut inserted) = (text, self.inserted.as_str());
        for section in &self.sections {
            match *section {
                Section::Keep(len) => {
                    let (kept, behind) = divide(rest, len).map_err(of_text)?;
                    changed.push_str(kept);
                    rest = behind;
                }
                Section::Replace(len, new) => {
                    rest = divide(rest, len).map_err(of_text)?.1;
                    let (new, behind) = divide(inserted, new)?;
                    changed.push_str(new);
                    inserted = behind;
                }
            }
        }
        if rest.is_empty() { Ok(changed) } else { Err(self.misfit(units(text))) }
    }
}
