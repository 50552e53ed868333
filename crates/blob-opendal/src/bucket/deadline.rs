use std::time::Duration;

use http::{Method, Request, Response};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport, Result};
use opendal_http_transport_reqwest::ReqwestTransport;
use tokio::time::timeout;

/// How long a request may take until its answer begins: with parts of 8 MiB, 3.4 Mbit/s to the bucket suffice.
pub(super) const REQUEST: Duration = Duration::from_secs(20);
/// How long completing a multipart upload may take: stores put the object together meanwhile, which AWS says may
/// take several minutes.
pub(super) const COMPLETE: Duration = Duration::from_secs(10 * 60);

/// A transport on which every request has a deadline.
pub(super) struct Deadlines(pub(super) ReqwestTransport);

impl HttpTransport for Deadlines {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>> {
        let deadline = deadline(&request);
        timeout(deadline, self.0.fetch(request)).await.unwrap_or_else(|_| {
            let text = format!("no answer within {} seconds", deadline.as_secs());
            Err(Error::new(ErrorKind::Unexpected, text).set_temporary())
        })
    }
}

fn deadline<T>(request: &Request<T>) -> Duration {
    let query = request.uri().query().unwrap_or_default();
    // CompleteMultipartUpload is the only POST that names an upload.
    let completes = request.method() == Method::POST && query.contains("uploadId=");
    if completes { COMPLETE } else { REQUEST }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_completing_may_take_long() {
        let cases = [
            (Method::POST, "key?uploadId=a", COMPLETE),
            (Method::POST, "key?uploads", REQUEST),
            (Method::PUT, "key?partNumber=1&uploadId=a", REQUEST),
            (Method::DELETE, "key?uploadId=a", REQUEST),
            (Method::PUT, "key", REQUEST),
        ];
        for (method, target, expected) in cases {
            let uri = format!("http://bucket/{target}");
            let request = Request::builder().method(method).uri(uri).body(()).unwrap();
            assert_eq!(deadline(&request), expected, "{target}");
        }
    }
}
