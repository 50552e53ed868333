//! Texts that were fetched, and change.

use std::path::PathBuf;

use super::{
    entered::Entered,
    inbox::{ATTEMPTS, Fetched, Inbox, LIMITED, again, describe, placed},
    record::{Record, Text},
};
use crate::{
    error::Error,
    place::{own_below, sha256_of},
};

impl Inbox {
    /// Fetches the texts again that have changed, each into its place as long as what is there is what was put there;
    /// else it goes beside it. Those that could not be fetched.
    pub(super) async fn catch_up(
        &self,
        entered: &mut Entered,
        record: &mut Record,
    ) -> Result<Vec<Error>, Error> {
        let mut missed = Vec::new();
        while let Some(text) = record.seen.texts.iter().find(|text| text.is_behind).cloned() {
            match self.renew(entered, record, &text).await? {
                Fetched::At(_) => {}
                Fetched::Gone | Fetched::LeftOut(_) => record.seen.texts.retain(|known| known.id != text.id),
                Fetched::Missed(error) => {
                    record.seen.place_text(Text { is_behind: false, ..text });
                    missed.push(error);
                }
            }
            record.seen.placing = None;
            record.keep()?;
        }
        Ok(missed)
    }

    async fn renew(&self, entered: &mut Entered, record: &mut Record, text: &Text) -> Result<Fetched, Error> {
        let mut attempts = 0..ATTEMPTS;
        loop {
            let Some(content) = describe(entered, text.id).await? else { return Ok(Fetched::Gone) };
            if content.max_downloads.is_some() {
                return Ok(Fetched::LeftOut(LIMITED));
            }
            // Where it was put before it could be remembered, and where it is known to be.
            for place in placed(record, text.id).into_iter().chain([text.place.clone()]) {
                let path = self.folder().join(&place);
                if sha256_of(&path)?.as_deref() == Some(&*content.sha256) {
                    record.seen.place_text(Text::of(&content, place));
                    return Ok(Fetched::At(path));
                }
            }
            let there = sha256_of(&self.folder().join(&text.place))?;
            // Perhaps what an earlier run was killed behind, before it could remember that it had put it there.
            let is_remembered = there.as_ref() == Some(&text.sha256);
            let was_placed = placed(record, text.id).as_ref() == Some(&text.place)
                && there.is_some()
                && there == record.seen.placing_sha256;
            let is_as_put = is_remembered || was_placed;
            let place = match is_as_put {
                true => Ok(text.place.clone()),
                false => own_below(self.folder(), &content.entry_name()).map(PathBuf::from),
            };
            let fetched = match place {
                Ok(place) => self.put(entered, record, &content, place, is_as_put).await,
                Err(error) => Err(error.into()),
            };
            match fetched {
                Ok(place) => {
                    let path = self.folder().join(&place);
                    record.seen.place_text(Text::of(&content, place));
                    return Ok(Fetched::At(path));
                }
                Err(error) => {
                    if let Some(missed) = again(error, attempts.next().is_some())? {
                        return Ok(missed);
                    }
                }
            }
        }
    }
}
