//! A file of 40 MiB, sent by each client in each way.

use std::path::{Path, PathBuf};

use reqwest::header::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    client::{Client, Task},
    install::{TUS_JS_CLIENT, TUSPY},
    proxy::Proxy,
    server::{Server, client, create_and_enter, ok},
};

const MIB: u64 = 1 << 20;
const SIZE: u64 = 40 * MIB;
const CHUNK: (&str, &str) = ("CHUNK_SIZE", "5242880");

/// A server on a folder of its own behind a line, a room in it, and a file to be sent.
struct Scene {
    folder: tempfile::TempDir,
    server: Option<Server>,
    proxy: Proxy,
    token: String,
    endpoint: String,
    file: PathBuf,
    sha256: String,
    /// Where the client remembers how to go on.
    storage: PathBuf,
}

impl Scene {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&folder.path().join("data"), &[]);
        let proxy = Proxy::start(&server.url).await;
        let (_, token) = create_and_enter(&client(), &server.room("r")).await;
        let bytes: Vec<u8> = (0..SIZE).map(|at| (at ^ (at >> 8) ^ (at >> 17)) as u8).collect();
        let file = folder.path().join("forty.bin");
        std::fs::write(&file, &bytes).unwrap();
        let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
        let endpoint = format!("{}/api/v1/rooms/r/tus", proxy.url);
        let storage = folder.path().join("storage.json");
        Self { folder, server: Some(server), proxy, token, endpoint, file, sha256, storage }
    }

    fn task<'a>(&'a self, options: &'a [(&'a str, &'a str)]) -> Task<'a> {
        let Self { endpoint, token, file, storage, .. } = self;
        Task { endpoint, token, file, storage, options }
    }

    fn url(&self) -> &str {
        &self.server.as_ref().unwrap().url
    }

    /// `kill -9`, and another server on the same data.
    fn restart(&mut self) {
        self.server.take().unwrap().kill();
        self.server = Some(Server::start(&self.folder.path().join("data"), &[]));
    }

    /// The one upload under way, as the protocol says it.
    async fn head(&self) -> HeaderMap {
        let address = std::fs::read_to_string(&self.storage).unwrap();
        let at = address.find("/api/v1/rooms/r/tus/").unwrap();
        let path = address[at..].split('"').next().unwrap();
        let request = client().head(format!("{}{path}", self.url())).bearer_auth(&self.token);
        let answer = request.header("tus-resumable", "1.0.0").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.headers().clone()
    }

    async fn offset(&self) -> u64 {
        self.head().await["upload-offset"].to_str().unwrap().parse().unwrap()
    }

    /// The file is there, once, whole, and under its name; nothing else is held.
    async fn is_complete(&self) {
        let room = format!("{}/api/v1/rooms/r", self.url());
        let listed = ok(client().get(format!("{room}/contents")).bearer_auth(&self.token)).await;
        let [content] = listed.as_array().unwrap().as_slice() else { panic!("{listed}") };
        assert_eq!((&content["file_name"], &content["size"]), (&"forty.bin".into(), &SIZE.into()));
        assert_eq!(content["sha256"], self.sha256);
        let address = format!("{room}/contents/{}/download", content["id"]);
        let fetched = client().get(address).bearer_auth(&self.token).send().await.unwrap();
        let fetched = fetched.bytes().await.unwrap();
        assert_eq!(data_encoding::HEXLOWER.encode(&Sha256::digest(&fetched)), self.sha256);
        let room: Value = ok(client().get(&room).bearer_auth(&self.token)).await;
        assert_eq!(room["current_size"], SIZE);
    }
}

