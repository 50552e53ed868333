use std::{
    cmp::Reverse,
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use elizabeth_client::{ClientError, Content, Method, Session, Which, download};
use elizabeth_core::archive::EntryNames;
use serde::Serialize;
use serde_json::Value;

use crate::{
    error::Error,
    output::Output,
    place::{self, PlaceError, Placing},
    progress::Progress,
    terminal,
    visit::{Access, contents, pick},
};

#[derive(Args)]
pub(crate) struct Get {
    /// What to fetch: HOST/ROOM/NAME for the newest content of a name, HOST/ROOM#ID for one content, HOST/ROOM with
    /// --all
    #[arg(value_name = "URL")]
    url: String,
    /// Write to this file, or into this folder; - is standard output [default: its name, here]
    #[arg(long, short, value_name = "PATH", conflicts_with = "all")]
    output: Option<PathBuf>,
    /// Fetch the newest content of every name, and all without one, into this folder; what has a limit of downloads is
    /// left out, and what cannot be fetched is told, a line each
    #[arg(long, value_name = "DIR")]
    all: Option<PathBuf>,
    /// Replace files that are there already
    #[arg(long, short)]
    force: bool,
    #[command(flatten)]
    access: Access,
}

/// A file that was fetched.
#[derive(Serialize)]
struct Fetched {
    id: i64,
    file_name: Option<String>,
    path: PathBuf,
    size: u64,
    sha256: String,
}

impl Get {
    /// Fetches files. Each is compared with its hash before it appears in its place. What was fetched is printed also
    /// when others fail.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let to_stdout = self.output.as_deref().is_some_and(|path| path.as_os_str() == "-");
        if to_stdout && output.json {
            return Err(Error::Usage("standard output cannot be both a file and JSON".into()));
        }
        let mut visit = self.access.visit(&self.url).await?;
        let which = match (visit.target.content.take(), &self.all) {
            (Some(_), Some(_)) => return Err(Error::Usage("--all is of a room, not of one content".into())),
            (None, None) => {
                return Err(Error::Usage(
                    "say what to fetch: ROOM-URL/NAME, ROOM-URL#ID or --all DIR".into(),
                ));
            }
            (which, _) => which,
        };
        let mut session = visit.enter().await?;
        let contents = contents(&mut session).await?;
        let wanted = match (&which, &self.all) {
            (Some(which), _) => {
                let content = pick(&contents, which).ok_or_else(|| Error::NotThere(label(which)))?;
                if to_stdout {
                    return to_standard_output(&mut session, content, output).await;
                }
                vec![(content, Ok(destination(self.output.as_deref(), content)?))]
            }
            (None, folder) => {
                all_below(folder.as_deref().unwrap_or(Path::new(".")), &contents, self.force, output)?
            }
        };
        let bytes = wanted.iter().filter(|(_, place)| place.is_ok()).map(|(content, _)| content.size).sum();
        let progress = Progress::new(bytes, output.is_quiet());
        let mut fetching = Fetching { session, force: self.force, progress, fetched: Vec::new() };
        let done = if which.is_some() { fetching.each(wanted).await } else { fetching.all(wanted).await };
        fetching.progress.finish();
        let fetched = fetching.fetched;
        if output.json {
            terminal::print_json(&fetched)?;
        } else {
            fetched.iter().try_for_each(|file| terminal::print_line(&file.path.display().to_string()))?;
        }
        done
    }
}

/// A content, and where it goes if it can be anywhere.
type Wanted<'a> = (&'a Content, Result<PathBuf, PlaceError>);

/// What is needed to fetch, and what was fetched.
struct Fetching {
    session: Session,
    force: bool,
    progress: Progress,
    fetched: Vec<Fetched>,
}

impl Fetching {
    /// Fetches one content after the other, up to the first that fails.
    async fn each(&mut self, wanted: Vec<Wanted<'_>>) -> Result<(), Error> {
        for (content, place) in wanted {
            self.one(content, place).await?;
        }
        Ok(())
    }

