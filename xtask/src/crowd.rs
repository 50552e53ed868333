//! `cargo xtask crowd`: what slow clients and guesses cost the others; `cargo xtask soak`: what is left behind a long load.

mod door;
mod person;
mod slow;

use std::{
    fmt,
    net::Ipv4Addr,
    path::Path,
    time::{Duration, Instant},
};

use clap::Args;
use futures::future::try_join_all;
use tokio::runtime::Runtime;

use self::{
    door::{Door, Strangers},
    person::Person,
};
use crate::{Result, server::Server, terminal::say};

/// How long a person looks at an answer before the next request.
const PAUSE: Duration = Duration::from_millis(200);
/// How often a person's requests may take as long beside slow clients as without them.
const FACTOR: u32 = 3;
/// Below this a request is at once: no multiple of it is counted as slow.
const AT_ONCE: Duration = Duration::from_millis(10);
/// How long what a load held may take to be given back.
const PATIENCE: Duration = Duration::from_secs(90);
/// The files that a server may have open behind a load beyond those before it: connections of the store that readers
/// at once have made it open are kept.
const FILES_KEPT: usize = 16;

#[derive(Args)]
pub struct Crowd {
    /// Clients that send or read a byte a second
    #[arg(long, default_value_t = 200)]
    slow: usize,
    /// People who work beside them
    #[arg(long, default_value_t = 50)]
    people: usize,
    /// Guesses at a password a second
    #[arg(long, default_value_t = 1000)]
    guesses: u32,
    /// Requests of each of the people, alone, beside the slow ones and beside those who guess
    #[arg(long, default_value_t = 60)]
    requests: usize,
    /// Guests who come with the right password, alone and beside those who guess
    #[arg(long, default_value_t = 200)]
    guests: usize,
}

#[derive(Args)]
pub struct Soak {
    /// For how long
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// People who never pause
    #[arg(long, default_value_t = 50)]
    people: usize,
}

impl Crowd {
    /// Fails when the slowest hundredth of the requests took more than three times as long beside the slow clients, or
    /// beside those who guess.
    pub fn measure(&self, server: &Path) -> Result {
        Runtime::new()?.block_on(self.run(server))
    }

    async fn run(&self, binary: &Path) -> Result {
        let folder = tempfile::tempdir()?;
        // Everybody comes from an address of their own.
        let env = [("ELIZABETH_RATE_LIMIT", "on".into())];
        let server = Server::start(binary, folder.path(), &env).await?;
        let mut people = people(&server.url, self.people).await?;
        let mut door = Door::build(&server.url).await?;
        // Once for what is only slow the first time.
        self.times(&mut people, &mut door, 4).await?;
        let alone = self.times(&mut people, &mut door, 1).await?;
        say(&format!("alone: {alone}"));

        let mut slow = slow::begin(&server.url, self.slow).await;
        let beside_slow = self.times(&mut people, &mut door, 1).await?;
        say(&format!("beside {} slow clients: {beside_slow}", self.slow));
        slow.shutdown().await;

        let mut strangers = Strangers::begin(&server.url, self.guesses).await?;
        let (started, before) = (Instant::now(), strangers.sent());
        let beside_guesses = self.times(&mut people, &mut door, 1).await?;
        let rate = (strangers.sent() - before) as f64 / started.elapsed().as_secs_f64();
        say(&format!("beside {rate:.0} guesses a second: {beside_guesses}"));
        strangers.check()?;

        beside_slow.compare(&alone)?;
        beside_guesses.compare(&alone)
    }

    /// How long everybody takes now; for a part of what is measured.
    async fn times(&self, people: &mut [Person], door: &mut Door, part: usize) -> Result<Times> {
        let requests = percentile(&mut work(people, self.requests / part).await?);
        let guests = percentile(&mut door.guests(self.guests / part).await?);
        Ok(Times { requests, guests })
    }
}

/// What 99 of 100 stay within: requests of the people, and guests who enter.
struct Times {
    requests: Duration,
    guests: Duration,
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "99 of 100 requests in {:?}, guests in {:?}", self.requests, self.guests)
    }
}

