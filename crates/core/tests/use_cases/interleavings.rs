//! Whatever two processes do to uploads in pieces, in whatever order: the account is right, and what became a content
//! is what was sent.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use elizabeth_core::{
    Caller, Error, Result,
    content::FileRequest,
    id::ContentId,
    memory::{MemoryBlobs, MemoryStore},
    policy::Policy,
    room::RoomOptions,
    service::{BegunChunk, ChunkRequest, ChunkWriter, UploadAccess},
};
use proptest::prelude::*;

use crate::{
    pieces::{CHUNK, by_room_token, by_upload_token, chunk, chunked, part, send, sha256},
    support::{World, at, large},
};

const MAX_SIZE: u64 = 600_000;

#[derive(Clone, Debug)]
enum Op {
    Prepare {
        sizes: Vec<usize>,
    },
    /// Of a chunk, or of another one under its index, the first half comes.
    Begin {
        upload: usize,
        file: u64,
        index: u64,
        other: bool,
    },
    /// The rest of it comes, or it is given up, or its process dies.
    End {
        writer: usize,
        how: u8,
    },
    /// All chunks of a file but one, the last one first.
    SendMost {
        upload: usize,
        file: u64,
        but: u64,
    },
    Complete {
        upload: usize,
        file: u64,
    },
    Abandon {
        upload: usize,
    },
    Create {
        size: usize,
    },
    Append {
        file: usize,
        len: usize,
    },
    Delete {
        content: usize,
    },
    Wait {
        seconds: u64,
    },
    Sweep,
}

fn op() -> impl Strategy<Value = Op> {
    let (upload, file) = (0..3usize, 0..2u64);
    prop_oneof![
        2 => proptest::collection::vec(0..4 * CHUNK, 1..3).prop_map(|sizes| Op::Prepare { sizes }),
        3 => (upload.clone(), file.clone(), 0..4u64, prop::bool::weighted(0.2))
            .prop_map(|(upload, file, index, other)| Op::Begin { upload, file, index, other }),
        3 => (0..4usize, 0..6u8).prop_map(|(writer, how)| Op::End { writer, how }),
        4 => (upload.clone(), file.clone(), 0..8u64)
            .prop_map(|(upload, file, but)| Op::SendMost { upload, file, but }),
        4 => (upload.clone(), file).prop_map(|(upload, file)| Op::Complete { upload, file }),
        1 => upload.prop_map(|upload| Op::Abandon { upload }),
        1 => (0..150_000usize).prop_map(|size| Op::Create { size }),
        3 => (0..2usize, 1..100_000usize).prop_map(|(file, len)| Op::Append { file, len }),
        1 => (0..4usize).prop_map(|content| Op::Delete { content }),
        2 => prop_oneof![1..70u64, 1_000..4_000u64].prop_map(|seconds| Op::Wait { seconds }),
        1 => Just(Op::Sweep),
    ]
}

/// What the clients know.
struct Clients {
    /// Two processes on one store.
    processes: [World; 2],
    token: String,
    uploads: Vec<(UploadAccess, Vec<Bytes>)>,
    appends: Vec<(UploadAccess, Bytes)>,
    writers: Vec<(Box<ChunkWriter>, Bytes)>,
    contents: BTreeMap<ContentId, Bytes>,
}

/// Of a file's bytes, which are not those of another.
fn bytes_of(size: usize, nth: usize) -> Bytes {
    large(size + nth).slice(nth..)
}

impl Clients {
    async fn start() -> Self {
        const YEAR: Duration = Duration::from_secs(365 * 86_400);
        let policy = Policy::default().room_ttl(None).room_ttl_ceiling(None).token_ttl(YEAR);
        // Long enough for most of them to come to something.
        let policy = policy.first_byte_ttl(Duration::from_secs(60 * 60));
        let (store, blobs) = (Arc::new(MemoryStore::new()), MemoryBlobs::new());
        let one = World::over(blobs.clone(), store.clone(), Arc::new(blobs.clone()), policy);
        let other = World::beside(&one, blobs.clone(), store, Arc::new(blobs));
        let options = RoomOptions::default().max_size(Some(MAX_SIZE));
        one.create("box", options).await.unwrap();
        let token = one.enter("box").await.unwrap();
        Self {
            processes: [one, other],
            token,
            uploads: Vec::new(),
            appends: Vec::new(),
            writers: Vec::new(),
            contents: BTreeMap::new(),
        }
    }

