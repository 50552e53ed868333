//! Enough of the protocol to ask whether a server is there and to make databases, without a driver and without a
//! runtime: <https://www.postgresql.org/docs/current/protocol-message-formats.html>.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Version 3.0.
const PROTOCOL: u32 = 3 << 16;
const PATIENCE: Duration = Duration::from_secs(60);

/// A session of a user of whom no password is asked.
pub(crate) struct Session(TcpStream);

impl Session {
    pub(crate) fn open(server: impl Into<SocketAddr>, user: &str, database: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(server.into())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let mut session = Self(stream);
        let mut body = PROTOCOL.to_be_bytes().to_vec();
        for text in ["user", user, "database", database, ""] {
            body.extend_from_slice(text.as_bytes());
            body.push(0);
        }
        session.send(None, &body)?;
        session.until_ready()?;
        Ok(session)
    }

    /// Runs a statement; what it answers is dropped.
    pub(crate) fn run(&mut self, statement: &str) -> io::Result<()> {
        self.send(Some(b'Q'), &[statement.as_bytes(), &[0]].concat())?;
        self.until_ready()
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(body.len() + 4).map_err(io::Error::other)?;
        let mut message = Vec::from_iter(kind);
        message.extend(length.to_be_bytes());
        message.extend(body);
        self.0.write_all(&message)
    }

    /// Reads up to the message that says that the server waits for us.
    fn until_ready(&mut self) -> io::Result<()> {
        let mut answer = Ok(());
        loop {
            let mut head = [0; 5];
            // A server that throws us out says why, and then nothing more.
            if let Err(gone) = self.0.read_exact(&mut head) {
                return answer.and(Err(gone));
            }
            let [kind, length @ ..] = head;
            let length = u32::from_be_bytes(length).saturating_sub(4);
            let mut body = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            self.0.read_exact(&mut body)?;
            match kind {
                b'Z' => return answer,
                b'E' => {
                    let text = String::from_utf8_lossy(&body).replace('\0', " ");
                    answer = Err(io::Error::other(text));
                }
                _ => {}
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Terminate.
        let _ = self.send(Some(b'X'), &[]);
    }
}
