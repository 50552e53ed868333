//! One of many clients: it does at random what people do, and remembers what was acknowledged.

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use reqwest::{Client as Http, RequestBuilder, multipart};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Where the servers listen at present: a restarted one has another port.
pub type Urls = Arc<RwLock<Vec<String>>>;

/// What a client does.
pub const WHAT: [&str; 4] = ["upload", "delete", "download", "revoke"];

/// A content: its room and its number.
pub type Place = (String, i64);

/// What a client knows in the end.
#[derive(Default)]
pub struct Memory {
    /// Acknowledged, with the hash of its bytes, and not deleted.
    pub kept: BTreeMap<Place, String>,
    /// Deleting it was asked for and not answered: it may be there or not.
    pub unclear: Vec<Place>,
    /// How often each thing happened.
    pub counts: BTreeMap<String, u64>,
}

/// A request that was not answered as asked.
enum Trouble {
    /// The server was killed under it.
    Cut,
    /// A status and a code.
    Refused(u16, String),
}

pub struct Client {
    http: Http,
    urls: Urls,
    random: StdRng,
    rooms: Vec<String>,
    tokens: BTreeMap<String, String>,
    pub memory: Memory,
}

impl Client {
    pub fn new(seed: u64, urls: Urls, rooms: Vec<String>, http: Http) -> Self {
        let random = StdRng::seed_from_u64(seed);
        Self { http, urls, random, rooms, tokens: BTreeMap::new(), memory: Memory::default() }
    }

    /// Does one thing; says which of [`WHAT`] when it succeeded.
    pub async fn step(&mut self) -> Option<usize> {
        let room = self.rooms[self.random.random_range(0..self.rooms.len())].clone();
        let what = match self.random.random_range(0..100) {
            0..60 => 0,
            60..75 => 1,
            75..90 => 2,
            _ => 3,
        };
        let done = match what {
            0 => self.upload(&room).await,
            1 => self.delete().await,
            2 => self.download().await,
            _ => self.revoke(&room).await,
        };
        let word = WHAT[what];
        let outcome = match &done {
            Ok(()) => word.to_owned(),
            Err(Trouble::Cut) => format!("{word}: cut off"),
            Err(Trouble::Refused(status, code)) => format!("{word}: {status} {code}"),
        };
        *self.memory.counts.entry(outcome).or_default() += 1;
        done.is_ok().then_some(what)
    }

    /// A request to any of the servers.
    fn at(&mut self, method: reqwest::Method, path: &str) -> RequestBuilder {
        let urls = self.urls.read().unwrap();
        let url = &urls[self.random.random_range(0..urls.len())];
        self.http.request(method, format!("{url}/api/v1/rooms/{path}"))
    }

    async fn token(&mut self, room: &str) -> Result<String, Trouble> {
        if let Some(token) = self.tokens.get(room) {
            return Ok(token.clone());
        }
        let request = self.at(reqwest::Method::POST, &format!("{room}/tokens")).json(&json!({}));
        let token = answer(request).await?["token"].as_str().unwrap().to_owned();
        self.tokens.insert(room.to_owned(), token.clone());
        Ok(token)
    }

    async fn upload(&mut self, room: &str) -> Result<(), Trouble> {
        let token = self.token(room).await?;
        let size = if self.random.random_bool(0.3) {
            self.random.random_range(0..8_000)
        } else {
            self.random.random_range(8_000..200_000)
        };
        let mut bytes = vec![0; size];
        self.random.fill_bytes(&mut bytes);
        let hash = hex(&Sha256::digest(&bytes));
        let manifest = json!({"files": [{"name": "load.bin", "size": size}]});
        let request = self.at(reqwest::Method::POST, &format!("{room}/contents/prepare"));
        let prepared = answer(request.bearer_auth(&token).json(&manifest)).await?;
        let path = format!("{room}/contents?reservation_id={}", prepared["reservation_id"]);
        let form = multipart::Form::new().part("f", multipart::Part::bytes(bytes).file_name("load.bin"));
        let request = self.at(reqwest::Method::POST, &path).bearer_auth(&token).multipart(form);
        let uploaded = answer(request).await?;
        let content = &uploaded["uploaded"][0];
        assert_eq!(content["sha256"], hash);
        self.memory.kept.insert((room.to_owned(), content["id"].as_i64().unwrap()), hash);
        Ok(())
    }