/// In pieces of 5 MiB: the line is cut, then the server killed; each time the client is started anew and goes on.
async fn goes_on(which: Client, options: &[(&str, &str)]) {
    let mut scene = Scene::open().await;
    scene.proxy.stop_after(12 * MIB);
    let running = which.start(&scene.task(options));
    scene.proxy.stopped().await;
    scene.proxy.cut(scene.url());
    assert!(!running.await.unwrap().status.success(), "the client did not notice that the line was cut");
    let cut_at = scene.offset().await;
    assert!((10 * MIB + 1..13 * MIB).contains(&cut_at), "{cut_at}");

    scene.proxy.stop_after(12 * MIB);
    let running = which.start(&scene.task(options));
    scene.proxy.stopped().await;
    scene.restart();
    scene.proxy.cut(scene.url());
    assert!(!running.await.unwrap().status.success(), "the client did not notice that the server was killed");
    let killed_at = scene.offset().await;
    assert!((cut_at + 5 * MIB..cut_at + 13 * MIB).contains(&killed_at), "{cut_at}, {killed_at}");

    scene.proxy.stop_after(u64::MAX);
    which.succeeds(&scene.task(options)).await;
    let sent = scene.proxy.stop_after(u64::MAX);
    assert!((SIZE - killed_at..SIZE - killed_at + MIB).contains(&sent), "{killed_at}, {sent}");
    println!("{which:?}: cut at {cut_at}, killed at {killed_at}, {sent} bytes behind that");
    scene.is_complete().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tuspy_goes_on_in_pieces() {
    goes_on(Client::Tuspy, &[CHUNK]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tus_js_client_goes_on_in_pieces() {
    goes_on(Client::TusJsClient, &[CHUNK, ("NO_RETRIES", "1")]).await;
}

/// With a checksum for each piece.
#[tokio::test(flavor = "multi_thread")]
async fn tuspy_sends_checksums() {
    let scene = Scene::open().await;
    Client::Tuspy.succeeds(&scene.task(&[CHUNK, ("CHECKSUM", "1")])).await;
    scene.is_complete().await;
}

/// As the client does it when nothing is said: all in one request. A server that is killed in the middle of it has
/// what it had made durable.
#[tokio::test(flavor = "multi_thread")]
async fn tuspy_sends_all_at_once() {
    let mut scene = Scene::open().await;
    scene.proxy.stop_after(38 * MIB);
    let running = Client::Tuspy.start(&scene.task(&[]));
    scene.proxy.stopped().await;
    scene.restart();
    scene.proxy.cut(scene.url());
    assert!(!running.await.unwrap().status.success());
    let killed_at = scene.offset().await;
    // Not all that has passed need have been read, but it was not read on before the first step was durable.
    assert!((16 * MIB..39 * MIB).contains(&killed_at), "{killed_at}");
    scene.proxy.stop_after(u64::MAX);
    Client::Tuspy.succeeds(&scene.task(&[])).await;
    let sent = scene.proxy.stop_after(u64::MAX);
    assert!(sent < SIZE - killed_at + MIB, "{killed_at}, {sent}");
    println!("tuspy: killed at {killed_at}, {sent} bytes behind that");
    scene.is_complete().await;
}

/// By default it tries again by itself.
#[tokio::test(flavor = "multi_thread")]
async fn tus_js_client_sends_all_at_once_and_tries_again() {
    let mut scene = Scene::open().await;
    scene.proxy.stop_after(20 * MIB);
    let running = Client::TusJsClient.start(&scene.task(&[]));
    scene.proxy.stopped().await;
    scene.proxy.cut(scene.url());
    let ended = running.await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let sent = scene.proxy.stop_after(u64::MAX);
    // What was on its way when the line was cut is lost in the sockets; from the beginning it would be 20 MiB more.
    assert!(sent < SIZE + 16 * MIB, "{sent}");
    println!("tus-js-client: {sent} bytes for {SIZE}");
    scene.is_complete().await;
}

/// Four connections at once, all of which are cut; the parts are joined.
#[tokio::test(flavor = "multi_thread")]
async fn tus_js_client_sends_parts_side_by_side() {
    let mut scene = Scene::open().await;
    scene.proxy.stop_after(20 * MIB);
    let running = Client::TusJsClient.start(&scene.task(&[("PARALLEL", "4")]));
    scene.proxy.stopped().await;
    scene.proxy.cut(scene.url());
    let ended = running.await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let sent = scene.proxy.stop_after(u64::MAX);
    assert!(sent < SIZE + 16 * MIB, "{sent}");
    println!("tus-js-client, four at once: {sent} bytes for {SIZE}");
    scene.is_complete().await;
}

/// What is installed is what stands beside these tests.
#[test]
fn the_clients_are_those_that_are_pinned() {
    let tuspy = TUSPY.join("tuspy-1.1.0.dist-info");
    assert!(tuspy.is_dir(), "{}", tuspy.display());
    let package = Path::new(&*TUS_JS_CLIENT).join("tus-js-client/package.json");
    let package: Value = serde_json::from_str(&std::fs::read_to_string(package).unwrap()).unwrap();
    assert_eq!(package["version"], "4.3.1");
}
