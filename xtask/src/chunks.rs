//! `cargo xtask chunks`: a large file in chunks, past servers that are killed while it comes.

mod meter;
mod sender;
mod servers;

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytesize::ByteSize;
use clap::Args;
use futures::future::{try_join, try_join_all};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use self::{
    meter::{Meter, Strike},
    sender::{CHUNK, Cost, Upload, send},
    servers::Servers,
};
use crate::{Result, client::Room, data, terminal::say};

/// How much of the file may be sent twice, in percent. What four senders have on the way at each of three kills is less,
/// of 2 GiB: more says that something besides was lost.
const AGAIN_LIMIT: f64 = 5.0;

/// What is sent, and what goes wrong on the way.
#[derive(Args)]
pub struct Plan {
    /// How large the file is
    #[arg(long, default_value = "2GiB")]
    pub size: ByteSize,
    /// How many send at the same time
    #[arg(long, default_value_t = 4)]
    pub senders: u64,
    /// How often a server is killed, with -9, while chunks are on their way
    #[arg(long, default_value_t = 3)]
    pub kills: u64,
    /// The most memory each server may have needed
    #[arg(long, default_value = "100MiB")]
    pub limit: ByteSize,
    /// Two servers over Postgres and a bucket, not one over a folder
    #[arg(long)]
    pub s3: bool,
    /// Draws the order of the chunks and the points of the kills [default: another one each time]
    #[arg(long)]
    pub seed: Option<u64>,
}

/// What was measured.
struct Figures {
    sent_in: Duration,
    cost: Cost,
    completed_in: Duration,
    downloaded_in: Duration,
    kills: u64,
    peak: u64,
}

/// Sends a file in chunks of 8 MiB, in random order, through the server, which is killed on the way and started
/// again. Fails when it does not arrive as it was sent, when too much of it had to be sent twice, when a server's peak
/// memory was above the limit, or when chunks that nobody knows of are left behind.
pub fn measure(plan: &Plan, server: &Path) -> Result {
    let seed = plan.seed.unwrap_or_else(rand::random);
    let (size, place) = (plan.size, if plan.s3 { "two servers, Postgres and a bucket" } else { "a folder" });
    say(&format!("{size} in chunks of {} over {place}: --seed {seed}", ByteSize(CHUNK)));
    let runtime = tokio::runtime::Runtime::new()?;
    let figures = runtime.block_on(async {
        let mut servers = Servers::start(server.to_owned(), plan.s3).await?;
        up_and_down(&mut servers, plan, StdRng::seed_from_u64(seed)).await
    })?;
    figures.report(plan);
    figures.check(plan)
}

async fn up_and_down(servers: &mut Servers, plan: &Plan, mut random: StdRng) -> Result<Figures> {
    let size = plan.size.as_u64();
    let hash = data::hash(size);
    let chunks = size.div_ceil(CHUNK);
    let room = Room::open(&servers.any_url()?).await?;
    let manifest = json!({"files": [{"name": "large.bin", "size": size, "chunk_size": CHUNK}]});
    let prepared = room.post("/uploads/chunks/prepare", &manifest).await?;

    let mut left: Vec<u64> = (0..chunks).collect();
    left.shuffle(&mut random);
    let (meter, strikes) = Meter::new(size, plan.kills, servers.count(), &mut random);
    let upload = Upload {
        room: room.clone(),
        token: prepared["upload_token"].as_str().ok_or("no upload token")?.to_owned(),
        size,
        left: Mutex::new(VecDeque::from(left)),
        urls: servers.urls(),
        meter,
    };
    let started = Instant::now();
    let (cost, kills) = send_all(Arc::new(upload), plan.senders, servers, strikes, &mut random).await?;
    let sent_in = started.elapsed();

    let room = room.at(&servers.any_url()?);
    let started = Instant::now();
    let complete = json!({"reservation_id": prepared["reservation_id"], "final_hash": hash});
    let completed = room.post("/uploads/chunks/complete", &complete).await?;
    let completed_in = started.elapsed();

    let started = Instant::now();
    let content = completed["content"]["id"].to_string();
    if room.download(&content).await? != hash {
        return Err("what came back is not what was sent".into());
    }
    let downloaded_in = started.elapsed();
    let kept = serde_json::from_str::<Value>(&room.get("").await?.text().await?)?["current_size"].clone();
    if kept != size {
        return Err(format!("the room counts {kept} bytes for {size}").into());
    }
    servers.swept_to(chunks).await?;
    Ok(Figures { sent_in, cost, completed_in, downloaded_in, kills, peak: servers.peak_memory()? })
}

/// Has all chunks sent while servers are killed; what that cost, and how many kills there were.
async fn send_all(
    upload: Arc<Upload>,
    senders: u64,
    servers: &mut Servers,
    mut strikes: UnboundedReceiver<Strike>,
    random: &mut StdRng,
) -> Result<(Cost, u64)> {
    let sending = async {
        let senders = (0..senders).map(|_| send(upload.clone(), StdRng::from_rng(random)));
        let costs = try_join_all(senders).await?;
        upload.meter.close();
        Ok(costs.into_iter().fold(Cost::default(), Cost::and))
    };
    let striking = async {
        let mut kills = 0;
        while let Some(Strike { victim, done }) = strikes.recv().await {
            servers.kill(victim).await?;
            // An error says that the chunk, whose connection broke, waits no more.
            let _ = done.send(());
            servers.run(victim).await?;
            kills += 1;
        }
        Ok(kills)
    };
    try_join(sending, striking).await
}

impl Figures {
    fn again_percent(&self, size: ByteSize) -> f64 {
        self.cost.again as f64 / size.as_u64() as f64 * 100.0
    }

    fn report(&self, plan: &Plan) {
        let speed = |time: Duration| {
            let speed = ByteSize((plan.size.as_u64() as f64 / time.as_secs_f64()) as u64);
            format!("{:.1} s, {speed}/s", time.as_secs_f64())
        };
        let Cost { cut, arrived, again } = &self.cost;
        for (what, figure) in [
            ("sent", speed(self.sent_in)),
            ("kills", format!("{}, which cut off {cut} chunks; {arrived} of them had arrived", self.kills)),
            (
                "sent twice",
                format!(
                    "{}, {:.1} % (limit {AGAIN_LIMIT} %)",
                    ByteSize(*again),
                    self.again_percent(plan.size)
                ),
            ),
            ("complete", speed(self.completed_in)),
            ("download", speed(self.downloaded_in)),
            ("peak memory", format!("{} (limit {})", ByteSize(self.peak), plan.limit)),
        ] {
            say(&format!("  {what:12} {figure}"));
        }
    }

    fn check(&self, plan: &Plan) -> Result {
        if self.kills != plan.kills || self.cost.cut < self.kills {
            return Err("not every kill that was planned cut off a chunk".into());
        }
        if self.again_percent(plan.size) >= AGAIN_LIMIT {
            return Err("too much had to be sent twice".into());
        }
        if self.peak > plan.limit.as_u64() { Err("a server needed too much memory".into()) } else { Ok(()) }
    }
}
