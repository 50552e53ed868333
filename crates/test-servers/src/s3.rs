#![expect(clippy::unwrap_used, reason = "a test whose server cannot start has failed")]

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
};

use hyper::{Request, body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::TokioIo;
use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{
    runtime,
    sync::oneshot::{self, Receiver, Sender},
};

/// A server that speaks S3 over a folder of its own, with one bucket and one key pair, on threads of its own:
/// tests without an async runtime may use it as well. What it stores outlives [`S3::stop`], and is gone on drop.
pub struct S3 {
    data: TempDir,
    address: SocketAddr,
    parts: Arc<AtomicUsize>,
    running: Option<Running>,
}

struct Running {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl S3 {
    /// The bucket that is there.
    pub const BUCKET: &str = "rooms";
    /// The key id that is let in.
    pub const ACCESS_KEY_ID: &str = "test-key-id";
    /// Its secret.
    pub const SECRET_ACCESS_KEY: &str = "test-secret-that-nobody-may-print";
    /// The region that requests are signed for.
    pub const REGION: &str = "us-east-1";

    /// A server on a free port of 127.0.0.1, accepting when this returns.
    pub fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join(Self::BUCKET)).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let mut server = Self { data, address, parts: Arc::default(), running: None };
        server.run(listener);
        server
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What `--blob-url` takes; the key pair comes besides.
    pub fn url(&self, prefix: &str) -> String {
        let (bucket, endpoint, region) = (Self::BUCKET, self.endpoint(), Self::REGION);
        format!("s3://{bucket}/{prefix}?endpoint={endpoint}&region={region}")
    }

    /// Goes away in the middle of whatever it does: connections break, new ones are refused.
    pub fn stop(&mut self) {
        if let Some(Running { stop, thread }) = self.running.take() {
            drop(stop);
            thread.join().unwrap();
        }
    }

    /// Comes back on the same port with the same data. Nothing happens where it runs.
    pub fn start(&mut self) {
        if self.running.is_none() {
            self.run(TcpListener::bind(self.address).unwrap());
        }
    }

    /// How many objects are stored under keys that begin so.
    pub fn objects(&self, prefix: &str) -> usize {
        let bucket = self.data.path().join(Self::BUCKET);
        let mut keys = Vec::new();
        list(&bucket, &bucket, &mut keys);
        keys.iter().filter(|key| key.starts_with(prefix)).count()
    }

    /// How many multipart uploads were begun and neither completed nor aborted.
    pub fn unfinished_uploads(&self) -> usize {
        let names = fs::read_dir(self.data.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        // Where s3s-fs keeps whose upload it is.
        names.filter(|name| name.starts_with(".upload-") && name.ends_with(".json")).count()
    }

    /// How many parts of multipart uploads were sent so far, again or for the first time.
    pub fn parts_sent(&self) -> usize {
        self.parts.load(SeqCst)
    }

    fn run(&mut self, listener: TcpListener) {
        listener.set_nonblocking(true).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(self.data.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(Self::ACCESS_KEY_ID, Self::SECRET_ACCESS_KEY));
        let service = Counting { inner: service.build(), parts: self.parts.clone() };
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime =
                runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            // The runtime ends with this, and every connection with the runtime.
            runtime.block_on(serve(listener, service, stopped));
        });
        self.running = Some(Running { stop, thread });
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve(listener: TcpListener, service: Counting, mut stopped: Receiver<()>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (socket, _) = tokio::select! {
            accepted = listener.accept() => accepted.unwrap(),
            _ = &mut stopped => return,
        };
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service.clone()));
    }
}

fn list(bucket: &Path, folder: &Path, keys: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(bucket, &path, keys);
        } else {
            keys.push(path.strip_prefix(bucket).unwrap().to_str().unwrap().to_owned());
        }
    }
}

/// Counts on the way in.
#[derive(Clone)]
struct Counting {
    inner: S3Service,
    parts: Arc<AtomicUsize>,
}

impl Service<Request<Incoming>> for Counting {
    type Response = <S3Service as Service<Request<Incoming>>>::Response;
    type Error = <S3Service as Service<Request<Incoming>>>::Error;
    type Future = <S3Service as Service<Request<Incoming>>>::Future;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        if request.uri().query().is_some_and(|query| query.contains("partNumber=")) {
            self.parts.fetch_add(1, SeqCst);
        }
        Service::call(&self.inner, request)
    }
}
