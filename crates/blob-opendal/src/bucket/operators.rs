use std::time::Duration;

use elizabeth_core::ports::BlobError;
use opendal::{
    HttpTransporter, Operator,
    layers::{RetryLayer, TimeoutLayer},
};
use opendal_http_transport_reqwest::ReqwestTransport;
use rustls::crypto::CryptoProvider;

use super::{
    deadline::{COMPLETE, Deadlines, REQUEST},
    options::S3Options,
    words::{one_line, root_cause},
};
use crate::error::unavailable;

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(5);
/// How often a request is sent again; with the pauses between them, some two seconds of refusals are sat out.
const RETRIES: usize = 3;

/// What sends requests to a bucket, with the patience that each kind of them needs.
#[derive(Clone)]
pub(super) struct Operators {
    /// What reads and deletes.
    pub(super) requests: Operator,
    /// The same for writing, which ends with what may take long.
    pub(super) writes: Operator,
    /// The same without deadlines and repetitions.
    pub(super) plain: Operator,
}

impl Operators {
    /// Prepares what requests need. Sends none.
    pub(super) fn new(options: &S3Options) -> Result<Self, BlobError> {
        let plain = Operator::new(options.service())
            .map_err(|error| unavailable(format!("{options}: {}", one_line(error.message()))))?;
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
        Ok(Self { requests: patient(REQUEST), writes: patient(COMPLETE), plain })
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
