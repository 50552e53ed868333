use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Serialize;

use crate::{
    args::Output,
    client::{Content, Session, download},
    error::Error,
    place::{self, PlaceError, Placing},
    progress::Progress,
    target::Which,
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
    /// Fetch the newest content of every name into this folder; what has a limit of downloads is left out
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
    /// when the rest fails.
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
                vec![(content, destination(self.output.as_deref(), content)?)]
            }
            (None, folder) => {
                all_below(folder.as_deref().unwrap_or(Path::new(".")), &contents, self.force, output)?
            }
        };
        let progress = Progress::new(wanted.iter().map(|(content, _)| content.size).sum(), output.is_quiet());
        let mut fetched = Vec::new();
        let done = fetch(&mut session, wanted, self.force, &progress, &mut fetched).await;
        progress.finish();
        if output.json {
            terminal::print_json(&fetched)?;
        } else {
            fetched.iter().try_for_each(|file| terminal::print_line(&file.path.display().to_string()))?;
        }
        done
    }
}

async fn fetch(
    session: &mut Session,
    wanted: Vec<(&Content, PathBuf)>,
    force: bool,
    progress: &Progress,
    fetched: &mut Vec<Fetched>,
) -> Result<(), Error> {
    for (content, path) in wanted {
        let (placing, mut file) = Placing::begin(path, force)?;
        download(session, content, &mut file, progress).await?;
        fetched.push(Fetched {
            id: content.id,
            file_name: content.file_name.clone(),
            path: placing.finish()?,
            size: content.size,
            sha256: content.sha256.clone(),
        });
    }
    Ok(())
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

/// Where the contents of a room go. All of it is looked at before the first byte is fetched.
fn all_below<'a>(
    folder: &Path,
    contents: &'a [Content],
    force: bool,
    output: Output,
) -> Result<Vec<(&'a Content, PathBuf)>, Error> {
    fs::create_dir_all(folder).map_err(|source| PlaceError::Io { path: folder.to_owned(), source })?;
    let mut newest = BTreeMap::new();
    for content in contents {
        if content.max_downloads.is_none() {
            newest.insert(content.label(), content);
        } else {
            let remark = format!("{} has a limit of downloads, and is left out", content.label());
            Progress::new(0, output.is_quiet()).remark(&remark);
        }
    }
    let mut wanted = Vec::new();
    for content in newest.into_values() {
        let path = place::below(folder, content)?;
        place::check_free(&path, force)?;
        wanted.push((content, path));
    }
    Ok(wanted)
}

fn label(which: &Which) -> String {
    match which {
        Which::Name(name) => name.clone(),
        Which::Id(id) => format!("#{id}"),
    }
}
