//! Eight people write one text together while lines are cut and the server is killed: in the end all have the same, and
//! nothing is missing that was acknowledged.
//!
//! `ELIZABETH_TEST_EDITING` says for how many seconds.

use std::{
    env,
    ops::ControlFlow,
    sync::Mutex,
    time::{Duration, Instant},
};

use elizabeth_api::{EditObject, EditsObject};
use elizabeth_core::edits::{Editor, TextEdit};
use elizabeth_testing::{RandomTexts, Replica};
use futures::future::join_all;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::server::{Server, client, create_and_enter, ok};

const PEOPLE: u64 = 8;
const CUTS: u32 = 10;
const KILLS: u32 = 3;

/// A text on a server that is killed now and then.
struct Text {
    data: tempfile::TempDir,
    server: Mutex<Option<Server>>,
    token: String,
    id: i64,
    /// How long it is written.
    time: Duration,
    begun: Instant,
}

impl Text {
    async fn start(time: Duration) -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path(), &[("ELIZABETH_RATE_LIMIT", "off")]);
        let (client, room) = (client(), server.room("room"));
        let (_, token) = create_and_enter(&client, &room).await;
        let text = client.post(format!("{room}/texts")).bearer_auth(&token);
        let added = ok(text.json(&json!({"text": "written by\r\nall of them"}))).await;
        let (server, id) = (Mutex::new(Some(server)), added["id"].as_i64().unwrap());
        Self { data, server, token, id, time, begun: Instant::now() }
    }

    /// A request about the text; `None` while there is no server.
    fn request(&self, client: &Client, method: Method, rest: &str) -> Option<RequestBuilder> {
        let room = self.server.lock().unwrap().as_ref()?.room("room");
        Some(client.request(method, format!("{room}/contents/{}{rest}", self.id)).bearer_auth(&self.token))
    }

    fn is_over(&self) -> bool {
        self.begun.elapsed() > self.time
    }

    async fn at(&self, part: u32, of: u32) {
        sleep((self.time * part / of).saturating_sub(self.begun.elapsed())).await;
    }

    async fn be_killed(&self) {
        for kill in 1..=KILLS {
            self.at(kill, KILLS + 1).await;
            self.server.lock().unwrap().take().unwrap().kill();
            let server = Server::start(self.data.path(), &[("ELIZABETH_RATE_LIMIT", "off")]);
            *self.server.lock().unwrap() = Some(server);
        }
    }

    /// Somebody without an editor adds a line each second; how many lines they added.
    async fn be_changed_as_a_whole(&self) -> u64 {
        let (client, mut changed) = (client(), 0);
        for second in 1.. {
            self.at(second, u32::try_from(self.time.as_secs()).unwrap()).await;
            if self.is_over() {
                break;
            }
            while !self.add_line(&client, second).await {
                sleep(Duration::from_millis(20)).await;
            }
            changed += 1;
        }
        changed
    }

    /// Whether it was added; not where somebody was first, or where nobody answers.
    async fn add_line(&self, client: &Client, line: u32) -> bool {
        let Some(now) = answer(self.request(client, Method::GET, "/meta")).await else { return false };
        let version = now.1["version"].as_u64().unwrap();
        let text = format!("{}\nline {line}", now.1["text"].as_str().unwrap());
        let change = self
            .request(client, Method::PATCH, "")
            .map(|request| request.header("if-match", format!("\"{version}\"")).json(&json!({"text": text})));
        match answer(change).await {
            Some((200, _)) => return true,
            Some((412, _)) => return false,
            Some((status, problem)) => panic!("{status}: {problem}"),
            None => {}
        }
        // Nobody else makes edits without a name.
        loop {
            let since = self.request(client, Method::GET, &format!("/edits?since={version}"));
            if let Some((200, edits)) = answer(since).await {
                return edits["edits"].as_array().unwrap().iter().any(|edit| edit["client"] == "");
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The status and the body; `None` where there is nobody to answer, or not to the end.
async fn answer(request: Option<RequestBuilder>) -> Option<(u16, Value)> {
    let answer = request?.send().await.ok()?;
    Some((answer.status().as_u16(), answer.json().await.ok()?))
}

struct Person<'a> {
    text: &'a Text,
    client: Client,
    replica: Replica,
    random: RandomTexts,
    cuts: u32,
}

impl Person<'_> {
    /// Writes, sends and reads until the time is over, and brings everything home.
    async fn work(&mut self) {
        while !self.text.is_over() || self.cuts < CUTS {
            self.replica.write(&mut self.random);
            if self.random.below(3) == 0 {
                self.read().await;
            }
            let is_cut = self.text.begun.elapsed() > self.text.time * (self.cuts + 1) / (CUTS + 1);
            if is_cut && self.cuts < CUTS {
                self.cuts += 1;
                // The line breaks on the way there, or on the way back.
                let time = Duration::from_micros(self.random.below(20_000) as u64);
                let _ = timeout(time, self.send()).await;
                self.client = client();
            } else if self.send().await.is_continue() {
                sleep(Duration::from_millis(self.random.below(200) as u64)).await;
            }
        }
        while !self.replica.unconfirmed.is_empty() {
            if self.send().await.is_break() {
                sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// Sends what is unconfirmed; breaks off where nobody answers.
    async fn send(&mut self) -> ControlFlow<()> {
        let count = self.replica.unconfirmed.len().min(100);
        let edits = &self.replica.unconfirmed[..count];
        let body = json!({"version": self.replica.version, "client": self.replica.name, "edits": edits});
        let request = self.text.request(&self.client, Method::POST, "/edits");
        match answer(request.map(|request| request.json(&body))).await {
            Some((200, made)) => {
                self.replica.confirm(count);
                assert_eq!(made["version"], self.replica.version);
            }
            Some((409, problem)) => self.take(problem["details"].clone()),
            Some((status, problem)) => panic!("{status}: {problem}"),
            None => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    async fn read(&mut self) {
        let rest = format!("/edits?since={}", self.replica.version);
        if let Some((200, edits)) = answer(self.text.request(&self.client, Method::GET, &rest)).await {
            self.take(edits);
        }
    }

    fn take(&mut self, edits: Value) {
        let EditsObject { from, edits, .. } = serde_json::from_value(edits).unwrap();
        assert_eq!(from, self.replica.version);
        let edit = |EditObject { client, change }| TextEdit {
            editor: Editor::from_stored(client),
            change: change.0,
        };
        self.replica.take(&edits.into_iter().map(edit).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_people_write_one_text() {
    let time = env::var("ELIZABETH_TEST_EDITING").map_or(5, |seconds| seconds.parse().unwrap());
    let text = &Text::start(Duration::from_secs(time)).await;
    let person = |n| Person {
        text,
        client: client(),
        replica: Replica::new(format!("person {n}"), 1, "written by\nall of them"),
        random: RandomTexts::new(n),
        cuts: 0,
    };
    let mut people: Vec<Person<'_>> = (0..PEOPLE).map(person).collect();
    let work = join_all(people.iter_mut().map(Person::work));
    let (_, changed, ()) = tokio::join!(work, text.be_changed_as_a_whole(), text.be_killed());

    let (_, end) = answer(text.request(&client(), Method::GET, "/meta")).await.unwrap();
    let edits: u64 = people.iter().map(|person| person.replica.confirmed).sum();
    assert_eq!(
        end["version"],
        1 + edits + changed,
        "an edit that was acknowledged is missing, or one is there twice"
    );
    for person in &mut people {
        person.read().await;
        assert_eq!(end["version"], person.replica.version);
        assert_eq!(end["text"], person.replica.text, "{}", person.replica.name);
        assert_eq!(person.cuts, CUTS);
    }
    println!("{edits} edits by {PEOPLE} people and {changed} changes of the whole in {time} s");
}