    fn any_kept(&mut self) -> Option<(Place, String)> {
        let count = self.memory.kept.len();
        (count > 0).then(|| {
            let (place, hash) = self.memory.kept.iter().nth(self.random.random_range(0..count)).unwrap();
            (place.clone(), hash.clone())
        })
    }

    async fn delete(&mut self) -> Result<(), Trouble> {
        let Some((place, _)) = self.any_kept() else { return Ok(()) };
        let token = self.token(&place.0).await?;
        let request = self.at(reqwest::Method::DELETE, &format!("{}/contents", place.0));
        let asked = answer(request.bearer_auth(token).json(&json!({"ids": [place.1]}))).await;
        match asked {
            Ok(_) => drop(self.memory.kept.remove(&place)),
            // Whether it took place is not known: the answer may be what was lost.
            Err(Trouble::Cut | Trouble::Refused(503, _)) => {
                self.memory.kept.remove(&place);
                self.memory.unclear.push(place);
            }
            Err(Trouble::Refused(..)) => {}
        }
        asked.map(drop)
    }

    async fn download(&mut self) -> Result<(), Trouble> {
        let Some((place, hash)) = self.any_kept() else { return Ok(()) };
        let token = self.token(&place.0).await?;
        let request = self.at(reqwest::Method::GET, &format!("{}/contents/{}", place.0, place.1));
        let response = request.bearer_auth(token).send().await.map_err(|_| Trouble::Cut)?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let bytes = response.bytes().await.map_err(|_| Trouble::Cut)?;
        assert_eq!(hex(&Sha256::digest(&bytes)), hash, "content {} of {}", place.1, place.0);
        Ok(())
    }

    /// Ends its own token on one server; on every other it is dead at once.
    async fn revoke(&mut self, room: &str) -> Result<(), Trouble> {
        let token = self.token(room).await?;
        let request = self.at(reqwest::Method::GET, &format!("{room}/tokens")).bearer_auth(&token);
        let listed = answer(request).await?;
        let own = listed.as_array().unwrap().iter().find(|listed| listed["current"] == true).unwrap();
        let path = format!("{room}/tokens/{}", own["jti"].as_str().unwrap());
        self.tokens.remove(room);
        let request = self.at(reqwest::Method::DELETE, &path).bearer_auth(&token);
        answer(request).await?;
        for _ in 0..3 {
            let request = self.at(reqwest::Method::GET, &format!("{room}/contents?limit=1"));
            match answer(request.bearer_auth(&token)).await {
                Err(Trouble::Refused(401, code)) => assert_eq!(code, "token_revoked"),
                Err(Trouble::Cut | Trouble::Refused(503, _)) => {}
                Err(Trouble::Refused(status, code)) => {
                    return Err(Trouble::Refused(status, code));
                }
                Ok(_) => return Err(Trouble::Refused(200, "a revoked token was let in".into())),
            }
        }
        Ok(())
    }
}

async fn answer(request: RequestBuilder) -> Result<Value, Trouble> {
    let response = request.send().await.map_err(|_| Trouble::Cut)?;
    if response.status().is_success() {
        return response.json().await.map_err(|_| Trouble::Cut);
    }
    Err(refusal(response).await)
}

async fn refusal(response: reqwest::Response) -> Trouble {
    let status = response.status().as_u16();
    match response.json::<Value>().await {
        Ok(problem) => Trouble::Refused(status, problem["code"].as_str().unwrap_or_default().to_owned()),
        Err(_) => Trouble::Cut,
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
