//! What is learnt of a request while it is worked on: which room it is about and who asks. Only the layer around all
//! routes writes it down.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use data_encoding::HEXLOWER;
use elizabeth_core::{
    id::{RoomId, SessionId},
    ports::Observer,
};
use sha2::{Digest, Sha256};
use tracing::{Instrument, instrument::Instrumented};

use crate::metrics::Metrics;

tokio::task_local! {
    /// The request that the task works on.
    static CURRENT: Arc<Facts>;
}

/// What is known of a request by now. What was learnt first stays.
#[derive(Default)]
pub(crate) struct Facts {
    room: OnceLock<RoomId>,
    session: OnceLock<(SessionId, bool)>,
    admin: AtomicBool,
    received: AtomicU64,
}

impl Facts {
    /// The room's number.
    pub(crate) fn room(&self) -> Option<i64> {
        self.room.get().map(|room| room.0)
    }

    /// A piece of the session's hash: enough to tell sessions apart, and none can be found from it.
    pub(crate) fn session(&self) -> Option<String> {
        let (SessionId(id), _) = self.session.get()?;
        Some(HEXLOWER.encode(&Sha256::digest(id.as_bytes())[..8]))
    }

    /// Whether the session is an owner's.
    pub(crate) fn is_owner(&self) -> bool {
        self.session.get().is_some_and(|(_, owner)| *owner)
    }

    /// Whether the admin token was shown.
    pub(crate) fn is_admin(&self) -> bool {
        self.admin.load(Ordering::Relaxed)
    }

    /// Bytes of the body that came.
    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// More bytes of the body came.
    pub(crate) fn receive(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Runs what works on a request.
pub(crate) async fn working_on<T>(facts: Arc<Facts>, work: impl Future<Output = T>) -> T {
    CURRENT.scope(facts, work).await
}

/// What a task of its own does for the request that this task works on: it is logged as that request's.
pub(crate) fn in_this_request<F: Future>(work: F) -> Instrumented<impl Future<Output = F::Output>> {
    let facts = CURRENT.try_with(Arc::clone);
    async move {
        match facts {
            Ok(facts) => CURRENT.scope(facts, work).await,
            Err(_) => work.await,
        }
    }
    .in_current_span()
}

/// The admin token was shown.
pub(crate) fn by_admin() {
    // Outside of a request there is nobody who wants to know.
    let _ = CURRENT.try_with(|facts| facts.admin.store(true, Ordering::Relaxed));
}

/// Hears from core what a request is about, and how the store does.
pub(crate) struct Watch(pub(crate) Arc<Metrics>);

impl Observer for Watch {
    fn in_room(&self, room: RoomId) {
        let _ = CURRENT.try_with(|facts| facts.room.get_or_init(|| room).0);
    }

    fn by_session(&self, session: SessionId, owner: bool) {
        let _ = CURRENT.try_with(|facts| facts.session.get_or_init(|| (session, owner)).1);
    }

    fn waited_for_store(&self, time: Duration) {
        self.0.waited_for_store(time);
    }

    fn committed(&self, units: usize) {
        self.0.committed(units);
    }
}
