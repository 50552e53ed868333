//! Clients that send or read a byte a second, in one of four ways, and come again when they are sent away.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::Barrier,
    task::JoinSet,
    time::sleep,
};

/// How fast a slow client is.
const A_BYTE: Duration = Duration::from_secs(1);

/// So many of them, until they are dropped; returns when all have begun.
pub async fn begin(server: &str, count: usize) -> JoinSet<()> {
    let begun = Arc::new(Barrier::new(count + 1));
    let clients = (0..count).map(|index| client(server.to_owned(), index, begun.clone())).collect();
    begun.wait().await;
    clients
}

/// It comes to the barrier once it has begun.
async fn client(server: String, index: usize, begun: Arc<Barrier>) {
    let mut is_first = true;
    loop {
        let connected = connect(&server, index).await;
        if std::mem::take(&mut is_first) {
            begun.wait().await;
        }
        let Ok(stream) = connected else {
            sleep(A_BYTE).await;
            continue;
        };
        // To be sent away is what it waits for.
        let _ = crawl(stream, index).await;
    }
}

/// Four clients to an address.
async fn connect(server: &str, index: usize) -> io::Result<TcpStream> {
    let to: SocketAddr = server.trim_start_matches("http://").parse().map_err(io::Error::other)?;
    let socket = TcpSocket::new_v4()?;
    let last = u8::try_from(index / 4 % 250).unwrap_or(0) + 1;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 3, last), 0)))?;
    socket.connect(to).await
}

async fn crawl(mut stream: TcpStream, index: usize) -> io::Result<()> {
    let host = stream.peer_addr()?;
    match index % 4 {
        // A head that does not end.
        0 => {
            stream.write_all(format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-Slow: ").as_bytes()).await?;
            dribble(&mut stream).await
        }
        // A body in JSON, large and without a credential.
        1 => {
            let head = format!(
                "POST /api/v1/rooms/person-0/texts HTTP/1.1\r\nHost: {host}\r\n\
                 Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await?;
            dribble(&mut stream).await
        }
        // A file for a folder that is made for it.
        2 => {
            let head = format!(
                "PUT /slow-{index}/file.bin HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000000\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await?;
            dribble(&mut stream).await
        }
        // The page, which is not fetched.
        _ => {
            stream.write_all(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).await?;
            let mut byte = [0];
            while stream.read(&mut byte).await? > 0 {
                sleep(A_BYTE).await;
            }
            Ok(())
        }
    }
}

async fn dribble(stream: &mut TcpStream) -> io::Result<()> {
    loop {
        stream.write_all(b"x").await?;
        sleep(A_BYTE).await;
    }
}
