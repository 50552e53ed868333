//! A hundred clients at random for a minute, a process killed every five seconds.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use elizabeth_core::policy::Policy;
use reqwest::Client as Http;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    client::{Client, Memory, Place, hex},
    server::{client, create_and_enter, ok},
    together::{Cluster, PREFIX},
};

const SERVERS: usize = 4;
const CLIENTS: u64 = 100;
const ROOMS: usize = 8;
const ROOM_SIZE: u64 = 8 << 20;
const LOAD: Duration = Duration::from_secs(60);
const KILL_EVERY: Duration = Duration::from_secs(5);
const SEED: u64 = 20_261_121;

/// What a client may meet while rooms fill up and servers die; all else is a defect.
fn is_expected(outcome: &str) -> bool {
    let ok = !outcome.contains(':') || outcome.ends_with(": cut off");
    // A reservation of a server that was killed lapses; a full room refuses.
    ok || ["413 room_full", "410 reservation_expired", "503 unavailable"]
        .iter()
        .any(|end| outcome.ends_with(end))
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_are_one_service_while_they_are_killed() {
    let mut cluster = Cluster::start(SERVERS);
    let http = client();
    let mut owners = BTreeMap::new();
    for index in 0..ROOMS {
        let name = format!("load-{index}");
        let room = cluster.room(index % SERVERS, &name);
        let owner = create_and_enter(&http, &room).await.1;
        let settings = json!({"max_size": ROOM_SIZE});
        ok(http.post(format!("{room}/settings")).bearer_auth(&owner).json(&settings)).await;
        owners.insert(name, owner);
    }

    let started = Instant::now();
    let rooms: Vec<String> = owners.keys().cloned().collect();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|index| {
            let mut person = Client::new(SEED + index, cluster.urls.clone(), rooms.clone(), http.clone());
            tokio::spawn(async move {
                while started.elapsed() < LOAD {
                    person.step().await;
                }
                person.memory
            })
        })
        .collect();
    let mut kills = 0;
    while started.elapsed() + KILL_EVERY < LOAD {
        tokio::time::sleep(KILL_EVERY).await;
        let victim = kills % SERVERS;
        tokio::task::block_in_place(|| {
            cluster.kill(victim);
            cluster.restart(victim);
        });
        kills += 1;
    }
    let mut memory = Memory::default();
    for client in clients {
        let known = client.await.unwrap();
        memory.kept.extend(known.kept);
        memory.unclear.extend(known.unclear);
        for (outcome, count) in known.counts {
            *memory.counts.entry(outcome).or_default() += count;
        }
    }
    println!("{kills} kills; {} contents acknowledged and kept", memory.kept.len());
    for (outcome, count) in &memory.counts {
        println!("{count:8} {outcome}");
    }
    let odd: Vec<_> = memory.counts.keys().filter(|outcome| !is_expected(outcome)).collect();
    assert!(odd.is_empty(), "{odd:?}");
    for what in ["upload", "delete", "download", "revoke"] {
        assert!(memory.counts.get(what).is_some_and(|&count| count > 50), "too few of {what}");
    }
    check(&cluster, &http, &owners, &memory).await;
}

/// After the leases of the killed have ended: every sum is right, everything acknowledged is there, nothing else is.
async fn check(cluster: &Cluster, http: &Http, owners: &BTreeMap<String, String>, memory: &Memory) {
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
    while cluster.bucket.objects(&format!("{PREFIX}/")) != blobs {
        let objects = cluster.bucket.objects(&format!("{PREFIX}/"));
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

/// Entries are counted in one place: ten get in, on whichever process they come.
#[tokio::test(flavor = "multi_thread")]
async fn entries_are_counted_across_processes() {
    let cluster = Cluster::start(2);
    let http = client();
    ok(http.post(cluster.room(0, "counted")).json(&json!({"max_times_entered": 10}))).await;
    let entries = (0..50).map(|index| {
        let request = http.post(format!("{}/tokens", cluster.room(index % 2, "counted"))).json(&json!({}));
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    let statuses: Vec<_> = futures::future::join_all(entries).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(statuses.iter().filter(|&&status| status == 200).count(), 10, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|&&status| status == 403).count(), 40, "{statuses:?}");
}
