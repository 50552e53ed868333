//! Downloads that are sent on to a bucket, switched on as an operator does it.

use std::{fs, process::Command};

use elizabeth_test_servers::S3;
use reqwest::redirect::Policy;

use crate::server::{Server, client, create_and_enter, prepare, upload};

const SESSION: &str = "session-token-that-nobody-may-print";

#[tokio::test(flavor = "multi_thread")]
async fn no_link_stands_in_the_log() {
    let bucket = S3::open();
    let url = bucket.url("logged");
    let data = tempfile::tempdir().unwrap();
    let log = data.path().join("server.log");
    let env = [
        ("RUST_LOG", "trace"),
        ("ELIZABETH_BLOB_REDIRECT", "on"),
        ("ELIZABETH_BLOB_URL", url.as_str()),
        ("AWS_ACCESS_KEY_ID", S3::ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", S3::SECRET_ACCESS_KEY),
        ("AWS_SESSION_TOKEN", SESSION),
    ];
    let server = Server::start_logging_to(data.path(), &env, Server::log_file(&log));
    let client = client();
    let room = server.room("linked");
    let (_, token) = create_and_enter(&client, &room).await;
    let reservation = prepare(&client, &room, &token, "a.bin", 20_000).await.unwrap();
    let bytes = vec![7; 20_000];
    let uploaded =
        upload(&client, &room, &token, reservation, "a.bin", bytes.clone().into(), 20_000).await.unwrap();
    let path = format!("{room}/contents/{}/download", uploaded["uploaded"][0]["id"]);

    let still = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let sent_on = still.get(&path).bearer_auth(&token).send().await.unwrap();
    assert_eq!(sent_on.status(), 307);
    let link = sent_on.headers()["location"].to_str().unwrap();
    assert!(client.get(link).send().await.unwrap().bytes().await.unwrap() == bytes);
    server.terminate();

    let text = fs::read_to_string(&log).unwrap();
    let (_, signature) = link.split_once("X-Amz-Signature=").unwrap();
    let signature = &signature[..64];
    assert!(text.contains("contents/{id}/download"), "the log is not that of the request");
    assert!(link.contains(SESSION), "the link is not that of the session");
    for secret in [link, signature, S3::SECRET_ACCESS_KEY, SESSION] {
        let line = text.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} stands in {line:?}");
    }
}

#[test]
fn without_a_bucket_the_start_is_refused_in_one_line() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let run = Command::new(env!("CARGO_BIN_EXE_elizabeth-http"))
        .args(["--listen=127.0.0.1:0", "--blob-redirect=on", "--data-dir"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(!run.status.success() && !data.exists());
    assert_eq!(
        String::from_utf8(run.stderr).unwrap(),
        "elizabeth-http: --blob-redirect (ELIZABETH_BLOB_REDIRECT): on needs a bucket, an s3://… in --blob-url \
         (ELIZABETH_BLOB_URL)\n"
    );
}
