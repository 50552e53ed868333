use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use elizabeth_core::ports::{BlobError, Blobs};
use elizabeth_test_servers::S3;
use futures::TryStreamExt;

use crate::{MIB, blobs, key, load, options, pattern, soon, store};

fn is_unavailable<T>(result: &Result<T, BlobError>) -> bool {
    matches!(result, Err(BlobError::Unavailable(_)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_goes_away_is_told_soon_and_used_again_when_it_is_back() {
    let mut server = S3::open();
    let blobs = blobs(&options(&server));
    let (bytes, small) = (pattern(32 * MIB), pattern(10));
    store(&blobs, &key(1), &bytes).await.unwrap();
    let mut writer = blobs.create(&key(2)).await.unwrap();
    for _ in 0..40 {
        writer.write(bytes.slice(..MIB / 2)).await.unwrap();
    }
    let mut reading = blobs.read(&key(1), 0..bytes.len() as u64).await.unwrap();
    reading.try_next().await.unwrap().unwrap();
    assert_eq!(server.unfinished_uploads(), 1);

    server.stop();
    let begun = Instant::now();
    let failed = async {
        loop {
            writer.write(bytes.slice(..MIB / 2)).await?;
        }
    };
    let failed: Result<(), BlobError> = failed.await;
    assert!(is_unavailable(&failed), "{failed:?}");
    let (one, three) = (key(1), key(3));
    let (read, again, empty, deleted, stored, checked) = tokio::join!(
        reading.try_collect::<Vec<_>>(),
        load(&blobs, &one, 1),
        blobs.read(&one, 0..0),
        blobs.delete(&three),
        store(&blobs, &three, &small),
        blobs.check(),
    );
    assert!(is_unavailable(&read), "a download ends as if whole");
    assert!(is_unavailable(&again) && is_unavailable(&empty));
    assert!(is_unavailable(&deleted) && is_unavailable(&stored) && is_unavailable(&checked));
    // Each request was sent four times.
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
    assert!(is_unavailable(&writer.finish().await), "what failed cannot be finished");

    server.start();
    assert_eq!(blobs.check().await, Ok(()));
    assert!(load(&blobs, &key(1), bytes.len()).await.unwrap() == bytes);
    store(&blobs, &key(4), &bytes).await.unwrap();
    blobs.delete(&key(2)).await.unwrap();
    assert_eq!(server.objects(""), 2);
    // The upload that failed is given up without being told to.
    soon(|| server.unfinished_uploads() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_outage_is_not_noticed() {
    let mut server = S3::open();
    let blobs = blobs(&options(&server));
    let bytes = pattern(20 * MIB);
    let mut writer = blobs.create(&key(1)).await.unwrap();
    writer.write(bytes.slice(..17 * MIB)).await.unwrap();
    server.stop();
    let rest = bytes.slice(17 * MIB..);
    let finishing = tokio::spawn(async move {
        writer.write(rest).await?;
        writer.finish().await
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.start();
    finishing.await.unwrap().unwrap();
    assert!(load(&blobs, &key(1), bytes.len()).await.unwrap() == bytes);
}

#[tokio::test]
async fn a_check_of_what_never_answers_ends() {
    // The kernel accepts; nobody reads.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = S3::open();
    let mut options = options(&server);
    options.endpoint = Some(format!("http://{}", silent.local_addr().unwrap()));
    let begun = Instant::now();
    let error = blobs(&options).check().await.unwrap_err().to_string();
    assert!(error.contains("no answer within 5 seconds"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
}
