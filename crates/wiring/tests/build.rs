//! From options to a running service, over a real folder.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use clap::Parser;
use elizabeth_core::{name::RoomName, room::RoomOptions};
use elizabeth_wiring::{Options, Wired, WiringError, parse_from};
use futures::future::join_all;
use secrecy::ExposeSecret;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
}

async fn build(data: &Path, more: &[&str]) -> Result<Wired, WiringError> {
    let args = ["test", "--data-dir", data.to_str().unwrap()];
    parse_from::<Args>(args.iter().chain(more))?.options.build().await
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn everything_is_made_for_its_owner_only() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("some/where");
    let wired = build(&data, &["--admin-token", "an admin's token", "--gc-interval=off"]).await.unwrap();
    assert_eq!(wired.admin_token.unwrap().expose_secret(), "an admin's token");
    assert_eq!(wired.gc_interval, None);
    assert_eq!(wired.store.kind(), "sqlite");
    wired.app.check_store().await.unwrap();
    wired.app.check_blobs().await.unwrap();
    assert!(wired.blobs.free_space().await.unwrap().is_some());
    assert_eq!([mode(&data), mode(&data.join("blobs"))], [0o700, 0o700]);
    assert_eq!([mode(&data.join("token.key")), mode(&data.join("elizabeth.db"))], [0o600, 0o600]);
}

#[tokio::test]
async fn several_may_start_at_once_over_the_same_data() {
    let data = tempfile::tempdir().unwrap();
    let wired = join_all((0..8).map(|_| build(data.path(), &[]))).await;
    for (i, wired) in wired.into_iter().enumerate() {
        let name = RoomName::parse(&format!("room{i}")).unwrap();
        wired.unwrap().app.create_room(name, RoomOptions::default()).await.unwrap();
    }
}

#[tokio::test]
async fn the_urls_decide_what_is_opened() {
    let data = tempfile::tempdir().unwrap();
    let database = format!("--database-url=sqlite://{}/other.db", data.path().display());
    let secret = format!("--token-secret={}", "s".repeat(32));
    let wired = build(data.path(), &[&database, "--blob-url=memory://", &secret]).await.unwrap();
    assert_eq!(wired.blobs.free_space().await.unwrap(), None);
    assert!(data.path().join("other.db").exists());
    assert!(!data.path().join("blobs").exists() && !data.path().join("token.key").exists());
}

#[tokio::test]
async fn an_unusable_option_touches_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let error = build(&data, &["--upload-lease=0s"]).await.err().unwrap();
    assert!(error.is_usage());
    assert_eq!(error.to_string(), "--upload-lease (ELIZABETH_UPLOAD_LEASE): 0s is not between 1s and 36500d");
    assert!(!data.exists());
}

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("file");
    fs::write(&file, "").unwrap();
    let error = build(&file, &[]).await.err().unwrap().to_string();
    assert!(error.starts_with("--data-dir (ELIZABETH_DATA_DIR): ") && !error.contains('\n'), "{error}");
    let blobs = format!("--blob-url=fs://{}", file.display());
    let error = build(&temp.path().join("data"), &[&blobs]).await.err().unwrap().to_string();
    assert!(error.contains("folder of blobs") && !error.contains('\n'), "{error}");
}

#[cfg(feature = "s3")]
mod bucket {
    use elizabeth_test_servers::S3;

    use super::*;

    async fn build_on(server: &S3, url: &str, secret: &str) -> Result<Wired, WiringError> {
        let data = tempfile::tempdir().unwrap();
        // Variables are the process's, not a test's: what stands in for them are the hidden flags.
        let (id, url) = (format!("--aws-access-key-id={}", S3::ACCESS_KEY_ID), format!("--blob-url={url}"));
        let endpoint = format!("--aws-endpoint-url={}", server.endpoint());
        let secret = format!("--aws-secret-access-key={secret}");
        build(data.path(), &[&id, &secret, &url, &endpoint]).await
    }

    #[tokio::test]
    async fn a_bucket_is_opened_by_its_url() {
        let server = S3::open();
        let wired = build_on(&server, &server.url("prefix"), S3::SECRET_ACCESS_KEY).await.unwrap();
        wired.app.check_blobs().await.unwrap();
        assert_eq!(wired.blobs.free_space().await.unwrap(), None);
        build_on(&server, &format!("s3://{}", S3::BUCKET), S3::SECRET_ACCESS_KEY).await.unwrap();
    }

    #[tokio::test]
    async fn a_bucket_that_cannot_be_used_stops_the_start_in_one_line() {
        let mut server = S3::open();
        let there = server.url("prefix");
        for (url, secret, reason) in [
            ("s3://nowhere", S3::SECRET_ACCESS_KEY, "there is no such bucket"),
            (there.as_str(), "hunter2", "wrong key id or secret"),
        ] {
            let error = build_on(&server, url, secret).await.err().unwrap().to_string();
            assert!(error.contains(reason) && error.contains(&server.endpoint()), "{error}");
            assert!(!error.contains('\n') && !error.contains(secret), "{error}");
        }
        server.stop();
        let error = build_on(&server, &there, S3::SECRET_ACCESS_KEY).await.err().unwrap().to_string();
        assert!(error.contains("cannot be reached: Connection refused"), "{error}");
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::time::Instant;

    use elizabeth_core::ports::{Store, StoreError};
    use elizabeth_test_servers::Postgres;

    use super::*;

    async fn store(database: &str, more: &[&str]) -> std::sync::Arc<dyn Store> {
        let data = tempfile::tempdir().unwrap();
        let url = format!("--database-url={}", Postgres::shared().database(database));
        let secret = format!("--token-secret={}", "s".repeat(32));
        build(data.path(), &[&[&*url, &*secret], more].concat()).await.unwrap().store
    }

    #[tokio::test]
    async fn a_process_opens_as_many_connections_as_it_may() {
        let few = ["--postgres-max-connections=2", "--postgres-acquire-timeout=1s"];
        let store = store("wired_pool", &few).await;
        let held = [store.begin().await.unwrap(), store.begin().await.unwrap()];
        let asked = Instant::now();
        assert!(matches!(store.begin().await.err(), Some(StoreError::Unavailable(_))));
        assert!((900..4_000).contains(&asked.elapsed().as_millis()), "{:?}", asked.elapsed());
        drop(held);
        store.begin().await.unwrap();
    }

    #[tokio::test]
    async fn a_lock_is_waited_for_as_long_as_is_said() {
        let wired = store("wired_lock", &["--postgres-lock-timeout=1s"]).await;
        let key = || elizabeth_core::id::BlobKey::from_random([1; 16]);
        let mut first = wired.begin().await.unwrap();
        first.queue_blobs(&[key()]).await.unwrap();
        let mut second = wired.begin().await.unwrap();
        let asked = Instant::now();
        assert!(matches!(second.queue_blobs(&[key()]).await, Err(StoreError::Unavailable(_))));
        assert!((900..5_000).contains(&asked.elapsed().as_millis()), "{:?}", asked.elapsed());
        first.commit().await.unwrap();
    }
}
