//! What the server counts of itself, in the form of [OpenMetrics](https://prometheus.io/docs/specs/om/open_metrics_spec/).
//! No label holds a room, a name or an address: routes are templates, and whatever a client invents is one value.

mod measured;
mod route;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::MatchedPath,
    http::{Method, StatusCode},
};
use elizabeth_api::EVENT_KINDS;
use elizabeth_core::{Elizabeth, Ports, ports::Counts, service::GcReport};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Metric, Registry},
};
use tokio::sync::Mutex;

use self::{
    measured::{MeasuredBlobs, Operation},
    route::{Asked, Of},
};
use crate::problem::Code;

/// What the text is sent as.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How long what was counted in the store is good for: however many scrape, it is asked no more often.
const COUNTED_FOR: Duration = Duration::from_secs(5);

/// Seconds that requests take.
const REQUEST_SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];
/// Seconds that the store is waited for.
const WAIT_SECONDS: [f64; 11] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];
/// Units of work that share a commit.
const BATCHES: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// A label and its value.
type Label = [(&'static str, &'static str); 1];

/// The figures of a process. Counting is a few atomic steps.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Asked, Counter>,
    durations: Family<Of, Histogram, fn() -> Histogram>,
    received: Counter,
    sent: Counter,
    store_waits: Histogram,
    commits: Histogram,
    blob_errors: Family<Label, Counter>,
    limited: Family<Label, Counter>,
    listeners: Gauge,
    events: Family<Label, Counter>,
    sweeps: Counter,
    removed: Family<Label, Counter>,
    freed: Counter,
    rooms: Gauge,
    contents: Gauge,
    stored: Gauge,
    reserved: Gauge,
    /// When the gauges were set last.
    counted: Mutex<Option<Instant>>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("elizabeth");
        let transfer: Family<Label, Counter> =
            add(&mut registry, "transfer_bytes", "Bytes of bodies, received and sent", Family::default());
        let durations =
            Family::new_with_constructor((|| Histogram::new(REQUEST_SECONDS)) as fn() -> Histogram);
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The server's version", build);
        Self {
            requests: add(&mut registry, "http_requests", "Requests that were answered", Family::default()),
            durations: add(
                &mut registry,
                "http_request_duration_seconds",
                "From a request's head to the head of its answer",
                durations,
            ),
            received: transfer.get_or_create_owned(&[("direction", "in")]),
            sent: transfer.get_or_create_owned(&[("direction", "out")]),
            store_waits: add(
                &mut registry,
                "db_wait_seconds",
                "Waits for the database, to read or to begin a transaction",
                Histogram::new(WAIT_SECONDS),
            ),
            commits: add(
                &mut registry,
                "commit_batch_size",
                "Units of work that became durable by one commit; SQLite alone shares commits",
                Histogram::new(BATCHES),
            ),
            blob_errors: add_labelled(
                &mut registry,
                "blob_errors",
                "Failures of the blob store",
                "operation",
                Operation::ALL.iter().map(|operation| operation.as_str()),
            ),
            limited: add_labelled(
                &mut registry,
                "limited",
                "Requests that a limit refused, by the code they were answered with",
                "limit",
                Code::all().into_iter().filter(|code| code.is_limit()).map(Code::as_str),
            ),
            listeners: add(&mut registry, "listeners", "Event streams that are open", Gauge::default()),
            events: add_labelled(
                &mut registry,
                "events",
                "Events that were sent to listeners",
                "kind",
                EVENT_KINDS.into_iter(),
            ),
            sweeps: add(&mut registry, "gc_runs", "Sweeps that came to their end", Counter::default()),
            removed: add_labelled(
                &mut registry,
                "gc_removed",
                "What sweeps and the collection of blobs removed",
                "kind",
                ["rooms", "contents", "reservations", "tokens", "blobs"].into_iter(),
            ),
            freed: add(
                &mut registry,
                "gc_freed_bytes",
                "Bytes of contents that sweeps removed",
                Counter::default(),
            ),
            rooms: add(
                &mut registry,
                "rooms",
                "Rooms, expired ones that wait to be removed among them",
                Gauge::default(),
            ),
            contents: add(&mut registry, "contents", "Contents of all rooms", Gauge::default()),
            stored: add(&mut registry, "stored_bytes", "Bytes stored in all rooms", Gauge::default()),
            reserved: add(
                &mut registry,
                "reserved_bytes",
                "Bytes held for uploads that are announced or under way",
                Gauge::default(),
            ),
            counted: Mutex::default(),
            registry,
        }
    }

    /// The adapters, with what fails at the blob store counted.
    pub(crate) fn measure(self: &Arc<Self>, ports: Ports) -> Ports {
        Ports { blobs: Arc::new(MeasuredBlobs::new(ports.blobs, self.clone())), ..ports }
    }

    /// A request was answered, so long after it came.
    pub(crate) fn answered(
        &self,
        route: Option<&MatchedPath>,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let of = Of::new(route);
        self.durations.get_or_create(&of).observe(took.as_secs_f64());
        self.requests.get_or_create(&Asked::new(of, method, status)).inc();
    }

    /// A request was refused with a code: it counts where a limit is behind it.
    pub(crate) fn refused(&self, code: Code) {
        if code.is_limit() {
            self.limited.get_or_create(&[("limit", code.as_str())]).inc();
        }
    }

    /// What counts the listeners there are.
    pub(crate) fn listeners(&self) -> &Gauge {
        &self.listeners
    }

    /// An event was sent to a listener, by its word.
    pub(crate) fn event(&self, kind: &'static str) {
        self.events.get_or_create(&[("kind", kind)]).inc();
    }

    /// What counts the bytes of bodies that come.
    pub(crate) fn received(&self) -> &Counter {
        &self.received
    }

    /// What counts the bytes of bodies that go.
    pub(crate) fn sent(&self) -> &Counter {
        &self.sent
    }

    /// The store was waited for.
    pub(crate) fn waited_for_store(&self, time: Duration) {
        self.store_waits.observe(time.as_secs_f64());
    }

    /// So many units of work became durable by one commit.
    pub(crate) fn committed(&self, units: usize) {
        self.commits.observe(units as f64);
    }

    /// A sweep has come to its end.
    pub(crate) fn swept(&self, report: &GcReport) {
        self.sweeps.inc();
        self.freed.inc_by(report.freed_size);
        for (kind, count) in [
            ("rooms", report.cleaned_rooms),
            ("contents", report.cleaned_contents),
            ("reservations", report.cleaned_reservations),
            ("tokens", report.cleaned_tokens),
            ("events", report.cleaned_events),
        ] {
            self.removed.get_or_create(&[("kind", kind)]).inc_by(count);
        }
        self.collected(report.cleaned_blobs);
    }

    /// So many blobs were removed.
    pub(crate) fn collected(&self, blobs: u64) {
        self.removed.get_or_create(&[("kind", "blobs")]).inc_by(blobs);
    }

    /// The figures as text. What stands in the store is counted for it, unless that was done a moment ago; where the
    /// store fails it is as it was.
    pub(crate) async fn text(&self, app: &Elizabeth) -> Result<String, fmt::Error> {
        self.count(app).await;
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    async fn count(&self, app: &Elizabeth) {
        let mut counted = self.counted.lock().await;
        if counted.is_some_and(|at| at.elapsed() < COUNTED_FOR) {
            return;
        }
        match futures::future::try_join(app.counts(), app.totals()).await {
            Ok((Counts { rooms, contents, stored_size }, totals)) => {
                for (gauge, value) in [
                    (&self.rooms, rooms),
                    (&self.contents, contents),
                    (&self.stored, stored_size),
                    (&self.reserved, totals.held),
                ] {
                    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
                }
                *counted = Some(Instant::now());
            }
            Err(error) => tracing::warn!(%error, "the store could not be counted for the metrics"),
        }
    }
}

fn add<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

/// A counter for each value of a label, from the start: what has not happened is 0, not missing.
fn add_labelled(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    values: impl Iterator<Item = &'static str>,
) -> Family<Label, Counter> {
    let family: Family<Label, Counter> = add(registry, name, help, Family::default());
    values.for_each(|value| drop(family.get_or_create(&[(label, value)])));
    family
}
