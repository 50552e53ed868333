//! A room with a password: guests who know it, and strangers who guess.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use crate::{Result, client::http};

const PASSWORD: &str = "correct horse battery staple";
/// The addresses that guesses come from.
pub const STRANGERS: u8 = 50;

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

/// One of those who guess, `rate` times a second from an address of its own, until it is dropped. `sent` counts the
/// guesses of all.
pub async fn stranger(server: String, last: u8, rate: f64, sent: Arc<AtomicU64>) -> io::Result<()> {
    let client = from(Ipv4Addr::new(127, 0, 4, last)).map_err(io::Error::other)?;
    let mut ticks = interval(Duration::from_secs_f64(1.0 / rate));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let status = enter(&client, &server, "wrong").await.map_err(io::Error::other)?;
        if ![StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS].contains(&status) {
            return Err(io::Error::other(format!("a guess got {status}")));
        }
        sent.fetch_add(1, Relaxed);
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
