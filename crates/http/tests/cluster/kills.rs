//! A hundred clients for a minute, a process killed every five seconds.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    load::{check, clients, gather, rooms},
    server::{client, ok},
    together::Cluster,
};

const SERVERS: usize = 4;
const CLIENTS: u64 = 100;
const LOAD: Duration = Duration::from_secs(60);
const KILL_EVERY: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_are_one_service_while_they_are_killed() {
    let mut cluster = Cluster::start(SERVERS, "error");
    let http = client();
    let owners = rooms(&cluster, &http).await;
    let started = Instant::now();
    let clients = clients(CLIENTS, LOAD, &cluster, &http, &owners);
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
    println!("{kills} kills");
    let memory = gather(clients).await;
    check(&cluster, &http, &owners, &memory).await;
}

/// Entries are counted in one place: ten get in, on whichever process they come.
#[tokio::test(flavor = "multi_thread")]
async fn entries_are_counted_across_processes() {
    let cluster = Cluster::start(2, "error");
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
