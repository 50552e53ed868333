//! Clients that come from addresses of their own.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};

use reqwest::{Client, RequestBuilder, Response};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::Mutex,
};

/// Held by each test that measures time, or keeps the machine busy: one of them at a time.
pub static MACHINE: Mutex<()> = Mutex::const_new(());

/// An address of this machine.
pub fn address(group: u8, last: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, group, last).into()
}

/// A client that comes from there.
pub fn client(group: u8, last: u8) -> Client {
    // Of the whole process; the second time it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().local_address(address(group, last)).build().unwrap()
}

/// Sends a request; its status, and the code of its problem.
pub async fn outcome(request: RequestBuilder) -> (u16, String) {
    told(request.send().await.unwrap()).await
}

/// The status of an answer, and the code of its problem.
pub async fn told(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body = answer.json::<serde_json::Value>().await.unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// How many seconds an answer asks to wait.
pub fn retry_after(answer: &Response) -> u64 {
    answer.headers().get("retry-after").expect("no Retry-After").to_str().unwrap().parse().unwrap()
}

/// The time that 99 of 100 are below, of what is done so often, in the best of three rounds: a machine that does other
/// things besides has hiccups.
pub async fn best_p99<T>(times: usize, mut act: impl AsyncFnMut() -> T) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let mut took = Vec::with_capacity(times);
        for _ in 0..times {
            let begun = Instant::now();
            act().await;
            took.push(begun.elapsed());
        }
        took.sort_unstable();
        best = best.min(took[(times * 99).div_ceil(100) - 1]);
    }
    best
}

/// A connection by which requests are sent one behind the other, with as little work as can be.
pub struct Line {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Line {
    pub async fn open(url: &str, from: IpAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let stream = socket.connect(url.trim_start_matches("http://").parse().unwrap()).await.unwrap();
        Self { stream, answer: vec![0; 64 << 10] }
    }

    /// A request with a JSON body, as it is sent.
    pub fn request(&self, method: &str, path: &str, body: &str) -> String {
        let length = body.len();
        format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
    }

    pub async fn send(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).await.unwrap();
    }

    /// Sends a request and reads its answer; the status.
    pub async fn exchange(&mut self, request: &str) -> u16 {
        self.send(request).await;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.answer[filled..]).await.unwrap();
            assert!(read > 0, "the connection ended");
            filled += read;
            let text = std::str::from_utf8(&self.answer[..filled]).unwrap();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() == length.parse::<usize>().unwrap() {
                return head.split(' ').nth(1).unwrap().parse().unwrap();
            }
        }
    }
}
