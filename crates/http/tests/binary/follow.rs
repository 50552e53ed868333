//! Rooms are followed through whatever happens to connections and processes: nothing is missed, nothing comes twice.
//!
//! `ELIZABETH_TEST_EVENTS` says how many events there are, of which the rest follows.

use std::{
    env,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use elizabeth_test_servers::Postgres;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    events::Events,
    server::{Server, client, create_and_enter, ok},
};

/// The newest of a room's events are kept, and those of a day up to ten thousand: many rooms.
const ROOMS: usize = 12;
/// Who follow each of them.
const FOLLOWERS: usize = 2;

/// Processes on one database, each of which is killed now and then.
struct Cluster {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
    servers: Mutex<Vec<Option<Server>>>,
    client: Client,
}

impl Cluster {
    fn start(name: &str, env: &[(&str, &str)]) -> Arc<Self> {
        let database = Postgres::shared().database(name);
        let shared = [
            ("ELIZABETH_DATABASE_URL", database.as_str()),
            ("ELIZABETH_BLOB_URL", "memory://"),
            ("ELIZABETH_TOKEN_SECRET", "the secret that both processes share"),
            ("RUST_LOG", "error"),
        ];
        let env = [&shared, env].concat().into_iter();
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let cluster = Self {
            folder: tempfile::tempdir().unwrap(),
            env,
            servers: Mutex::new(vec![None, None]),
            client: client(),
        };
        (0..2).for_each(|n| cluster.revive(n));
        Arc::new(cluster)
    }

    fn revive(&self, n: usize) {
        let env: Vec<(&str, &str)> =
            self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let server = Server::start(&self.folder.path().join(n.to_string()), &env);
        self.servers.lock().unwrap()[n] = Some(server);
    }

    fn kill(&self, n: usize) {
        let server = self.servers.lock().unwrap()[n].take();
        server.unwrap().kill();
    }

    /// A room's address at a process, where that runs.
    fn room(&self, n: usize, name: &str) -> Option<String> {
        self.servers.lock().unwrap()[n % 2].as_ref().map(|server| server.room(name))
    }

    /// Adds a text by some process; whether that was acknowledged, with its number.
    async fn add(&self, n: usize, room: &str, token: &str) -> Option<i64> {
        let url = format!("{}/texts", self.room(n, room)?);
        let request = self.client.post(url).bearer_auth(token).json(&json!({"text": "a text"}));
        let answer = request.send().await.ok()?.error_for_status().ok()?;
        answer.json::<Value>().await.ok()?["id"].as_i64()
    }

    async fn listen(&self, n: usize, room: &str, token: &str, last_id: &str) -> Option<Events> {
        let url = format!("{}/events", self.room(n, room)?);
        // A connection of its own each time: those of a killed process are of no more use.
        let request = client().get(url).bearer_auth(token).header("last-event-id", last_id);
        Events::try_open(request).await
    }
}

struct Room {
    name: String,
    token: String,
    id: i64,
    /// Contents that were acknowledged.
    added: Mutex<Vec<i64>>,
    /// The newest number, once all is written.
    end: AtomicU64,
}

/// Follows a room from its first event to its last, cut at random; counts the cuts.
async fn follow(cluster: Arc<Cluster>, room: Arc<Room>, cuts: Arc<AtomicU64>, mut random: StdRng) {
    let (mut seen, mut contents) = (0_u64, Vec::new());
    let mut last_id = format!("{}.0", room.id);
    let end = || room.end.load(Ordering::SeqCst);
    while end() == 0 || seen < end() {
        let Some(mut events) =
            cluster.listen(random.random_range(0..2), &room.name, &room.token, &last_id).await
        else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let until = Instant::now() + Duration::from_millis(random.random_range(0..3000));
        while end() == 0 || seen < end() {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(Some(event)) = tokio::time::timeout(left, events.next()).await else { break };
            assert_eq!(event.kind, "content.created", "{event:?}");
            let id = event.id.unwrap();
            let (of, seq) = id.split_once('.').unwrap();
            assert_eq!(
                (of, seq.parse::<u64>().unwrap()),
                (&*room.id.to_string(), seen + 1),
                "in order, none twice"
            );
            seen += 1;
            contents.push(event.data["id"].as_i64().unwrap());
        }
        last_id.clone_from(&events.last_id);
        cuts.fetch_add(1, Ordering::SeqCst);
    }
    contents.sort_unstable();
    let mut added = room.added.lock().unwrap().clone();
    added.sort_unstable();
    let missing: Vec<i64> = added.into_iter().filter(|id| contents.binary_search(id).is_err()).collect();
    assert!(missing.is_empty(), "acknowledged and never heard of: {missing:?}");
}