impl Times {
    fn compare(&self, alone: &Self) -> Result {
        for (beside, alone) in [(self.requests, alone.requests), (self.guests, alone.guests)] {
            let most = alone.max(AT_ONCE) * FACTOR;
            if beside > most {
                return Err(format!("{beside:?} is above {most:?}").into());
            }
        }
        Ok(())
    }
}

impl Soak {
    /// Fails when a request was answered with a status that people should not see, or when the server keeps more than a
    /// tenth of its memory, or files, behind the load.
    pub fn measure(&self, server: &Path) -> Result {
        Runtime::new()?.block_on(self.run(server))
    }

    async fn run(&self, binary: &Path) -> Result {
        let folder = tempfile::tempdir()?;
        // The machine is what is to be the limit, and what is idle has swept too.
        let env = [("ELIZABETH_RATE_LIMIT", "off".into()), ("ELIZABETH_GC_INTERVAL", "5s".into())];
        let server = Server::start(binary, folder.path(), &env).await?;
        let mut people = people(&server.url, self.people).await?;
        // What is idle is a server that has once done everything, for everybody at once.
        work_at_once(&mut people, 50).await?;
        leave(people).await?;
        let idle = settled(&server, 0).await?;
        let mut people = self::people(&server.url, self.people).await?;
        let end = Instant::now() + Duration::from_secs(60 * self.minutes);
        let mut requests = 0;
        while Instant::now() < end {
            requests += work_at_once(&mut people, 50).await?;
        }
        let (busy, peak) = (server.memory()?, server.peak_memory()?);
        leave(people).await?;
        let after = settled(&server, idle.memory).await?;
        say(&format!(
            "{requests} requests in {} min; memory idle {} MiB, busy {} MiB, peak {} MiB, after {} MiB; files {} and {}",
            self.minutes,
            mib(idle.memory),
            mib(busy),
            mib(peak),
            mib(after.memory),
            idle.files,
            after.files,
        ));
        if after.memory > idle.memory + idle.memory / 10 {
            return Err("the server keeps more than a tenth of memory".into());
        }
        if after.files > idle.files + FILES_KEPT {
            return Err("the server keeps files open".into());
        }
        Ok(())
    }
}

/// What a server holds.
struct Held {
    memory: u64,
    files: usize,
}

/// What it holds once that is within a tenth of `goal`, or as little as it comes to.
async fn settled(server: &Server, goal: u64) -> Result<Held> {
    let end = Instant::now() + if goal == 0 { PATIENCE / 3 } else { PATIENCE };
    loop {
        let held = Held { memory: server.memory()?, files: server.open_files()? };
        if held.memory <= goal + goal / 10 || Instant::now() > end {
            return Ok(held);
        }
        // Nothing tells when memory is given back.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn mib(bytes: u64) -> u64 {
    bytes >> 20
}

/// Everybody from an address of their own, in a room of their own.
async fn people(server: &str, count: usize) -> Result<Vec<Person>> {
    let address = |index: usize| Ipv4Addr::new(127, 0, 2, u8::try_from(index % 250).unwrap_or(0) + 1);
    try_join_all((0..count).map(|index| Person::enter(server, index, address(index)))).await
}

async fn leave(people: Vec<Person>) -> Result {
    try_join_all(people.into_iter().map(Person::leave)).await.map(drop)
}

/// So many requests of each, with a look at each answer; how long each took.
async fn work(people: &mut [Person], requests: usize) -> Result<Vec<Duration>> {
    let all = people.iter_mut().map(|person| person.work(requests, PAUSE));
    Ok(try_join_all(all).await?.concat())
}

/// The same without a pause; how many they were.
async fn work_at_once(people: &mut [Person], requests: usize) -> Result<usize> {
    let all = people.iter_mut().map(|person| person.work(requests, Duration::ZERO));
    Ok(try_join_all(all).await?.iter().map(Vec::len).sum())
}

/// What 99 of 100 stay within.
fn percentile(taken: &mut [Duration]) -> Duration {
    taken.sort_unstable();
    taken.get(taken.len() * 99 / 100).copied().unwrap_or_default()
}
