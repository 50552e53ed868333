//! From the command line to a server that runs, and to its end.

use std::{env, io, net::SocketAddr, time::Duration};

use clap::Parser;
use elizabeth_wiring::{Options, WiringError, init_logging, parse_from};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::{
    background,
    edge::{AllowedHosts, EdgeFlags},
    file_limit,
    links::{InvalidPublicUrl, PublicUrl},
    server,
    state::AppState,
};

/// How long requests under way may take to finish once the server is to stop.
const GRACE: Duration = Duration::from_secs(30);

/// Rooms that hold files, served over HTTP
#[derive(Debug, Parser)]
#[command(name = "elizabeth-http", version)]
pub struct Program {
    /// Address and port to listen on; port 0 picks a free one
    #[arg(long, env = "ELIZABETH_LISTEN", default_value = "127.0.0.1:4092", value_name = "ADDRESS")]
    listen: String,
    /// Address of this server as people reach it, used in links: http(s)://HOST, perhaps with a port and a path
    /// [default: taken from each request]
    #[arg(long, env = "ELIZABETH_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Address and port of the metrics for whoever can reach them, without a token; port 0 picks a free one
    /// [default: none, /metrics asks for the admin token]
    #[arg(long, env = "ELIZABETH_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<String>,
    #[command(flatten)]
    edge: EdgeFlags,
    #[command(flatten)]
    options: Options,
}

/// Why the server did not start. Every text is one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An option cannot be used, or what it names cannot be opened.
    #[error(transparent)]
    Wiring(#[from] WiringError),
    /// The address cannot be listened on.
    #[error("--listen (ELIZABETH_LISTEN): {address}: {source}")]
    Listen {
        /// The address as it was given.
        address: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The address for the metrics cannot be listened on.
    #[error("--metrics-listen (ELIZABETH_METRICS_LISTEN): {address}: {source}")]
    MetricsListen {
        /// The address as it was given.
        address: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The address for links cannot be used.
    #[error("--public-url (ELIZABETH_PUBLIC_URL): {0}")]
    PublicUrl(#[from] InvalidPublicUrl),
    /// Signals cannot be waited for.
    #[error("signals cannot be handled: {0}")]
    Signals(#[source] io::Error),
}

impl Program {
    /// Reads the command line and the environment, and runs the server until a signal ends it.
    ///
    /// # Errors
    ///
    /// As [`Program::run`].
    pub async fn main() -> Result<(), StartError> {
        parse_from::<Self>(env::args_os())?.run().await
    }

    /// Runs the server until a signal ends it.
    ///
    /// # Errors
    ///
    /// What keeps it from starting. Once it runs, nothing does.
    pub async fn run(self) -> Result<(), StartError> {
        init_logging(self.options.log_format())?;
        let files = file_limit::raise();
        let (is_open, edge) = (self.edge.answers_to_any(), self.edge.edge(files)?);
        let public_url = self.public_url.as_deref().map(PublicUrl::parse).transpose()?;
        let wired = self.options.build().await?;
        let unusable = |source| StartError::Listen { address: self.listen.clone(), source };
        let listener = TcpListener::bind(&self.listen).await.map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let mut edge = edge;
        if is_open && address.ip().is_loopback() {
            edge.allowed_hosts = AllowedHosts::Loopback(Vec::new());
        }
        edge.allowed_hosts = edge.allowed_hosts.and(public_url.as_ref().map(PublicUrl::host));
        tracing::info!(files, connections = edge.max_connections, "limits of this process");
        let figures = listen_for_metrics(self.metrics_listen).await?;
        let stop = stop_by_signal()?;
        let state = AppState::new(wired.app.clone(), wired.admin_token.as_ref(), public_url, edge);
        let background_stop = CancellationToken::new();
        let background =
            background::start(&state, wired.gc_interval, wired.messages.clone(), &background_stop);
        let figures = figures.map(|listener| {
            let serving = server::serve_metrics(listener, state.clone(), background_stop.clone());
            tokio::spawn(serving)
        });
        announce(address);
        server::serve(listener, state, stop, GRACE).await;
        // Only now: what the last requests counted is stored too.
        background_stop.cancel();
        background.wait().await;
        if let Some(figures) = figures {
            // Whoever reads them keeps nothing open for long; and nothing depends on it.
            figures.abort();
        }
        wired.close().await;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Opens the port of the metrics, where they are to have one.
async fn listen_for_metrics(address: Option<String>) -> Result<Option<TcpListener>, StartError> {
    let Some(address) = address else { return Ok(None) };
    let unusable = |source| StartError::MetricsListen { address: address.clone(), source };
    let listener = TcpListener::bind(&address).await.map_err(unusable)?;
    tracing::info!(address = %listener.local_addr().map_err(unusable)?, "metrics");
    Ok(Some(listener))
}

/// Says where the server listens, in the log and on standard output, where a script can read it.
fn announce(address: SocketAddr) {
    tracing::info!(%address, "listening");
    #[expect(clippy::print_stdout, reason = "the one line that scripts read to learn the port")]
    {
        println!("listening on http://{address}");
    }
}

/// Ends the server in good order on SIGTERM or SIGINT, and at once on a second one.
fn stop_by_signal() -> Result<CancellationToken, StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Signals)?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        tracing::info!("stopping; a second signal ends at once");
        stopping.cancel();
        either(&mut terminate, &mut interrupt).await;
        std::process::exit(1);
    });
    Ok(stop)
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn verify_cli() {
        Program::command().debug_assert();
    }

    #[tokio::test]
    async fn an_unusable_public_url_is_told_before_anything_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let data_flag = format!("--data-dir={}", data.display());
        let args = ["elizabeth-http", "--listen=127.0.0.1:0", "--public-url=share.example.org", &data_flag];
        let error = Program::try_parse_from(args).unwrap().run().await.unwrap_err().to_string();
        assert!(error.starts_with("--public-url (ELIZABETH_PUBLIC_URL): expected a URL"), "{error}");
        assert!(!data.exists());
    }
}
