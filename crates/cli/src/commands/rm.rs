use clap::Args;
use elizabeth_client::{Content, DeleteContents, Method, Which};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{
    error::Error,
    output::Output,
    terminal,
    visit::{Access, contents, pick},
};

/// The most contents that are deleted in one call.
const BATCH: usize = 1000;

#[derive(Args)]
pub(crate) struct Rm {
    /// Which room: HOST/ROOM, or HOST/ROOM/NAME for one content alone
    #[arg(value_name = "ROOM-URL")]
    room: String,
    /// What to delete: a name stands for its newest content, #ID for one content; a number is an ID where no
    /// content is called so
    #[arg(value_name = "NAME|ID")]
    names: Vec<String>,
    #[command(flatten)]
    access: Access,
}

/// What was deleted.
#[derive(Default, Deserialize, Serialize)]
struct Deleted {
    deleted: Vec<i64>,
    /// Bytes.
    freed_size: u64,
}

impl Rm {
    /// Deletes contents: where one of them is not there, none of up to a thousand.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let mut visit = self.access.visit(&self.room).await?;
        let of_address = visit.target.content.take();
        if of_address.is_none() && self.names.is_empty() {
            return Err(Error::Usage("say what to delete: its name, or # and its number".into()));
        }
        let mut session = visit.enter().await?;
        let contents = contents(&mut session).await?;
        let mut ids = Vec::new();
        if let Some(which) = &of_address {
            let named = pick(&contents, which).ok_or_else(|| Error::NotThere(self.room.clone()))?;
            ids.push(named.id);
        }
        for name in &self.names {
            ids.push(find(&contents, name).ok_or_else(|| Error::NotThere(name.clone()))?);
        }
        ids.sort_unstable();
        ids.dedup();
        let mut all = Deleted::default();
        for ids in ids.chunks(BATCH) {
            let body = DeleteContents { ids: ids.to_vec() };
            let gone: Deleted = session.send(Method::DELETE, &["contents"], &body).await?;
            all.deleted.extend(gone.deleted);
            all.freed_size += gone.freed_size;
        }
        if output.json { terminal::print_json(&all) } else { Ok(()) }
    }
}

fn find(contents: &[Content], text: &str) -> Option<i64> {
    if let Some(id) = text.strip_prefix('#').and_then(|number| number.parse().ok())
        && let Some(content) = pick(contents, &Which::Id(id))
    {
        return Some(content.id);
    }
    let named = pick(contents, &Which::Name(text.nfc().collect()));
    let numbered = || pick(contents, &Which::Id(text.parse().ok()?));
    named.or_else(numbered).map(|content| content.id)
}
