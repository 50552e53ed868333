//! A room with a password: guests who know it, and strangers who guess.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode};
use serde_json::json;
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use crate::{Result, client::http};

const PASSWORD: &str = "correct horse battery staple";
/// The addresses that guesses come from.
const STRANGERS: u8 = 50;
/// Guesses after which each of them has to wait for the next one.
const FREE: u32 = 20;

pub struct Door {
    server: String,
    guests: u32,
}

impl Door {
    pub async fn build(server: &str) -> Result<Self> {
        let room = format!("{server}/api/v1/rooms/guarded");
        let made = http().build()?.post(&room).json(&json!({"password": PASSWORD})).send().await?;
        made.error_for_status()?;
        Ok(Self { server: server.to_owned(), guests: 0 })
    }

    /// So many guests, one behind the other, each from an address of their own; how long each stood at the door.
    pub async fn guests(&mut self, count: usize) -> Result<Vec<Duration>> {
        let mut taken = Vec::with_capacity(count);
        for _ in 0..count {
            self.guests += 1;
            let guest = from(Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 0).to_bits() + self.guests))?;
            // What is measured is the door, not the way to it.
            guest.get(format!("{}/api/v1/health", self.server)).send().await?;
            let started = Instant::now();
            let status = enter(&guest, &self.server, PASSWORD).await?;
            taken.push(started.elapsed());
            if !status.is_success() {
                return Err(format!("a guest with the right password got {status}").into());
            }
        }
        Ok(taken)
    }
}

/// Those who guess, each from an address of their own, until this is dropped.
pub struct Strangers {
    tasks: JoinSet<io::Result<()>>,
    /// A permit for each guess.
    sent: Arc<Semaphore>,
}

impl Strangers {
    /// Begins, with so many guesses a second in all; returns when all of them have to wait.
    pub async fn begin(server: &str, guesses: u32) -> Result<Self> {
        let sent = Arc::new(Semaphore::new(0));
        let rate = f64::from(guesses) / f64::from(STRANGERS);
        let all = (1..=STRANGERS).map(|last| stranger(server.to_owned(), last, rate, sent.clone()));
        let mut strangers = Self { tasks: all.collect(), sent: sent.clone() };
        tokio::select! {
            enough = sent.acquire_many(u32::from(STRANGERS) * FREE) => drop(enough?),
            Some(ended) = strangers.tasks.join_next() => ended??,
        }
        Ok(strangers)
    }

    /// How many guesses were sent.
    pub fn sent(&self) -> usize {
        self.sent.available_permits()
    }

    /// Fails when one of them got an answer that is not for those who guess.
    pub fn check(&mut self) -> Result {
        self.tasks.try_join_next().map_or(Ok(()), |ended| Ok(ended??))
    }
}

async fn stranger(server: String, last: u8, rate: f64, sent: Arc<Semaphore>) -> io::Result<()> {
    let client = from(Ipv4Addr::new(127, 0, 4, last)).map_err(io::Error::other)?;
    let mut ticks = interval(Duration::from_secs_f64(1.0 / rate));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let status = enter(&client, &server, "wrong").await.map_err(io::Error::other)?;
        if ![StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS].contains(&status) {
            return Err(io::Error::other(format!("a guess got {status}")));
        }
        sent.add_permits(1);
    }
}

async fn enter(client: &Client, server: &str, password: &str) -> reqwest::Result<StatusCode> {
    let tokens = format!("{server}/api/v1/rooms/guarded/tokens");
    let entered = client.post(tokens).json(&json!({"password": password})).send().await?;
    let status = entered.status();
    entered.bytes().await?;
    Ok(status)
}

fn from(address: Ipv4Addr) -> reqwest::Result<Client> {
    http().local_address(IpAddr::V4(address)).build()
}