async fn storm(name: &str, env: &[(&str, &str)]) {
    let events: u64 = env::var("ELIZABETH_TEST_EVENTS").map_or(1600, |count| count.parse().unwrap());
    let kills = if events >= 100_000 { 9 } else { 2 };
    let cluster = Cluster::start(name, env);
    let mut rooms = Vec::new();
    for n in 0..ROOMS {
        let name = format!("room{n}");
        let (created, token) = create_and_enter(&cluster.client, &cluster.room(0, &name).unwrap()).await;
        let (id, added, end) = (created["id"].as_i64().unwrap(), Mutex::default(), AtomicU64::new(0));
        rooms.push(Arc::new(Room { name, token, id, added, end }));
    }
    let (cuts, written) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut work = JoinSet::new();
    for (n, room) in rooms.iter().enumerate() {
        for copy in 0..FOLLOWERS {
            let random = StdRng::seed_from_u64((n * FOLLOWERS + copy) as u64);
            work.spawn(follow(cluster.clone(), room.clone(), cuts.clone(), random));
        }
        let (cluster, room, written) = (cluster.clone(), room.clone(), written.clone());
        work.spawn(async move {
            let mut n = n;
            while (room.added.lock().unwrap().len() as u64) < events / ROOMS as u64 {
                n += 1;
                match cluster.add(n, &room.name, &room.token).await {
                    Some(id) => {
                        room.added.lock().unwrap().push(id);
                        written.fetch_add(1, Ordering::SeqCst);
                    }
                    None => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
            // What a killed process had committed and not acknowledged is an event as well.
            let newest = newest(&cluster, &room).await;
            room.end.store(newest, Ordering::SeqCst);
        });
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let (killing, over) = (cluster.clone(), is_over.clone());
    let killer = tokio::spawn(async move {
        let mut killed = 0;
        for n in 1..=kills {
            while written.load(Ordering::SeqCst) < n * events / (kills + 1) && !over.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let victim = (n % 2) as usize;
            killing.kill(victim);
            Postgres::shared()
                .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'");
            let reviving = killing.clone();
            tokio::task::spawn_blocking(move || reviving.revive(victim)).await.unwrap();
            killed += 1;
        }
        killed
    });
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }
    is_over.store(true, Ordering::SeqCst);
    println!(
        "{events} events to {} clients, cut {} times, a server killed {} times",
        ROOMS * FOLLOWERS,
        cuts.load(Ordering::SeqCst),
        killer.await.unwrap()
    );
}

/// The number of a room's newest event: the id that somebody is sent who begins to listen.
async fn newest(cluster: &Cluster, room: &Room) -> u64 {
    loop {
        // One content more, so that an event comes.
        for n in 0..2 {
            let Some(url) = cluster.room(n, &room.name) else { continue };
            let request = client().get(format!("{url}/events")).bearer_auth(&room.token);
            if let Some(mut events) = Events::try_open(request).await
                && let Some(id) = cluster.add(n, &room.name, &room.token).await
                && let Some(event) = events.next().await
                && event.data["id"] == id
            {
                return event.id.unwrap().split_once('.').unwrap().1.parse().unwrap();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_missed_and_nothing_comes_twice() {
    storm("follow", &[]).await;
}

/// One process hears what another does. Prints how soon.
async fn heard(name: &str, env: &[(&str, &str)]) {
    let cluster = Cluster::start(name, env);
    let (_, token) = create_and_enter(&cluster.client, &cluster.room(0, "room").unwrap()).await;
    let request = client().get(format!("{}/events", cluster.room(1, "room").unwrap())).bearer_auth(&token);
    let mut events = Events::open(request).await;
    let mut waits = Vec::new();
    for _ in 0..15 {
        let begun = Instant::now();
        let url = format!("{}/texts", cluster.room(0, "room").unwrap());
        let text = cluster.client.post(url).bearer_auth(&token).json(&json!({"text": "a text"}));
        let added = ok(text).await;
        assert_eq!(events.soon().await.data["id"], added["id"]);
        waits.push(begun.elapsed());
        // So that it is not always the same moment between two looks.
        tokio::time::sleep(Duration::from_millis(waits.len() as u64 * 67 % 100)).await;
    }
    waits.sort();
    println!("{name}: median {:?}, at most {:?}", waits[7], waits[14]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_hears_what_another_does() {
    heard("listen", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_cannot_listen_finds_out() {
    heard("listen_off", &[("ELIZABETH_POSTGRES_LISTEN_URL", "off")]).await;
}

/// Somebody at one process is seen and sent to by somebody at the other.
#[tokio::test(flavor = "multi_thread")]
async fn those_at_two_processes_are_in_one_room() {
    let cluster = Cluster::start("presence", &[]);
    let rooms = [0, 1].map(|n| cluster.room(n, "room").unwrap());
    let (_, owner) = create_and_enter(&cluster.client, &rooms[0]).await;
    let guest = ok(cluster.client.post(format!("{}/tokens", rooms[1])).json(&json!({}))).await;
    let guest = guest["token"].as_str().unwrap();
    let mut events = Events::open(client().get(format!("{}/events", rooms[0])).bearer_auth(&owner)).await;
    let appear = |room: &str, token: &str, name: &str| {
        let request = cluster.client.post(format!("{room}/presence")).bearer_auth(token);
        ok(request.json(&json!({"name": name})))
    };
    let me = |here: &Value| {
        let here = here.as_array().unwrap().iter().find(|one| one["me"] == true);
        here.unwrap()["session"].clone()
    };
    let to = me(&appear(&rooms[0], &owner, "Owner").await);
    assert_eq!(events.expect("presence").await["name"], "Owner");
    let from = me(&appear(&rooms[1], guest, "Guest").await);
    assert_eq!(events.expect("presence").await["name"], "Guest");
    // A process that has just begun to listen may have missed the first: the next sign comes in ten seconds.
    let signal = loop {
        appear(&rooms[0], &owner, "Owner").await;
        let signal = cluster.client.post(format!("{}/signals", rooms[1])).bearer_auth(guest);
        let answer = signal.json(&json!({"to": to, "data": "from afar"})).send().await.unwrap();
        if answer.status() == 202 {
            break events.expect("signal").await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(signal, json!({"from": from, "data": "from afar"}));
}
