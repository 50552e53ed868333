//! What every handler can reach.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use elizabeth_core::{Elizabeth, secret::KeyHash};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::{
    edge::Edge,
    facts::Watch,
    limiter::Limiter,
    links::{Links, PublicUrl},
    live::Hub,
    metrics::Metrics,
    protection::Protection,
    readiness::Readiness,
    reference,
    shared_look::SharedLook,
    upload::UploadSlots,
};

/// The service, and what belongs to this process. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    app: Elizabeth,
    admin: Option<KeyHash>,
    links: Links,
    limiter: Option<Limiter>,
    create_key: Option<KeyHash>,
    edge: Edge,
    protection: Protection,
    uploads: TaskTracker,
    slots: UploadSlots,
    garbage: Notify,
    hub: Arc<Hub>,
    metrics: Arc<Metrics>,
    readiness: SharedLook<Readiness>,
    started: Instant,
    openapi: OnceLock<Bytes>,
    reference: OnceLock<Bytes>,
}

impl AppState {
    /// A state around a service. Without an admin token the admin calls are not there; without a public URL links
    /// go to where each request came to.
    pub fn new(
        app: Elizabeth,
        admin_token: Option<&SecretString>,
        public_url: Option<PublicUrl>,
        edge: Edge,
    ) -> Self {
        let limiter = edge.rate_limit.then(|| Limiter::new(&app.policy().limits));
        let create_key = edge.create_key.as_ref().map(|key| KeyHash::of(key.expose_secret()));
        let metrics = Arc::new(Metrics::new());
        let watch = Arc::new(Watch(metrics.clone()));
        let hub = Hub::new(&app.policy().limits, edge.max_connections, metrics.clone());
        let app = app.with_ports(|ports| metrics.measure(ports)).observed_by(watch).watched_by(hub.clone());
        let links = Links::new(public_url);
        Self(Arc::new(Inner {
            app,
            limiter,
            create_key,
            admin: admin_token.map(|token| KeyHash::of(token.expose_secret())),
            edge,
            protection: Protection::new(&links),
            links,
            uploads: TaskTracker::new(),
            slots: UploadSlots::default(),
            garbage: Notify::new(),
            hub,
            metrics,
            readiness: SharedLook::default(),
            started: Instant::now(),
            openapi: OnceLock::new(),
            reference: OnceLock::new(),
        }))
    }

    /// The use cases.
    pub fn app(&self) -> &Elizabeth {
        &self.0.app
    }

    /// The admin token's hash, where there is one.
    pub(crate) fn admin(&self) -> Option<&KeyHash> {
        self.0.admin.as_ref()
    }

    /// Where people reach this server.
    pub(crate) fn links(&self) -> &Links {
        &self.0.links
    }

    /// The counts of clients, unless that is off.
    pub(crate) fn limiter(&self) -> Option<&Limiter> {
        self.0.limiter.as_ref()
    }

    /// The hash of what has to be sent to make a room; `None` where anybody may.
    pub(crate) fn create_key(&self) -> Option<&KeyHash> {
        self.0.create_key.as_ref()
    }

    /// How it stands towards its clients.
    pub(crate) fn edge(&self) -> &Edge {
        &self.0.edge
    }

    /// The headers that protect readers.
    pub(crate) fn protection(&self) -> &Protection {
        &self.0.protection
    }

    /// The uploads under way: a shutdown waits for them, as their ends are not awaited by any connection.
    pub(crate) fn uploads(&self) -> &TaskTracker {
        &self.0.uploads
    }

    /// Who adds to which upload in this process.
    pub(crate) fn slots(&self) -> &UploadSlots {
        &self.0.slots
    }

    /// Lets the background know that blobs wait to be deleted.
    pub(crate) fn announce_garbage(&self) {
        self.0.garbage.notify_one();
    }

    /// Returns once blobs wait to be deleted.
    pub(crate) async fn garbage(&self) {
        self.0.garbage.notified().await;
    }

    /// Whether requests can be served, by a look that all share who ask within a second.
    pub(crate) async fn readiness(&self) -> Readiness {
        self.0.readiness.see(Readiness::of(self.app())).await
    }

    /// Who listens to rooms.
    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }

    /// What this process counts of itself.
    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    /// How long this process has been up.
    pub(crate) fn uptime(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// The OpenAPI document, once the router is built.
    pub(crate) fn openapi(&self) -> &OnceLock<Bytes> {
        &self.0.openapi
    }

    /// The same as a page, written when it is first asked for.
    pub(crate) fn reference(&self) -> Bytes {
        let document = self.0.openapi.get().cloned().unwrap_or_default();
        self.0.reference.get_or_init(|| reference::page(&document).into()).clone()
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("admin", &self.0.admin.is_some()).finish_non_exhaustive()
    }
}
