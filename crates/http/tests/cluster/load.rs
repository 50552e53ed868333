//! Clients at random on a cluster, and what has to hold when they are done.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use elizabeth_core::policy::Policy;
use reqwest::Client as Http;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

use crate::{
    client::{Client, Memory, Place, WHAT, hex},
    server::{create_and_enter, ok},
    together::{Cluster, PREFIX},
};

const ROOMS: usize = 8;
const ROOM_SIZE: u64 = 8 << 20;
const SEED: u64 = 20_261_121;
/// How often each thing has to have succeeded: the load lasts until then, on a busy machine too.
const OF_EACH: u64 = 51;
/// How long it may take longer than asked for.
const PATIENCE: Duration = Duration::from_secs(180);

/// Rooms by name, each with its owner's token.
pub type Owners = BTreeMap<String, String>;

/// Rooms that soon fill up, made on any of the servers.
pub async fn rooms(cluster: &Cluster, http: &Http) -> Owners {
    let mut owners = Owners::new();
    for index in 0..ROOMS {
        let name = format!("load-{index}");
        let room = cluster.room(index % cluster.size(), &name);
        let owner = create_and_enter(http, &room).await.1;
        let settings = json!({"max_size": ROOM_SIZE});
        ok(http.post(format!("{room}/settings")).bearer_auth(&owner).json(&settings)).await;
        owners.insert(name, owner);
    }
    owners
}

/// Starts so many clients, who go on for so long, and until they have done enough of everything.
pub fn clients(
    count: u64,
    time: Duration,
    cluster: &Cluster,
    http: &Http,
    owners: &Owners,
) -> Vec<JoinHandle<Memory>> {
    let end = Instant::now() + time;
    let rooms: Vec<String> = owners.keys().cloned().collect();
    let done = Arc::new(WHAT.map(|_| AtomicU64::new(0)));
    let start = |index| {
        let mut person = Client::new(SEED + index, cluster.urls.clone(), rooms.clone(), http.clone());
        let done = done.clone();
        tokio::spawn(async move {
            let is_enough = || done.iter().all(|count| count.load(Relaxed) >= OF_EACH);
            while Instant::now() < end || (!is_enough() && Instant::now() < end + PATIENCE) {
                if let Some(what) = person.step().await {
                    done[what].fetch_add(1, Relaxed);
                }
            }
            person.memory
        })
    };
    (0..count).map(start).collect()
}

/// What all clients know together. Fails when one of them met what nobody should meet.
pub async fn gather(clients: Vec<JoinHandle<Memory>>) -> Memory {
    let mut memory = Memory::default();
    for client in clients {
        let known = client.await.unwrap();
        memory.kept.extend(known.kept);
        memory.unclear.extend(known.unclear);
        for (outcome, count) in known.counts {
            *memory.counts.entry(outcome).or_default() += count;
        }
    }
    println!("{} contents acknowledged and kept", memory.kept.len());
    for (outcome, count) in &memory.counts {
        println!("{count:8} {outcome}");
    }
    let odd: Vec<_> = memory.counts.keys().filter(|outcome| !is_expected(outcome)).collect();
    assert!(odd.is_empty(), "{odd:?}");
    for what in WHAT {
        assert!(memory.counts.get(what).is_some_and(|&count| count >= OF_EACH), "too few of {what}");
    }
    memory
}

/// What a client may meet while rooms fill up and what it needs goes away; all else is a defect.
fn is_expected(outcome: &str) -> bool {
    let ok = !outcome.contains(':') || outcome.ends_with(": cut off");
    // A full room refuses, a hold whose upload was held up lapses.
    ok || ["413 room_full", "410 reservation_expired", "503 unavailable"]
        .iter()
        .any(|end| outcome.ends_with(end))
}

/// After the leases of the killed have ended: every sum is right, everything acknowledged is there, nothing else is.
pub async fn check(cluster: &Cluster, http: &Http, owners: &Owners, memory: &Memory) {
    let inline_max = Policy::default().inline_max;
    let mut blobs = 0;
    let mut present = BTreeSet::new();
    for (name, owner) in owners {
        let room = cluster.room(0, name);
        let list = ok(http.get(format!("{room}/contents")).bearer_auth(owner)).await;
        let list = list.as_array().unwrap();
        let stored: u64 = list.iter().map(|content| content["size"].as_u64().unwrap()).sum();
        assert!(stored <= ROOM_SIZE, "{name} holds {stored}");
        loop {
            let size = ok(http.get(&room).bearer_auth(owner)).await["current_size"].as_u64().unwrap();
            assert!((stored..=ROOM_SIZE).contains(&size), "{name}: {stored} stored, {size} in all");
            if size == stored {
                break;
            }
            // The hold of a killed process: its lease ends by itself, and nothing tells when.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        for content in list {
            blobs += usize::from(content["size"].as_u64().unwrap() > inline_max);
            present.insert(read_back(http, &room, owner, name, content).await);
        }
    }
    for (place, hash) in &memory.kept {
        assert!(present.contains(&(place.clone(), hash.clone())), "{place:?} was acknowledged and is gone");
    }
    println!("{} contents read back by hash, {blobs} of them blobs", present.len());
    // The sweepers run once a second; they wait for nothing but leases.
    let patience = Instant::now() + Duration::from_secs(60);
    let in_bucket = |prefix: &str| cluster.bucket.objects(&format!("{PREFIX}/{prefix}"));
    // What the installation is known by lies beside the blobs, once.
    assert_eq!(in_bucket("installation"), 1);
    let objects = || in_bucket("") - 1;
    while objects() != blobs {
        let objects = objects();
        assert!(objects > blobs, "{objects} objects for {blobs} blobs: one is missing");
        assert!(Instant::now() < patience, "{objects} objects for {blobs} blobs: some are left over");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn read_back(http: &Http, room: &str, owner: &str, name: &str, content: &Value) -> (Place, String) {
    let id = content["id"].as_i64().unwrap();
    let answer = http.get(format!("{room}/contents/{id}")).bearer_auth(owner).send().await.unwrap();
    assert!(answer.status().is_success(), "{name}: content {id}: {}", answer.status());
    let hash = hex(&Sha256::digest(answer.bytes().await.unwrap()));
    assert_eq!(content["sha256"], hash, "{name}: content {id}");
    ((name.to_owned(), id), hash)
}
