//! A line between a client and a server that holds still at a chosen byte, and can be cut there.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// How the line stands.
#[derive(Clone, Copy, Debug)]
struct Line {
    server: SocketAddr,
    /// Bytes from clients at which it holds still.
    stop_at: u64,
    /// How often it has been cut.
    cuts: u64,
}

/// The line. Its address stays the same whatever server is behind it.
pub struct Proxy {
    pub url: String,
    line: watch::Sender<Line>,
    passed: Arc<AtomicU64>,
    reached: watch::Receiver<u64>,
}

impl Proxy {
    pub async fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (line, watched) = watch::channel(Line { server: address(server), stop_at: u64::MAX, cuts: 0 });
        let (told, reached) = watch::channel(0);
        let passed = Arc::new(AtomicU64::new(0));
        let counted = passed.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, watched.clone(), counted.clone(), told.clone()));
            }
        });
        Self { url, line, passed, reached }
    }

    /// Bytes that have come from clients since this was asked last; from now on it holds still after so many more.
    pub fn stop_after(&self, bytes: u64) -> u64 {
        let passed = self.passed.swap(0, Ordering::SeqCst);
        self.line.send_modify(|line| line.stop_at = bytes);
        passed
    }

    /// Returns when it holds still.
    pub async fn stopped(&mut self) {
        let cuts = self.line.borrow().cuts;
        self.reached.wait_for(|&reached| reached > cuts).await.unwrap();
    }

    /// Cuts all connections; new ones go to a server at this address and are not stopped.
    pub fn cut(&self, server: &str) {
        self.line.send_modify(|line| {
            *line = Line { server: address(server), stop_at: u64::MAX, cuts: line.cuts + 1 };
        });
    }
}

fn address(url: &str) -> SocketAddr {
    url.strip_prefix("http://").unwrap().parse().unwrap()
}

/// One connection, until it ends or is cut.
async fn carry(
    client: TcpStream,
    mut line: watch::Receiver<Line>,
    passed: Arc<AtomicU64>,
    told: watch::Sender<u64>,
) {
    let Line { server, cuts, .. } = *line.borrow();
    // While there is no server, clients are refused.
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    let there = forward(from_client, to_server, line.clone(), passed, told);
    let back = async {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
        // The server has ended it: so does the line.
    };
    tokio::select! {
        () = async { tokio::join!(there, std::future::pending::<()>()); } => {}
        () = back => {}
        _ = line.wait_for(|line| line.cuts != cuts) => {}
    }
}

async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut line: watch::Receiver<Line>,
    passed: Arc<AtomicU64>,
    told: watch::Sender<u64>,
) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
        let so_far = passed.fetch_add(read as u64, Ordering::SeqCst) + read as u64;
        let now = *line.borrow();
        if so_far >= now.stop_at {
            told.send_replace(now.cuts + 1);
            // What stops here goes on no more: whoever is told cuts it.
            let _ = line.wait_for(|line| line.cuts != now.cuts).await;
            return;
        }
    }
    let _ = to.shutdown().await;
}
