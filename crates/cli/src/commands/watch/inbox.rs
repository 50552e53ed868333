use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use elizabeth_client::{ClientError, Content, ErrorCode, Method, Session, download};

use super::{
    entered::Entered,
    record::{Record, Text},
};
use crate::{
    error::Error,
    place::{PlaceError, Placing, own_below, sha256_of, sweep},
};

/// How long a content is asked for before it is looked whether it is the content or the server that cannot be had.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a content is begun anew that the server describes but does not give out as described.
pub(super) const ATTEMPTS: usize = 5;

/// Why a content is left out.
pub(super) const LIMITED: &str = "has a limit of downloads";

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

    /// Removes what an earlier run left that was killed while it fetched something.
    pub(super) fn sweep(&self, record: &Record) -> Result<(), PlaceError> {
        let Some((_, place)) = &record.seen.placing else { return Ok(()) };
        let mut folder = self.folder.join(place);
        folder.pop();
        match sweep(&folder) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(PlaceError::Io { path: folder, source })
            }
            Ok(()) | Err(_) => Ok(()),
        }
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
            return Ok(Fetched::LeftOut(LIMITED));
        }
        if let Some(place) = placed(record, content.id).filter(|place| self.folder.join(place).is_file()) {
            let path = self.folder.join(&place);
            if is_text(&content) {
                // It may have changed while nobody watched.
                let sha256 = sha256_of(&path)?.unwrap_or_default();
                record.seen.place_text(Text { id: content.id, place, sha256, is_behind: true });
            }
            return Ok(Fetched::At(path));
        }
        let mut attempts = 0..ATTEMPTS;
        loop {
            let place = own_below(&self.folder, &content.entry_name());
            let fetched = match place {
                Ok(place) => self.put(entered, record, &content, place.into(), false).await,
                Err(error) => Err(error.into()),
            };
            let error = match fetched {
                Ok(place) => {
                    let path = self.folder.join(&place);
                    if is_text(&content) {
                        record.seen.place_text(Text::of(&content, place));
                    }
                    return Ok(Fetched::At(path));
                }
                Err(error) => error,
            };
            match again(error, attempts.next().is_some())? {
                Some(missed) => return Ok(missed),
                None => match describe(entered, content.id).await? {
                    Some(described) => content = described,
                    None => return Ok(Fetched::Gone),
                },
            }
        }
    }

    /// Puts a content into a place below the folder, which is remembered before.
    pub(super) async fn put(
        &self,
        entered: &mut Entered,
        record: &mut Record,
        content: &Content,
        place: PathBuf,
        replaces: bool,
    ) -> Result<PathBuf, Error> {
        record.seen.placing = Some((content.id, place.clone()));
        record.seen.placing_sha256 = Some(content.sha256.clone().into_owned());
        record.keep()?;
        let path = self.folder.join(&place);
        let fetched = entered
            .attempt(PATIENCE, async |session| {
                let (placing, mut file) = match Placing::begin(path.clone(), replaces) {
                    Ok(begun) => begun,
                    Err(error) => return Ok(Err(error)),
                };
                download(session, content, &mut file, &()).await?;
                // It is on the disk before it is remembered that it is.
                let synced = file.sync_all().await;
                synced.map_err(|source| ClientError::Local { name: content.label(), source })?;
                Ok(Ok(placing))
            })
            .await?;
        let path = fetched?.finish()?;
        let folder = path.parent().unwrap_or(&self.folder);
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| PlaceError::Io { path: folder.to_owned(), source })?;
        Ok(place)
    }
}

/// What has become of a content that was not fetched; `None` where it is worth another attempt.
pub(super) fn again(error: Error, another: bool) -> Result<Option<Fetched>, Error> {
    match &error {
        Error::Place(failed) if failed.is_of_the_name() => return Ok(Some(Fetched::Missed(error))),
        Error::Place(PlaceError::Exists(_)) => {}
        Error::Client(failed) if is_gone(failed) => return Ok(Some(Fetched::Gone)),
        // A text may have changed since it was described.
        Error::Client(failed) if failed.may_pass() || matches!(failed, ClientError::Damaged(_)) => {}
        _ => return Err(error),
    }
    Ok((!another).then_some(Fetched::Missed(error)))
}

/// The place that a content was on its way to.
pub(super) fn placed(record: &Record, id: i64) -> Option<PathBuf> {
    record.seen.placing.as_ref().filter(|(of, _)| *of == id).map(|(_, place)| place.clone())
}

/// Whether its bytes may change.
fn is_text(content: &Content) -> bool {
    content.content_type != "file"
}

/// How a content stands now; `None` where it is not there any more.
pub(super) async fn describe(entered: &mut Entered, id: i64) -> Result<Option<Content>, Error> {
    let id = id.to_string();
    let meta = async |session: &mut Session| session.call(Method::GET, &["contents", &id, "meta"]).await;
    match entered.attempt(Duration::MAX, meta).await {
        Err(Error::Client(failed)) if is_gone(&failed) => Ok(None),
        described => described.map(Some),
    }
}

/// Whether it is the content alone that is not there any more.
fn is_gone(error: &ClientError) -> bool {
    error.is(ErrorCode::ContentNotFound) || error.is(ErrorCode::ContentExpired)
}
