use elizabeth_blob_opendal::S3Options;
use elizabeth_core::ports::Blobs;
use elizabeth_test_servers::S3;

use crate::{blobs, options};

/// What a check says, which has to be one line without a secret that names bucket and endpoint.
async fn told(options: &S3Options) -> String {
    let error = blobs(options).check().await.unwrap_err().to_string();
    assert!(!error.contains('\n') && !error.contains("nobody-may-print"), "{error}");
    let endpoint = options.endpoint.as_deref().unwrap();
    assert!(error.contains(&format!("bucket {:?} at {endpoint}: ", options.bucket)), "{error}");
    error
}

#[tokio::test]
async fn what_is_wrong_is_said_in_words() {
    let mut server = S3::open();
    let right = options(&server);
    assert_eq!(blobs(&right).check().await, Ok(()));

    let error = told(&S3Options { bucket: "nowhere".into(), ..right.clone() }).await;
    assert!(error.ends_with("there is no such bucket"), "{error}");
    let error = told(&S3Options { access_key_id: "somebody".into(), ..right.clone() }).await;
    assert!(error.contains("wrong key id or secret"), "{error}");
    let other = "another-secret-that-nobody-may-print";
    let error = told(&S3Options { secret_access_key: other.into(), ..right.clone() }).await;
    assert!(error.contains("wrong key id or secret"), "{error}");
    assert!(error.ends_with("(code: \"SignatureDoesNotMatch\", message: \"\")"), "{error}");
    server.stop();
    let error = told(&right).await;
    assert!(error.contains("cannot be reached: Connection refused"), "{error}");
}

#[tokio::test]
async fn tls_where_none_is_spoken_is_told() {
    let server = S3::open();
    let mut options = options(&server);
    options.endpoint = Some(server.endpoint().replace("http:", "https:"));
    let error = told(&options).await;
    assert!(error.contains("cannot be reached: "), "{error}");
}

#[test]
fn no_secret_is_in_debug() {
    let server = S3::open();
    assert!(!format!("{:?}", options(&server)).contains("nobody-may-print"));
}