    async fn run(&mut self, op: Op, process: usize) -> Result<()> {
        let app = self.processes[process].app.clone();
        match op {
            Op::Prepare { sizes } => {
                let files = sizes.iter().enumerate().map(|(nth, &size)| chunked(&nth.to_string(), size));
                let prepared =
                    app.prepare_upload(&at("box"), &Caller::token(&self.token), files.collect()).await?;
                let nth = self.uploads.len();
                let bytes = sizes.iter().map(|&size| bytes_of(size, nth)).collect();
                self.uploads.insert(0, (by_upload_token(&prepared), bytes));
            }
            Op::Begin { upload, file, index, other } => {
                let Some((access, files)) = self.uploads.get(upload) else { return Ok(()) };
                let request = ChunkRequest { file, ..chunk(index) };
                let BegunChunk::Writing(mut writer) = app.begin_chunk(&at("box"), access, request).await?
                else {
                    return Ok(());
                };
                let mut bytes = part(&files[file as usize], index);
                if other {
                    bytes = vec![7; bytes.len()].into();
                }
                let rest = bytes.split_off(bytes.len() / 2);
                writer.write(bytes).await?;
                self.writers.insert(0, (writer, rest));
            }
            Op::End { writer, how } => {
                if writer >= self.writers.len() {
                    return Ok(());
                }
                let (mut writer, rest) = self.writers.remove(writer);
                match how {
                    0 => drop(writer),
                    1 => writer.abort().await,
                    _ => {
                        if let Err(error) = writer.write(rest).await {
                            writer.abort().await;
                            return Err(error);
                        }
                        writer.finish().await?;
                    }
                }
            }
            Op::SendMost { upload, file, but } => {
                let Some((access, files)) = self.uploads.get(upload) else { return Ok(()) };
                let Some(bytes) = files.get(file as usize) else { return Ok(()) };
                for index in (0..bytes.len().div_ceil(CHUNK) as u64).rev().filter(|&index| index != but) {
                    send(&app, access, ChunkRequest { file, ..chunk(index) }, part(bytes, index)).await?;
                }
            }
            Op::Complete { upload, file } => {
                let Some((access, files)) = self.uploads.get(upload) else { return Ok(()) };
                let Some(bytes) = files.get(file as usize) else { return Ok(()) };
                let completed = app.complete_upload(&at("box"), access, file, Some(sha256(bytes))).await?;
                self.contents.insert(completed.content.id, bytes.clone());
            }
            Op::Abandon { upload } => {
                let Some((access, _)) = self.uploads.get(upload) else { return Ok(()) };
                app.abandon_upload(&at("box"), access).await?;
            }
            Op::Create { size } => {
                let file = FileRequest::new("a", size as u64);
                let created = app.create_upload(&at("box"), &Caller::token(&self.token), file).await?;
                let bytes = bytes_of(size, 100 + self.appends.len());
                self.contents.extend(created.progress[0].content.map(|id| (id, bytes.clone())));
                self.appends.insert(0, (by_room_token(&self.token, &created), bytes));
            }
            Op::Append { file, len } => {
                let Some((access, bytes)) = self.appends.get(file) else { return Ok(()) };
                let from = app.appendable(&at("box"), access).await?.arrived();
                let mut append = app.begin_append(&at("box"), access, from, false).await?;
                let to = bytes.len().min(from as usize + len);
                append.write(bytes.slice(from as usize..to)).await?;
                let content = append.finish().await?.content;
                self.contents.extend(content.map(|content| (content.id, bytes.clone())));
            }
            Op::Delete { content } => {
                let Some(&id) = self.contents.keys().nth(content) else { return Ok(()) };
                app.delete_contents(&at("box"), &Caller::token(&self.token), vec![id]).await?;
                self.contents.remove(&id);
            }
            Op::Wait { seconds } => self.processes[0].wait(seconds),
            Op::Sweep => drop(app.gc(false).await?),
        }
        Ok(())
    }

    /// The account: what is stored and every live hold are the room's size, and no more than it holds.
    async fn check(&self) {
        let world = &self.processes[0];
        let traces = world.traces().await;
        let held: u64 = traces.holds.iter().map(|&(_, size)| size).sum();
        let stored: u64 = self.contents.values().map(|bytes| bytes.len() as u64).sum();
        assert_eq!(traces.stored, stored);
        assert_eq!(world.current_size("box", &self.token).await, stored + held);
        assert!(stored + held <= MAX_SIZE);
        world.check_blobs().await;
    }

    /// What became a content is what was sent, and once all is over nothing else is left.
    async fn end(mut self) -> usize {
        self.writers.clear();
        let world = &self.processes[0];
        world.wait(3_600);
        world.app.gc(false).await.unwrap();
        let traces = world.traces().await;
        assert_eq!((traces.holds.len(), traces.announced, traces.queued), (0, 0, 0));
        world.check_blobs().await;
        for (&id, bytes) in &self.contents {
            assert!(world.read("box", &self.token, id).await.unwrap() == *bytes);
        }
        let listed =
            world.app.contents(&at("box"), &Caller::token(&self.token), Default::default()).await.unwrap();
        assert_eq!(listed.len(), self.contents.len());
        listed.len()
    }
}

/// What may be refused; anything else is a defect.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::RoomFull(_)
            | Error::Unauthorized(_)
            | Error::Invalid(_)
            | Error::ReservationNotFound
            | Error::ReservationExpired
            | Error::PieceLost
            | Error::ChunkConflict { .. }
            | Error::ChunksMissing { .. }
            | Error::HashMismatch { .. }
            | Error::ContentNotFound(_)
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn two_processes_keep_the_account_right(ops in proptest::collection::vec((op(), 0..2usize), 1..60)) {
        futures::executor::block_on(async {
            let mut clients = Clients::start().await;
            for (op, process) in ops {
                let shown = format!("{op:?}");
                if let Err(error) = clients.run(op, process).await {
                    assert!(is_refusal(&error), "{shown}: {error:?}");
                }
                clients.check().await;
            }
            clients.end().await;
        });
    }
}

/// The property above is about something: such sequences do complete files.
#[test]
fn most_sequences_complete_files() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let strategy = proptest::collection::vec((op(), 0..2usize), 60..61);
    let mut completed = 0;
    for _ in 0..20 {
        let ops = strategy.new_tree(&mut runner).unwrap().current();
        completed += futures::executor::block_on(async {
            let mut clients = Clients::start().await;
            for (op, process) in ops {
                drop(clients.run(op, process).await);
            }
            clients.end().await
        });
    }
    assert!(completed >= 20, "{completed} contents");
}
