use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use elizabeth_client::{ClientError, Content, ErrorCode, Method, download};

use super::{entered::Entered, record::Record};
use crate::{
    error::Error,
    place::{PlaceError, Placing, own_below},
};

/// How long a content is asked for before it is looked whether it is the content or the server that cannot be had.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a content is begun anew that the server describes but does not give out as described.
const ATTEMPTS: usize = 5;

/// The folder that contents are fetched into.
pub(super) struct Inbox {
    folder: PathBuf,
}

/// What has become of a content.
pub(super) enum Fetched {
    /// It is there, at this path.
    At(PathBuf),
    /// It was deleted before it could be fetched.
    Gone,
    /// It is left out, and why.
    LeftOut(&'static str),
    /// It cannot be had, and why. The others can.
    Missed(Error),
}

impl Inbox {
    /// Opens a folder, and makes it where it is not there.
    pub(super) fn open(folder: PathBuf) -> Result<Self, PlaceError> {
        let made = fs::create_dir_all(&folder).and_then(|()| fs::canonicalize(&folder));
        let folder = made.map_err(|source| PlaceError::Io { path: folder, source })?;
        Ok(Self { folder })
    }

    /// Its absolute path.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fetches a content that was added, to a place where nothing else is. Where it goes is remembered before it appears
    /// there: a run that was cut off in between has fetched it.
    pub(super) async fn fetch(
        &self,
        entered: &mut Entered,
        record: &mut Record,
        mut content: Content,
    ) -> Result<Fetched, Error> {
        if content.max_downloads.is_some() {
            return Ok(Fetched::LeftOut("has a limit of downloads"));
        }
        if let Some((id, place)) = &record.seen.placing
            && *id == content.id
            && fs::symlink_metadata(self.folder.join(place)).is_ok()
        {
            return Ok(Fetched::At(self.folder.join(place)));
        }
        let mut attempts = 0..ATTEMPTS;
        loop {
            let error = match self.attempt(entered, record, &content).await {
                Ok(path) => return Ok(Fetched::At(path)),
                Err(error) => error,
            };
            match &error {
                Error::Place(failed) if failed.is_of_the_name() => return Ok(Fetched::Missed(error)),
                Error::Place(PlaceError::Exists(_)) => {}
                Error::Client(failed) if is_gone(failed) => return Ok(Fetched::Gone),
                // A text may have changed since it was described.
                Error::Client(failed) if failed.may_pass() || matches!(failed, ClientError::Damaged(_)) => {}
                _ => return Err(error),
            }
            if attempts.next().is_none() {
                return Ok(Fetched::Missed(error));
            }
            match describe(entered, content.id).await {
                Ok(described) => content = described,
                Err(Error::Client(failed)) if is_gone(&failed) => return Ok(Fetched::Gone),
                Err(error) => return Err(error),
            }
        }
    }

    async fn attempt(
        &self,
        entered: &mut Entered,
        record: &mut Record,
        content: &Content,
    ) -> Result<PathBuf, Error> {
        let place = own_below(&self.folder, &content.entry_name())?;
        record.seen.placing = Some((content.id, place.clone().into()));
        record.keep()?;
        let path = self.folder.join(place);
        let fetched = entered
            .attempt(PATIENCE, async |session| {
                let (placing, mut file) = match Placing::begin(path.clone(), false) {
                    Ok(begun) => begun,
                    Err(error) => return Ok(Err(error)),
                };
                download(session, content, &mut file, &()).await?;
                Ok(Ok(placing))
            })
            .await?;
        Ok(fetched?.finish()?)
    }
}

async fn describe(entered: &mut Entered, id: i64) -> Result<Content, Error> {
    let id = id.to_string();
    entered
        .attempt(Duration::MAX, async |session| session.call(Method::GET, &["contents", &id, "meta"]).await)
        .await
}

/// Whether it is the content alone that is not there any more.
fn is_gone(error: &ClientError) -> bool {
    error.is(ErrorCode::ContentNotFound) || error.is(ErrorCode::ContentExpired)
}
