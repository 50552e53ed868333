//! A line to a server that can be cut.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::server::Server;

/// What bytes go through between the tool and a server.
pub struct Cable {
    url: String,
    open: Arc<Mutex<JoinSet<()>>>,
}

impl Cable {
    pub async fn to(server: &Server) -> Self {
        let address: SocketAddr = server.url.trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let open = Arc::new(Mutex::new(JoinSet::new()));
        let lines = open.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                lines.lock().unwrap().spawn(async move {
                    // Without a server the line is broken at once.
                    if let Ok(mut far) = TcpStream::connect(address).await {
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        });
        Self { url, open }
    }

    /// The address of a room.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }

    /// Breaks all that is open. New lines can be opened.
    pub fn cut(&self) {
        self.open.lock().unwrap().abort_all();
    }
}
