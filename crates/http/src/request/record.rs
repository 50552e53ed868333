//! What is written down of a request: a line of the log, one of the audit where somebody acted who may more than others,
//! and the figures.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderValue, Method},
    response::Response,
};
use elizabeth_core::client::Client;
use hyper::body::Body as HttpBody;
use tracing::{Instrument, Span};

use super::{
    audit::{self, Act},
    traffic::{Tally, counted},
};
use crate::{
    facts::{Facts, working_on},
    metrics::Metrics,
    problem::Code,
};

/// A request that is being worked on.
pub(super) struct Record {
    metrics: Arc<Metrics>,
    pub(super) span: Span,
    id: HeaderValue,
    facts: Arc<Facts>,
    client: Client,
    method: Method,
    route: Option<MatchedPath>,
    started: Instant,
}

impl Record {
    /// Begins, and counts what comes of its body from here on.
    pub(super) fn begin(
        metrics: &Arc<Metrics>,
        client: Client,
        id: &HeaderValue,
        request: Request,
    ) -> (Self, Request) {
        let route = request.extensions().get::<MatchedPath>().cloned();
        let span = span(id, request.method(), route.as_ref());
        let facts = Arc::<Facts>::default();
        let (metrics, method) = (metrics.clone(), request.method().clone());
        let tally = Received { metrics: metrics.clone(), facts: facts.clone() };
        let request = request.map(|body| if body.is_end_stream() { body } else { counted(body, tally) });
        (
            Self { metrics, span, id: id.clone(), facts, client, method, route, started: Instant::now() },
            request,
        )
    }

    /// Runs what works on it.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        working_on(self.facts.clone(), work).instrument(self.span.clone()).await
    }

    /// The answer is there, with the code of what was refused. Its line is written once its body has been sent.
    pub(super) fn end(mut self, code: Option<Code>, response: Response) -> Response {
        let status = response.status();
        self.metrics.answered(self.route.as_ref(), &self.method, status, self.started.elapsed());
        if let Some(code) = code {
            self.metrics.refused(code);
        }
        let micros = micros_since(self.started);
        let answer = Answer { status: status.as_u16(), code: code.map(Code::as_str), micros };
        self.audit(&answer);
        match response.body().size_hint().exact() {
            Some(bytes) => {
                self.metrics.sent().inc_by(bytes);
                self.write(&answer, bytes);
                response
            }
            None => {
                // A body may go on for hours: what the log keeps of a span is made anew for the one line at its end.
                self.span = Span::none();
                response.map(|body| counted(body, Sent { record: self, answer, bytes: 0 }))
            }
        }
    }

    fn audit(&self, answer: &Answer) {
        let act = self.route.as_ref().and_then(|route| audit::act(&self.method, route.as_str()));
        let Some(act) = act else { return };
        if !(self.facts.is_owner() || self.facts.is_admin() || act == audit::MAKING) {
            return;
        }
        let Answer { status, code, .. } = *answer;
        let (room, session) = (self.facts.room(), self.facts.session());
        let act = Act { act, status, code, room, session: session.as_deref(), client: self.client.address() };
        self.span.in_scope(|| act.write());
    }

    fn write(&self, answer: &Answer, bytes_out: u64) {
        let Answer { status, code, micros } = *answer;
        let (room, session) = (self.facts.room(), self.facts.session());
        let (session, bytes_in) = (session.as_deref(), self.facts.received());
        self.span.in_scope(|| {
            tracing::info!(
                status, code, micros, client = %self.client.address(), room, session, bytes_in, bytes_out, "answered"
            );
        });
    }
}

/// The head of an answer.
struct Answer {
    status: u16,
    code: Option<&'static str>,
    micros: u64,
}

struct Received {
    metrics: Arc<Metrics>,
    facts: Arc<Facts>,
}

impl Tally for Received {
    fn count(&mut self, bytes: u64) {
        self.metrics.received().inc_by(bytes);
        self.facts.receive(bytes);
    }
}

/// An answer on its way.
struct Sent {
    record: Record,
    answer: Answer,
    bytes: u64,
}

impl Tally for Sent {
    fn count(&mut self, bytes: u64) {
        self.record.metrics.sent().inc_by(bytes);
        self.bytes += bytes;
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        let Record { id, method, route, .. } = &self.record;
        self.record.span = span(id, method, route.as_ref());
        self.record.write(&self.answer, self.bytes);
    }
}

/// A number in JSON, which 128 bits would not be.
fn micros_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// What all lines of a request have.
fn span(id: &HeaderValue, method: &Method, route: Option<&MatchedPath>) -> Span {
    tracing::info_span!(
        "request",
        request_id = id.to_str().unwrap_or_default(),
        %method,
        route = route.map_or("-", MatchedPath::as_str),
    )
}
