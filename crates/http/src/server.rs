//! The server around the routes: accepting, timeouts, and an orderly end.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{Router, body::Body, extract::ConnectInfo};
use elizabeth_core::{client::Client, limits::Limit};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

use crate::{
    app,
    connections::{Connection, Connections, Sent},
    routes::metrics,
    state::AppState,
};

/// How long a client may take to send a request's head. It also ends connections that idle for so long.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may leave what is sent to it lying. A player that was paused asks for the rest anew.
#[cfg(target_os = "linux")]
const SEND_TIMEOUT_MILLIS: u32 = 30_000;
/// The most that is read from a connection in one piece, and what may wait to be written before more is fetched.
/// With 256 KiB a hundred uploads at once peaked some 20 MiB higher, and one alone was not clearly faster.
const READ_BUFFER: usize = 128 << 10;
/// The longest head of a request; past it 431.
const HEAD_MAX: usize = 32 << 10;
/// How long to wait before accepting again when the system has no sockets left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long nothing is said of what was just said.
const SAYING_PAUSE: Duration = Duration::from_secs(60);
/// How long uploads that were cut off may take to give back what they held.
const CLEAN_UP_TIME: Duration = Duration::from_secs(5);

/// Serves until `stop`; then accepts no more, gives requests under way `grace` to finish, and ends the rest.
pub async fn serve(listener: TcpListener, state: AppState, stop: CancellationToken, grace: Duration) {
    let router = app::router(state.clone());
    let graceful = GracefulShutdown::new();
    let tasks = TaskTracker::new();
    let cut = CancellationToken::new();
    let connections = Connections::new(state.edge().max_connections, of_client(&state));
    let (mut refused, mut failed) = (Rarely::default(), Rarely::default());
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                // Behind a proxy there are many: it is for the proxy to say how many each may have.
                let client = Some(peer.ip()).filter(|peer| !state.edge().trusted_proxies.contain(*peer));
                let Some(open) = connections.admit(client.map(|address| Client::new(address).network()))
                else {
                    refused.say(|times| tracing::warn!(times, "connections were refused: too many are open"));
                    continue;
                };
                let yields = open.cut().clone();
                // Moved into what waits for its end it would be there several times over, for as long as it is open.
                let connection = Box::pin(connect(stream, peer, router.clone(), open, &graceful));
                let cut = cut.clone();
                tasks.spawn(async move {
                    // Clients go away as they like: nothing that needs saying.
                    let _ = cut.run_until_cancelled(yields.run_until_cancelled(connection)).await;
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                failed.say(|times| tracing::error!(%error, times, "accepting failed"));
                // Out of file descriptors, most likely: whoever has been idle for longest gives one back.
                connections.yield_oldest();
                if stop.run_until_cancelled(sleep(ACCEPT_PAUSE)).await.is_none() {
                    break;
                }
            }
        }
    }
    drop(listener);
    tasks.close();
    state.uploads().close();
    state.hub().close();
    if timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "requests were cut off");
    }
    cut.cancel();
    let ended = async {
        tasks.wait().await;
        state.uploads().wait().await;
    };
    if timeout(CLEAN_UP_TIME, ended).await.is_err() {
        tracing::warn!("uploads were cut off; their space is held until their leases end");
    }
}

/// Serves the metrics and nothing else, to whoever reaches the port, until `stop`.
pub(crate) async fn serve_metrics(listener: TcpListener, state: AppState, stop: CancellationToken) {
    let served = axum::serve(listener, metrics::alone(state)).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(%error, "serving the metrics failed");
    }
}

/// One connection, until it ends.
fn connect(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    open: Connection,
    graceful: &GracefulShutdown,
) -> impl Future<Output = hyper::Result<()>> + use<> {
    // Without it small answers wait for the acknowledgement of what was sent before them. Failing it only costs time.
    let _ = stream.set_nodelay(true);
    // Without it who asks for a large file and never reads would hold a connection, and what waits in it, for ever.
    #[cfg(target_os = "linux")]
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, SEND_TIMEOUT_MILLIS);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let busy = open.busy();
        let answer = router.clone().call(request.map(Body::new));
        async move {
            let answer = answer.await.unwrap_or_else(|never| match never {});
            Ok::<_, Infallible>(answer.map(|body| Sent::new(body, busy)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(READ_BUFFER)
        .max_header_size(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), service);
    graceful.watch(connection)
}

/// How many connections each client may have.
fn of_client(state: &AppState) -> usize {
    let limit = state.app().policy().limits.get(Limit::ClientConnections);
    if state.edge().rate_limit { usize::try_from(limit).unwrap_or(usize::MAX) } else { usize::MAX }
}

/// Something that may happen a thousand times a second, and is said once a minute.
#[derive(Default)]
struct Rarely {
    said: Option<Instant>,
    times: u64,
}

impl Rarely {
    /// It happened: says how often since it was said last, or keeps that for later.
    fn say(&mut self, say: impl FnOnce(u64)) {
        self.times += 1;
        if self.said.is_none_or(|said| said.elapsed() >= SAYING_PAUSE) {
            say(self.times);
            *self = Self { said: Some(Instant::now()), times: 0 };
        }
    }
}

/// Whether accepting failed because of the one connection it would have given.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(error.kind(), K::ConnectionAborted | K::ConnectionReset | K::ConnectionRefused)
}
