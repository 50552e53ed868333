//! `kill -9` at a random point of an upload, a hundred times over.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use clap::Parser;
use elizabeth_wiring::Options;
use futures::{StreamExt, stream};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use reqwest::{Body, Client};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::server::{Server, blobs, client, create_and_enter, ok, prepare, upload};

const KILLS: usize = 100;
const PIECE: usize = 16 * 1024;
/// A short lease, so that what a kill leaves behind is over soon.
const ENV: &[(&str, &str)] = &[("ELIZABETH_UPLOAD_LEASE", "1s"), ("ELIZABETH_GC_INTERVAL", "off")];

/// What was acknowledged: the content's number and the hash of its bytes.
type Acknowledged = BTreeMap<i64, String>;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_is_left_over() {
    let data = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(20_261_121);
    let mut acknowledged = Acknowledged::new();
    let mut token = String::new();
    let mut cut_off = 0;
    for round in 0..KILLS {
        let server = Server::start(data.path(), ENV);
        let client = client();
        let room = server.room("crash");
        if round == 0 {
            token = create_and_enter(&client, &room).await.1;
        }
        let before = acknowledged.len();
        // Every other round a bystander's uploads are under way, too: small ones and such as have a blob.
        let bystander = (round % 2 == 0).then(|| {
            let (client, room, token) = (client.clone(), room.clone(), token.clone());
            let files = [random_bytes(&mut random, 5_000), random_bytes(&mut random, 200_000)];
            tokio::spawn(async move {
                let mut acknowledged = Acknowledged::new();
                for bytes in files.into_iter().cycle() {
                    let Some((id, hash)) = send(&client, &room, &token, bytes, None).await else { break };
                    acknowledged.insert(id, hash);
                }
                acknowledged
            })
        });
        let size = random.random_range(1..3 << 20);
        let bytes = random_bytes(&mut random, size);
        // Sometimes the whole file is sent, and the kill races with the answer.
        let kill_at = random.random_range(0..size + size / 2);
        let signal = Arc::new(Notify::new());
        let sender = {
            let (client, room, token) = (client.clone(), room.clone(), token.clone());
            let signal = signal.clone();
            tokio::spawn(async move { send(&client, &room, &token, bytes, Some((kill_at, signal))).await })
        };
        let answer = if round % 10 == 5 {
            // As soon as it was answered.
            let answer = sender.await.unwrap();
            server.kill();
            answer
        } else {
            signal.notified().await;
            if kill_at >= size {
                // From the last byte on: the end of the upload, its commit, its answer, or a moment later.
                let moment = Instant::now() + Duration::from_micros(random.random_range(0..40_000));
                while Instant::now() < moment {
                    tokio::task::yield_now().await;
                }
            }
            server.kill();
            sender.await.unwrap()
        };
        match answer {
            Some((id, hash)) => drop(acknowledged.insert(id, hash)),
            None => cut_off += 1,
        }
        if let Some(bystander) = bystander {
            acknowledged.extend(bystander.await.unwrap());
        }
        let fresh: Acknowledged = acknowledged.iter().skip(before).map(|(k, v)| (*k, v.clone())).collect();
        if round % 10 == 9 {
            gc(data.path()).await;
        }
        let server = Server::start(data.path(), ENV);
        read_back(&server, &token, &fresh).await;
    }
    assert!(cut_off > KILLS / 4, "only {cut_off} of {KILLS} kills cut an upload off");
    assert!(acknowledged.len() > KILLS / 4, "only {} uploads were acknowledged", acknowledged.len());

    let server = Server::start(data.path(), ENV);
    let client = client();
    let room = server.room("crash");
    read_back(&server, &token, &acknowledged).await;
    let listed = ok(client.get(format!("{room}/contents")).bearer_auth(&token)).await;
    let listed = listed.as_array().unwrap();
    let hashes: Acknowledged = listed.iter().map(|c| (number(&c["id"]), text(&c["sha256"]))).collect();
    read_back(&server, &token, &hashes).await;

    // Leases run for a second at most from the last kill; the sweeper waits for nothing else.
    let stored: i64 = listed.iter().map(|content| number(&content["size"])).sum();
    loop {
        gc(data.path()).await;
        let now = ok(client.get(&room).bearer_auth(&token)).await;
        if number(&now["current_size"]) == stored && left_over(data.path(), listed) == 0 {
            break;
        }
        assert!(left_over(data.path(), listed) >= 0, "a blob of a content is missing");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!(
        "{KILLS} kills, {cut_off} uploads cut off, {} acknowledged, {} contents, {} blobs, {stored} bytes",
        acknowledged.len(),
        listed.len(),
        blobs(data.path())
    );
}

/// How many more blobs there are than contents that have one.
fn left_over(data: &Path, contents: &[Value]) -> i64 {
    let blobs = blobs(data) as i64;
    let inline_max = elizabeth_core::policy::Policy::default().inline_max as i64;
    blobs - contents.iter().filter(|content| number(&content["size"]) > inline_max).count() as i64
}

/// Prepares and uploads one file; when `kill` is given, says when so many of its bytes were sent. `None` when it
/// was not acknowledged.
async fn send(
    client: &Client,
    room: &str,
    token: &str,
    bytes: Bytes,
    kill: Option<(usize, Arc<Notify>)>,
) -> Option<(i64, String)> {
    let size = bytes.len();
    let hash = hex(&Sha256::digest(&bytes));
    let reservation = prepare(client, room, token, "crash.bin", size).await.ok();
    let Some(reservation) = reservation else {
        assert!(kill.is_none(), "the server was killed too early");
        return None;
    };
    let pieces: Vec<Bytes> =
        (0..size).step_by(PIECE).map(|at| bytes.slice(at..size.min(at + PIECE))).collect();
    let mut sent = 0;
    let body = Body::wrap_stream(stream::iter(pieces).map(move |piece| {
        sent += piece.len();
        if let Some((at, signal)) = &kill
            && (sent > *at || sent == size)
        {
            signal.notify_one();
        }
        Ok::<_, std::io::Error>(piece)
    }));
    let answer = upload(client, room, token, reservation, "crash.bin", body, size as u64).await.ok()?;
    let content = &answer["uploaded"][0];
    assert_eq!(content["sha256"], hash);
    Some((number(&content["id"]), hash))
}

/// Every one of these contents comes back whole.
async fn read_back(server: &Server, token: &str, expected: &Acknowledged) {
    let client = client();
    for (id, hash) in expected {
        let url = format!("{}/contents/{id}/download", server.room("crash"));
        let answer = client.get(url).bearer_auth(token).send().await.unwrap();
        assert!(answer.status().is_success(), "content {id}: {}", answer.status());
        assert_eq!(&hex(&Sha256::digest(answer.bytes().await.unwrap())), hash, "content {id}");
    }
}

/// What `elizabeth-cli admin gc` does, beside a server or without one.
async fn gc(data: &Path) {
    let args = Args::try_parse_from(["gc".as_ref(), "--data-dir".as_ref(), data.as_os_str()]).unwrap();
    args.options.build().await.unwrap().app.gc(false).await.unwrap();
}

fn random_bytes(random: &mut StdRng, size: usize) -> Bytes {
    let mut bytes = vec![0; size];
    random.fill_bytes(&mut bytes);
    bytes.into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