    /// Fetches all that can be fetched. What cannot is printed, a line each; only when the room does not answer any more
    /// the rest is given up.
    async fn all(&mut self, wanted: Vec<Wanted<'_>>) -> Result<(), Error> {
        let (number, mut missed) = (wanted.len(), 0);
        for (content, place) in wanted {
            if let Err(error) = self.one(content, place).await {
                if is_of_the_server(&error) {
                    self.session.call::<Value>(Method::GET, &[]).await?;
                }
                self.progress.fail(&failure(content, &error));
                missed += 1;
            }
        }
        if missed == 0 { Ok(()) } else { Err(Error::Incomplete { missed, wanted: number }) }
    }

    async fn one(&mut self, content: &Content, place: Result<PathBuf, PlaceError>) -> Result<(), Error> {
        let (placing, mut file) = Placing::begin(place?, self.force)?;
        download(&mut self.session, content, &mut file, &self.progress).await?;
        self.fetched.push(Fetched {
            id: content.id,
            file_name: content.file_name.as_deref().map(str::to_owned),
            path: placing.finish()?,
            size: content.size,
            sha256: content.sha256.clone().into_owned(),
        });
        Ok(())
    }
}

/// Whether the server did not give out a content: it might not do so for any other either.
fn is_of_the_server(error: &Error) -> bool {
    matches!(error, Error::Client(error) if !matches!(error, ClientError::Damaged(_) | ClientError::Local { .. }))
}

/// Why one content of several was not fetched, and which one it is.
fn failure(content: &Content, error: &Error) -> String {
    if is_of_the_server(error) { format!("{}: {error}", content.label()) } else { error.to_string() }
}

async fn to_standard_output(session: &mut Session, content: &Content, output: Output) -> Result<(), Error> {
    let progress = Progress::new(content.size, output.is_quiet());
    let done = download(session, content, &mut tokio::io::stdout(), &progress).await;
    progress.finish();
    Ok(done?)
}

/// Where one content goes.
fn destination(chosen: Option<&Path>, content: &Content) -> Result<PathBuf, PlaceError> {
    match chosen {
        Some(path) if path.is_dir() => Ok(path.join(place::last_name(content)?)),
        Some(path) => Ok(path.to_owned()),
        None => place::last_name(content).map(PathBuf::from),
    }
}

/// Where the contents of a room go, each to a place of its own, called as in an archive of them. All of it is looked
/// at before the first byte is fetched, and nothing is when a file is in the way.
fn all_below<'a>(
    folder: &Path,
    contents: &'a [Content],
    force: bool,
    output: Output,
) -> Result<Vec<Wanted<'a>>, Error> {
    fs::create_dir_all(folder).map_err(|source| PlaceError::Io { path: folder.to_owned(), source })?;
    let (unlimited, limited): (Vec<_>, Vec<_>) =
        contents.iter().partition(|content| content.max_downloads.is_none());
    for content in limited {
        let remark = format!("{} has a limit of downloads, and is left out", content.label());
        Progress::new(0, output.is_quiet()).remark(&remark);
    }
    let newest = newest_of_each(unlimited);
    let mut names = EntryNames::default();
    newest.iter().for_each(|content| names.announce(&content.entry_name()));
    let mut wanted = Vec::new();
    for content in newest {
        let place = place::below(folder, &names.draw(&content.entry_name()));
        match place.and_then(|path| place::check_free(&path, force).map(|()| path)) {
            Err(error @ PlaceError::Exists(_)) => return Err(error.into()),
            place => wanted.push((content, place)),
        }
    }
    Ok(wanted)
}

/// The newest content of each name, and all without one, by ascending id.
fn newest_of_each(mut contents: Vec<&Content>) -> Vec<&Content> {
    let mut seen = HashSet::new();
    contents.sort_by_key(|content| Reverse(content.id));
    contents.retain(|content| content.file_name.as_ref().is_none_or(|name| seen.insert(name)));
    contents.reverse();
    contents
}

fn label(which: &Which) -> String {
    match which {
        Which::Name(name) => name.clone(),
        Which::Id(id) => format!("#{id}"),
    }
}
