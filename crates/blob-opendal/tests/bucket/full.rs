use elizabeth_core::ports::BlobError;
use elizabeth_test_servers::S3;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::{MIB, S3Options, blobs, key, options, pattern, store};

/// Answers one request as a server does that takes nothing more in: by status and code.
async fn refuse(stream: TcpStream, status: &str, code: &str) {
    let mut stream = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while stream.read_line(&mut line).await.unwrap() > 2 {
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    stream.read_exact(&mut vec![0; length]).await.unwrap();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>No more.</Message>\
         <Resource>/rooms</Resource><RequestId>1</RequestId></Error>"
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
}

/// No server of the tests has quotas; the answers are those of Ceph and MinIO.
#[tokio::test]
async fn a_bucket_that_takes_no_more_is_full() {
    let server = S3::open();
    for (status, code, full) in [
        ("403 Forbidden", "QuotaExceeded", true),
        ("400 Bad Request", "XMinioAdminBucketQuotaExceeded", true),
        ("507 Insufficient Storage", "XMinioStorageFull", true),
        ("403 Forbidden", "AccessDenied", false),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let answering = tokio::spawn(async move {
            loop {
                refuse(listener.accept().await.unwrap().0, status, code).await;
            }
        });
        let blobs = blobs(&S3Options { endpoint: Some(endpoint), ..options(&server) });
        // At once, and in parts.
        for size in [MIB, 9 * MIB] {
            let error = store(&blobs, &key(1), &pattern(size)).await.unwrap_err();
            assert_eq!(matches!(error, BlobError::Full(_)), full, "{code}: {error}");
        }
        answering.abort();
    }
}
