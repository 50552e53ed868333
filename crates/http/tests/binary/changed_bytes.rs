//! Bytes of a blob that change under the server, as a bad disk changes them.

use std::{fs, path::Path};

use reqwest::{Client, Response, StatusCode};

use crate::server::{Server, client, create_and_enter, prepare, upload};

const SIZE: usize = 3 << 20;

/// Changes one bit in the middle of the one blob there is.
fn change_a_bit(data: &Path) {
    let blobs = fs::read_dir(data.join("blobs")).unwrap().map(|entry| entry.unwrap().path());
    let mut blobs = blobs.filter(|path| path.metadata().unwrap().len() == SIZE as u64);
    let blob = blobs.next().unwrap();
    let mut bytes = fs::read(&blob).unwrap();
    bytes[SIZE / 2] ^= 1;
    fs::write(blob, bytes).unwrap();
}

async fn get(client: &Client, url: &str, token: &str, range: Option<&str>) -> Response {
    let request = client.get(url).bearer_auth(token);
    let request = match range {
        Some(range) => request.header("range", range),
        None => request,
    };
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_bytes_are_a_broken_transfer_and_never_a_whole_one() {
    let data = tempfile::tempdir().unwrap();
    let log = data.path().join("server.log");
    let env = [("ELIZABETH_LOG_FORMAT", "json")];
    let server = Server::start_logging_to(data.path(), &env, Server::log_file(&log));
    let client = client();
    let room = server.room("changed");
    let (_, token) = create_and_enter(&client, &room).await;
    let reservation = prepare(&client, &room, &token, "a.bin", SIZE).await.unwrap();
    let bytes = vec![7; SIZE];
    let uploaded =
        upload(&client, &room, &token, reservation, "a.bin", bytes.into(), SIZE as u64).await.unwrap();
    let id = &uploaded["uploaded"][0]["id"];
    let download = format!("{room}/contents/{id}/download");
    let ways = [download.clone(), format!("{room}/archive.zip"), format!("{}/changed/a.bin", server.url)];
    for way in &ways {
        assert!(get(&client, way, &token, None).await.bytes().await.is_ok(), "{way}");
    }

    change_a_bit(data.path());
    for way in &ways {
        let answer = get(&client, way, &token, None).await;
        // The head has gone by the time anybody can know.
        assert_eq!(answer.status(), StatusCode::OK, "{way}");
        assert!(answer.bytes().await.is_err(), "{way}: changed bytes were taken for whole");
    }
    let all = get(&client, &download, &token, Some("bytes=0-")).await;
    assert_eq!(all.status(), StatusCode::PARTIAL_CONTENT);
    assert!(all.bytes().await.is_err());
    // Of a part nobody can say.
    let part = get(&client, &download, &token, Some("bytes=0-9")).await;
    assert_eq!(part.bytes().await.unwrap(), [7; 10].as_slice());
    server.terminate();
    let text = fs::read_to_string(&log).unwrap();
    let reported = text.matches(&format!("the bytes of content {id} are not those that came")).count();
    assert!(reported >= ways.len(), "{text}");
}
