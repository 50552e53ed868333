use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, BlobWriter},
};
use opendal::{ErrorKind, Operator, Writer};
use tokio::{
    sync::{
        mpsc::{self, Receiver, Sender},
        oneshot,
    },
    time::sleep,
};

use super::writing::WritePermit;
use crate::error::{from_opendal, unavailable};

/// Bytes of a part. R2 wants all of a blob to have one size, and AWS between 5 MiB and 5 GiB.
const PART: usize = 8 * 1024 * 1024;
/// Bytes of a blob: all stores take ten thousand parts.
const BLOB_MAX: u64 = 10_000 * PART as u64;
/// Seconds to wait before each attempt at giving an upload up. The first ones fail while the bucket is away, as it
/// often is where an upload fails; all together outlast an outage of five minutes.
const GIVE_UP: [u64; 7] = [0, 5, 10, 20, 40, 80, 160];

/// A blob being written as one object.
///
/// The requests are sent by a task of its own. Whoever writes may hang up at any time; a request under way is
/// brought to its end nevertheless, so that the upload's id is known, and it can be given up.
pub(super) struct BucketWriter {
    steps: Sender<Step>,
    size: u64,
}

struct Step {
    /// `None` to finish.
    bytes: Option<Bytes>,
    done: oneshot::Sender<Result<(), BlobError>>,
}

impl BucketWriter {
    /// The permit is taken when there is something to stop.
    pub(super) async fn create(
        operator: &Operator,
        key: &BlobKey,
        permit: impl FnOnce() -> WritePermit + Send,
    ) -> Result<Self, BlobError> {
        // One part at a time: more at once take more memory, and one that is still on its way when the upload is
        // given up would stay in the bucket.
        let writer = operator.writer_with(key.as_str()).chunk(PART).concurrent(1).await;
        let (steps, next) = mpsc::channel(1);
        tokio::spawn(write(writer.map_err(from_opendal)?, next, permit()));
        Ok(Self { steps, size: 0 })
    }

    async fn step(&self, bytes: Option<Bytes>) -> Result<(), BlobError> {
        let (done, result) = oneshot::channel();
        let gone = || unavailable("the blob was deleted or failed before");
        self.steps.send(Step { bytes, done }).await.map_err(|_| gone())?;
        result.await.map_err(|_| gone())?
    }
}

#[async_trait]
impl BlobWriter for BucketWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > BLOB_MAX {
            return Err(BlobError::Full(format!("a blob in a bucket has {BLOB_MAX} bytes at most")));
        }
        if bytes.is_empty() { Ok(()) } else { self.step(Some(bytes)).await }
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        self.step(None).await
    }
}

/// Takes the steps until the blob is finished, or its writer fails, is dropped or is stopped; then it gives up.
async fn write(mut writer: Writer, mut next: Receiver<Step>, mut permit: WritePermit) {
    let finished = take_steps(&mut writer, &mut next, &mut permit).await;
    // Nobody has to wait for the rest: an upload that is not completed never becomes an object.
    drop((next, permit));
    if !finished {
        give_up(writer).await;
    }
}

async fn take_steps(writer: &mut Writer, next: &mut Receiver<Step>, permit: &mut WritePermit) -> bool {
    loop {
        let step = tokio::select! {
            biased;
            () = permit.stopped() => return false,
            step = next.recv() => step,
        };
        let Some(Step { bytes, done }) = step else { return false };
        let finishing = bytes.is_none();
        let result = match bytes {
            Some(bytes) => writer.write(bytes).await,
            None => writer.close().await.map(drop),
        };
        let failed = result.is_err();
        // Who hung up has to delete the blob, finished or not.
        let _ = done.send(result.map_err(of_writing));
        if failed || finishing {
            return !failed;
        }
    }
}

async fn give_up(mut writer: Writer) {
    let mut last = None;
    for pause in GIVE_UP {
        sleep(Duration::from_secs(pause)).await;
        match writer.abort().await {
            Ok(()) => return,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => last = Some(error),
        }
    }
    if let Some(error) = last {
        tracing::warn!(%error, "an unfinished upload is left to the bucket's lifecycle rule");
    }
}

/// `Missing` is a word for blobs; what is missing while one is written is the upload.
fn of_writing(error: opendal::Error) -> BlobError {
    match from_opendal(error) {
        BlobError::Missing(text) => BlobError::Unavailable(text),
        other => other,
    }
}
