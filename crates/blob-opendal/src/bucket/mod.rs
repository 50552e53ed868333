//! A bucket that speaks S3: AWS, Cloudflare R2, MinIO, Garage.
//!
//! A blob of up to one part is sent at once; a longer one as a multipart upload in parts of one size, as R2 wants
//! them. Either way the object appears when it is whole, and at no time before. One part is being sent while the
//! next is being filled: two parts of memory a blob, whatever its size.
//!
//! Every request has a deadline. One that failed for a passing reason is sent again, up to [`RETRIES`] times at
//! growing intervals. That is safe for all that is asked here: a key is written by one writer, once, parts have
//! numbers, and an object that is there twice is the same. Completing a multipart upload whose answer was lost is
//! refused the second time; the blob then counts as failed and is deleted by its key, as all failed ones are.

mod deadline;
mod options;
mod write;
mod writing;

use std::{error::Error as _, sync::Arc, time::Duration};

use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, PresignRequest},
};
use opendal::{
    Error, ErrorKind, HttpTransporter, Operator,
    layers::{RetryLayer, TimeoutLayer},
    options::ReadOptions,
};
use opendal_http_transport_reqwest::ReqwestTransport;
use rustls::crypto::CryptoProvider;
use tokio::time::timeout;

pub use self::options::{Addressing, S3Options};
pub(crate) use self::write::BucketWriter;
use self::{
    deadline::{COMPLETE, Deadlines, REQUEST},
    writing::Writing,
};
use crate::error::{from_opendal, unavailable};

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(5);
/// How often a request is sent again; with the pauses between them, some two seconds of refusals are sat out.
const RETRIES: usize = 3;
/// How long a check may take in all. It is not repeated: who asks whether the bucket works wants to know now.
const CHECK: Duration = Duration::from_secs(5);

/// A bucket, or what is under a prefix of it.
pub(crate) struct Bucket {
    operator: Operator,
    /// The same for writing, which ends with what may take long.
    writes: Operator,
    /// The same without deadlines and repetitions.
    plain: Operator,
    /// What it is called in errors.
    name: String,
    writing: Arc<Writing>,
}

impl Bucket {
    /// Prepares what requests need. Sends none.
    pub(crate) fn open(options: &S3Options) -> Result<Self, BlobError> {
        let name = options.to_string();
        let plain = Operator::new(options.service())
            .map_err(|error| unavailable(format!("{name}: {}", one_line(error.message()))))?;
        let transport = HttpTransporter::new(Deadlines(ReqwestTransport::new(client(options)?)));
        let context = plain.context().with_http_transport(transport);
        let plain = plain.with_context(context);
        // Deadlines inside the repetitions, so that each has its own. Those of requests are the transport's; these
        // are for a piece of an answer too.
        let patient = |span| {
            plain.clone().layer(TimeoutLayer::new().with_timeout(REQUEST).with_io_timeout(span)).layer(
                RetryLayer::new()
                    .with_max_times(RETRIES)
                    .with_min_delay(Duration::from_millis(250))
                    .with_max_delay(Duration::from_secs(2))
                    .with_jitter(),
            )
        };
        let (operator, writes) = (patient(REQUEST), patient(COMPLETE));
        Ok(Self { operator, writes, plain, name, writing: Arc::default() })
    }

    /// What reads and deletes.
    pub(crate) fn operator(&self) -> &Operator {
        &self.operator
    }

    /// Returns when nothing in this process can bring this blob into being any more: a request that was under
    /// way when its caller hung up may be the very one that completes it.
    pub(crate) async fn stop_writing(&self, key: &BlobKey) {
        self.writing.stop(key).await;
    }

    /// Whether the bucket is there, answers, and lets us list it.
    pub(crate) async fn check(&self) -> Result<(), BlobError> {
        let ask = async {
            // Where no blob lies: the answer is short, and does not depend on what comes and goes meanwhile.
            let mut entries = self.plain.lister_with("nothing/").limit(1).await?;
            futures::StreamExt::next(&mut entries).await.transpose()
        };
        let reason = match timeout(CHECK, ask).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => in_words(&error),
            Err(_) => format!("no answer within {} seconds", CHECK.as_secs()),
        };
        Err(unavailable(format!("{}: {reason}", self.name)))
    }

    /// A link to a blob.
    pub(crate) async fn presign(&self, key: &BlobKey, request: &PresignRequest) -> Result<String, BlobError> {
        let options = ReadOptions {
            override_content_type: Some(request.content_type.clone()),
            override_content_disposition: Some(request.content_disposition.clone()),
            override_cache_control: Some(request.cache_control.clone()),
            ..ReadOptions::default()
        };
        let signed = self.plain.presign_read_options(key.as_str(), request.expires_in, options).await;
        Ok(signed.map_err(from_opendal)?.uri().to_string())
    }
}

fn client(options: &S3Options) -> Result<reqwest::Client, BlobError> {
    // The client would panic.
    if CryptoProvider::get_default().is_none() {
        return Err(unavailable("this process has no TLS provider"));
    }
    let client = reqwest::Client::builder().connect_timeout(CONNECT);
    // Where nothing is encrypted, the system needs no certificates: small containers have none.
    let client = if options.is_plain_http() { client.tls_certs_only([]) } else { client };
    client.build().map_err(|error| unavailable(format!("prepare TLS: {}", root_cause(&error))))
}

/// Why a check failed, for the operator.
fn in_words(error: &Error) -> String {
    match error.kind() {
        ErrorKind::ConfigInvalid | ErrorKind::NotFound => "there is no such bucket".into(),
        ErrorKind::PermissionDenied => {
            format!(
                "access denied: wrong key id or secret, or a key that may not list it ({})",
                answer(error)
            )
        }
        _ if error.source().is_some() => format!("cannot be reached: {}", root_cause(error)),
        _ => answer(error),
    }
}

/// What the server said: its code and message, without what OpenDAL puts around them for its own programmers.
fn answer(error: &Error) -> String {
    let text = one_line(error.message());
    let inner = text.strip_prefix("S3Error { ").and_then(|text| text.split_once(", resource: "));
    inner.map_or(text.clone(), |(inner, _)| inner.to_owned())
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    one_line(&cause.to_string())
}

/// What a server says may be a page of HTML.
fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(300).collect()
}
