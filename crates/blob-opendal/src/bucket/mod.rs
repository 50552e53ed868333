//! A bucket that speaks S3: AWS, Cloudflare R2, MinIO, Garage.
//!
//! A blob of up to one part is sent at once; a longer one as a multipart upload in parts of one size, as R2 wants
//! them. Either way the object appears when it is whole, and at no time before. One part is being sent while the
//! next is being filled: two parts of memory a blob, whatever its size.
//!
//! Every request has a deadline. One that failed for a passing reason is sent again, up to three times at
//! growing intervals. That is safe for all that is asked here: a key is written by one writer, once, parts have
//! numbers, and an object that is there twice is the same. Completing a multipart upload whose answer was lost is
//! refused the second time; the blob then counts as failed and is deleted by its key, as all failed ones are.

mod deadline;
mod operators;
mod options;
mod words;
mod write;
mod writing;

use std::{fmt, ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use elizabeth_core::{
    id::BlobKey,
    installation::InstallationId,
    ports::{BlobError, BlobStream, BlobWriter, Blobs, PresignRequest},
};
use opendal::options::ReadOptions;
use tokio::time::timeout;

pub use self::options::{Addressing, S3Options};
use self::{operators::Operators, words::in_words, write::BucketWriter, writing::Writing};
use crate::{
    error::{deleted, from_opendal, unavailable},
    label, object,
};

/// How long a check may take in all. It is not repeated: who asks whether the bucket works wants to know now.
const CHECK: Duration = Duration::from_secs(5);

/// Blobs as objects in a bucket, or under a prefix of it. Cheap to clone; every clone is the same store.
///
/// What a process that is killed leaves unfinished has no name in the bucket, and takes up space until the bucket's
/// own rule removes it: give the bucket a lifecycle rule that aborts incomplete multipart uploads after a day (AWS
/// and MinIO: `AbortIncompleteMultipartUpload`; R2 has one of seven days by itself).
///
/// The key pair has to be allowed to list the bucket: without that, stores answer "denied" for what is merely
/// missing.
///
/// What signs the requests, `reqsign_core`, logs the key pair at the level `debug`: a program with a log of its own
/// has to keep that out of it.
#[derive(Clone)]
pub struct BucketBlobs {
    operators: Operators,
    /// What it is called in errors.
    name: String,
    writing: Arc<Writing>,
}

impl BucketBlobs {
    /// Prepares what requests need. Asks nothing yet: that is what [`Blobs::check`] is for.
    ///
    /// # Errors
    ///
    /// When this process has no default TLS provider (`rustls::crypto::CryptoProvider::install_default`), or an
    /// option is malformed.
    pub fn new(options: &S3Options) -> Result<Self, BlobError> {
        let operators = Operators::new(options)?;
        Ok(Self { operators, name: options.to_string(), writing: Arc::default() })
    }
}

/// Without what the key pair is.
impl fmt::Debug for BucketBlobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BucketBlobs").field(&self.name).finish()
    }
}

#[async_trait]
impl Blobs for BucketBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        let permit = || self.writing.begin(key);
        Ok(Box::new(BucketWriter::create(&self.operators.writes, key, permit).await?))
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        object::read(&self.operators.requests, key, range).await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        // From here on nothing in this process can bring the blob into being any more: a request that was under way
        // when its caller hung up may be the very one that completes it.
        self.writing.stop(key).await;
        deleted(self.operators.requests.delete(key.as_str()).await)
    }

    /// That the bucket is there, answers within seconds and lets this key pair list it. Nothing is written, so this
    /// may be asked often.
    async fn check(&self) -> Result<(), BlobError> {
        let ask = async {
            // Where no blob lies: the answer is short, and does not depend on what comes and goes meanwhile.
            let mut entries = self.operators.plain.lister_with("nothing/").limit(1).await?;
            futures::StreamExt::next(&mut entries).await.transpose()
        };
        let reason = match timeout(CHECK, ask).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => in_words(&error),
            Err(_) => format!("no answer within {} seconds", CHECK.as_secs()),
        };
        Err(unavailable(format!("{}: {reason}", self.name)))
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        Ok(None)
    }

    async fn installation(&self) -> Result<Option<InstallationId>, BlobError> {
        match self.operators.requests.read(label::NAME).await.map_err(from_opendal) {
            Ok(text) => label::parse(&text.to_bytes()).map(Some),
            Err(BlobError::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn set_installation(&self, id: InstallationId) -> Result<bool, BlobError> {
        self.operators.writes.write(label::NAME, label::text(id)).await.map_err(from_opendal)?;
        Ok(true)
    }

    async fn presign(&self, key: &BlobKey, request: &PresignRequest) -> Result<Option<String>, BlobError> {
        let options = ReadOptions {
            override_content_type: Some(request.content_type.clone()),
            override_content_disposition: Some(request.content_disposition.clone()),
            override_cache_control: Some(request.cache_control.clone()),
            ..ReadOptions::default()
        };
        let signed =
            self.operators.plain.presign_read_options(key.as_str(), request.expires_in, options).await;
        Ok(Some(signed.map_err(from_opendal)?.uri().to_string()))
    }
}
