//! Somebody at work in a room: texts and files added, listed, read and deleted, in turn.

use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};

use bytes::Bytes;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};

use crate::{Result, client::http, data};

/// Contents that a person keeps.
const KEPT: usize = 20;
/// The files' sizes, in turn.
const SIZES: [u64; 4] = [300, 20_000, 200_000, 1_500_000];

pub struct Person {
    client: Client,
    room: String,
    token: String,
    contents: VecDeque<i64>,
    turn: usize,
}

impl Person {
    /// Makes a room from an address and enters it.
    pub async fn enter(server: &str, index: usize, address: Ipv4Addr) -> Result<Self> {
        let client = http().local_address(IpAddr::V4(address)).build()?;
        let room = format!("{server}/api/v1/rooms/person-{index}");
        let mut person = Self { client, room, token: String::new(), contents: VecDeque::new(), turn: 0 };
        person.ask(person.client.post(&person.room).json(&json!({}))).await?;
        let entered = person.client.post(format!("{}/tokens", person.room)).json(&json!({}));
        let entered: Value = serde_json::from_slice(&person.ask(entered).await?)?;
        entered["token"].as_str().ok_or("no token")?.clone_into(&mut person.token);
        Ok(person)
    }

    /// Deletes the room.
    pub async fn leave(self) -> Result {
        self.ask(self.at(Method::DELETE, "")).await.map(drop)
    }

    /// Does so many things, one each `pause` at most; how long each took.
    pub async fn work(&mut self, requests: usize, pause: Duration) -> Result<Vec<Duration>> {
        let mut ticks = interval(pause.max(Duration::from_nanos(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut taken = Vec::with_capacity(requests);
        for _ in 0..requests {
            if !pause.is_zero() {
                ticks.tick().await;
            }
            let started = Instant::now();
            self.step().await?;
            taken.push(started.elapsed());
        }
        Ok(taken)
    }

    async fn step(&mut self) -> Result {
        self.turn += 1;
        match self.turn % 5 {
            0 if self.contents.len() > KEPT => {
                let id = self.contents.pop_front();
                self.ask(self.at(Method::DELETE, "/contents").json(&json!({"ids": [id]}))).await?;
            }
            1 => {
                let text = json!({"text": "a note of some words", "file_name": format!("{}.md", self.turn)});
                self.add(self.at(Method::POST, "/texts").json(&text)).await?;
            }
            2 => {
                let size = SIZES[self.turn / 5 % SIZES.len()];
                let bytes: Vec<u8> = data::pieces(size).flatten().collect();
                let path = format!("/files/{}.bin", self.turn);
                self.add(self.at(Method::PUT, &path).body(Bytes::from(bytes))).await?;
            }
            3 if !self.contents.is_empty() => {
                let id = self.contents[self.turn % self.contents.len()];
                self.ask(self.at(Method::GET, &format!("/contents/{id}"))).await?;
            }
            _ => drop(self.ask(self.at(Method::GET, "/contents?limit=20")).await?),
        }
        Ok(())
    }

    async fn add(&mut self, request: RequestBuilder) -> Result {
        let added: Value = serde_json::from_slice(&self.ask(request).await?)?;
        self.contents.push_back(added["id"].as_i64().ok_or("no id")?);
        Ok(())
    }

    fn at(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.room)).bearer_auth(&self.token)
    }

    /// Asks for what has to be granted.
    async fn ask(&self, request: RequestBuilder) -> Result<Bytes> {
        let answer = request.send().await?;
        let (status, url) = (answer.status(), answer.url().path().to_owned());
        let body = answer.bytes().await?;
        if !status.is_success() {
            return Err(format!("{url}: {status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(body)
    }
}
