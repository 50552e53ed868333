//! The server around the routes: accepting, timeouts, and an orderly end.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
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

use crate::{app, state::AppState};

/// How long a client may take to send a request's head. It also ends connections that idle for so long.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a client may leave what is sent to it lying. A player that was paused asks for the rest anew.
#[cfg(target_os = "linux")]
const SEND_TIMEOUT_MILLIS: u32 = 60_000;
/// The most that is read from a connection in one piece, and what may wait to be written before more is fetched.
/// With 256 KiB a hundred uploads at once peaked some 20 MiB higher, and one alone was not clearly faster.
const READ_BUFFER: usize = 128 << 10;
/// The longest head of a request; past it 431.
const HEAD_MAX: usize = 32 << 10;
/// How long to wait before accepting again when the system has no sockets left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long uploads that were cut off may take to give back what they held.
const CLEAN_UP_TIME: Duration = Duration::from_secs(5);

/// Serves until `stop`; then accepts no more, gives requests under way `grace` to finish, and ends the rest.
pub async fn serve(listener: TcpListener, state: AppState, stop: CancellationToken, grace: Duration) {
    let router = app::router(state.clone());
    let graceful = GracefulShutdown::new();
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                let connection = connect(stream, peer, router.clone(), &graceful);
                let cut = cut.clone();
                connections.spawn(async move {
                    // Clients go away as they like: nothing that needs saying.
                    let _ = cut.run_until_cancelled(connection).await;
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                // Out of file descriptors, most likely. Connections that end will free some.
                tracing::error!(%error, "accepting failed");
                if stop.run_until_cancelled(sleep(ACCEPT_PAUSE)).await.is_none() {
                    break;
                }
            }
        }
    }
    drop(listener);
    connections.close();
    state.uploads().close();
    if timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests were cut off");
    }
    cut.cancel();
    let ended = async {
        connections.wait().await;
        state.uploads().wait().await;
    };
    if timeout(CLEAN_UP_TIME, ended).await.is_err() {
        tracing::warn!("uploads were cut off; their space is held until their leases end");
    }
}

/// One connection, until it ends.
fn connect(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    graceful: &GracefulShutdown,
) -> impl Future<Output = hyper::Result<()>> + use<> {
    // Without it small answers wait for the acknowledgement of what was sent before them. Failing it only costs time.
    let _ = stream.set_nodelay(true);
    // Without it who asks for a large file and never reads would hold a connection, and what waits in it, for ever.
    #[cfg(target_os = "linux")]
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, SEND_TIMEOUT_MILLIS);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().call(request.map(Body::new));
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(READ_BUFFER)
        .max_header_size(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), service);
    graceful.watch(connection)
}

/// Whether accepting failed because of the one connection it would have given.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(error.kind(), K::ConnectionAborted | K::ConnectionReset | K::ConnectionRefused)
}
