use std::{collections::BTreeMap, io, path::PathBuf, time::Duration};

use clap::Args;
use elizabeth_client::{
    ChunkOptions, Content, LocalFile, PARALLEL, Placed, Session, UploadOptions, Which, is_large, read,
    upload, upload_in_chunks, uploads_of,
};
use elizabeth_core::policy::MANIFEST_FILES_MAX;
use serde_json::Value;
use url::Url;

use crate::{
    error::Error,
    files::{self, Found},
    output::Output,
    progress::Progress,
    sessions::Sessions,
    terminal,
    units::{from_now, span},
    visit::{Access, Visit},
};

/// The most files of one manifest.
const BATCH: usize = MANIFEST_FILES_MAX;

#[derive(Args)]
pub(crate) struct Put {
    /// Files and folders; what is over 8 MiB is sent in chunks, and the same command goes on with it when it was broken
    /// off; - is standard input, which is kept in a temporary file until it has ended, and is sent in one piece
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to: HOST/ROOM, or HOST/ROOM/NAME for one file
    #[arg(value_name = "ROOM-URL")]
    room: String,
    /// Name for one file, or for standard input
    #[arg(long, short)]
    name: Option<String>,
    /// Create the room if it is not there: that is the default
    #[arg(long, overrides_with = "no_create")]
    create: bool,
    /// Fail if the room is not there
    #[arg(long)]
    no_create: bool,
    /// How long the files are kept [default: as long as the room]
    #[arg(long, value_name = "DURATION", value_parser = span)]
    expire_in: Option<Duration>,
    /// How often each can be downloaded [default: as often as one likes]
    #[arg(long, value_name = "N")]
    max_downloads: Option<u64>,
    /// How many chunks of a file over 8 MiB are on their way at once, 1 to 16
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = parallel())]
    parallel: u64,
    /// How long a request that fails is tried again, of files over 8 MiB; 0s is never
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = span)]
    retry_for: Duration,
    #[command(flatten)]
    access: Access,
}

fn parallel() -> clap::builder::RangedU64ValueParser<u64> {
    clap::builder::RangedU64ValueParser::new().range(PARALLEL)
}

impl Put {
    /// Sends the files, large ones in chunks, the others as many at a time as a manifest holds. What is stored is printed
    /// also when the rest fails.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let piped = self.files.iter().any(|file| file.as_os_str() == "-");
        if piped && self.access.password_stdin {
            return Err(Error::Usage("standard input cannot be both a file and a password".into()));
        }
        let mut visit = self.access.visit(&self.room).await?;
        let name = match (visit.target.content.take(), self.name) {
            (None, name) => name,
            (Some(Which::Name(name)), None) => Some(name),
            (Some(_), _) => {
                return Err(Error::Usage("say once what the file is to be called".into()));
            }
        };
        let arguments = self.files;
        let found = tokio::task::spawn_blocking(move || files::find(&arguments, name.as_deref())).await;
        let Found { files, remarks } = found.map_err(|error| Error::Input(io::Error::other(error)))??;
        let progress = Progress::new(files.iter().map(|file| file.size).sum(), output.is_quiet());
        remarks.iter().for_each(|remark| progress.remark(remark));

        let (large, small): (Vec<Placed>, Vec<Placed>) =
            files.into_iter().enumerate().partition(|(_, file)| is_large(file));
        let create = self.create || !self.no_create;
        let (session, resumable) = if large.is_empty() {
            (visit.enter_at_will(create, &progress).await?, false)
        } else {
            visit.enter_to_come_back(create, &progress).await?
        };
        let options =
            UploadOptions { max_downloads: self.max_downloads, expire_at: self.expire_in.map(from_now) };
        let parallel = usize::try_from(self.parallel).unwrap_or(1);
        let chunks = ChunkOptions { parallel, patience: self.retry_for, resumable };
        let mut sending = Sending { session, options, chunks, progress, stored: BTreeMap::new() };
        let sent = sending.large(large, &visit).await;
        let sent = if sent.is_ok() { sending.small(small).await } else { sent };
        sending.progress.finish();
        print(&visit, sending.stored.into_values().collect(), output)?;
        sent
    }
}

/// What is needed to send, and what was stored, by the files' places.
struct Sending {
    session: Session,
    options: UploadOptions,
    chunks: ChunkOptions,
    progress: Progress,
    stored: BTreeMap<usize, Value>,
}

impl Sending {
    /// Sends the large files. They go first: while they are not all there, the same command goes on with them, and
    /// nothing is sent twice.
    async fn large(&mut self, files: Vec<Placed>, visit: &Visit) -> Result<(), Error> {
        let any = !files.is_empty();
        for files in uploads_of(files, BATCH) {
            let Self { session, options, chunks, progress, stored } = self;
            upload_in_chunks(session, files, options, *chunks, &progress.heard(), stored).await?;
        }
        if any { visit.of_session(Sessions::forget_if_unwatched) } else { Ok(()) }
    }

    /// Sends the others, as many manifests as it takes.
    async fn small(&mut self, files: Vec<Placed>) -> Result<(), Error> {
        let (places, files): (Vec<usize>, Vec<LocalFile>) = files.into_iter().unzip();
        for (places, files) in places.chunks(BATCH).zip(files.chunks(BATCH)) {
            let stored = upload(&mut self.session, files, &self.options, &self.progress.heard()).await?;
            self.stored.extend(places.iter().copied().zip(stored));
        }
        Ok(())
    }
}

/// Prints what was stored with its addresses.
fn print(visit: &Visit, stored: Vec<Value>, output: Output) -> Result<(), Error> {
    let linked = stored.into_iter().map(|content| with_link(visit, content));
    let linked = linked.collect::<Result<Vec<_>, Error>>()?;
    if output.json {
        let contents: Vec<Value> = linked.into_iter().map(|(content, _)| content).collect();
        return terminal::print_json(&contents);
    }
    linked.iter().try_for_each(|(_, link)| terminal::print_line(link.as_str()))
}

/// Prints one content with its address.
pub(super) fn print_one(visit: &Visit, stored: Value, output: Output) -> Result<(), Error> {
    let (content, link) = with_link(visit, stored)?;
    if output.json { terminal::print_json(&content) } else { terminal::print_line(link.as_str()) }
}

/// A content's object with its address as one more member, and the address.
fn with_link(visit: &Visit, mut stored: Value) -> Result<(Value, Url), Error> {
    let content: Content = read(&stored)?;
    let server = visit.client.server();
    let link = server.content(&visit.target.room, content.file_name.as_deref(), content.id);
    stored["link"] = link.as_str().into();
    Ok((stored, link))
}
