use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::lock::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::state::State;
use crate::ports::{StoreResult, WriteTx};

/// What all handles to a store share.
#[derive(Default)]
pub(super) struct Shared {
    committed: Mutex<Arc<State>>,
    writer: Arc<AsyncMutex<()>>,
}

impl Shared {
    fn committed(&self) -> Arc<State> {
        // A state is replaced whole, so what a panicking thread leaves behind is consistent.
        self.committed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn commit(&self, state: State) {
        let state = Arc::new(state);
        let before =
            std::mem::replace(&mut *self.committed.lock().unwrap_or_else(PoisonError::into_inner), state);
        // Only now that the lock is free again: the last handle to a large state takes a while to drop.
        drop(before);
    }
}

/// Where a state to ask comes from.
pub(super) trait Sees: Send + Sync {
    fn state(&self) -> &State;
    /// Called before each question.
    fn refresh(&mut self);
}

/// What was committed last, anew for each question.
pub(super) struct Latest {
    shared: Arc<Shared>,
    state: Arc<State>,
}

impl Latest {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { state: shared.committed(), shared }
    }
}

impl Sees for Latest {
    fn state(&self) -> &State {
        &self.state
    }

    fn refresh(&mut self) {
        self.state = self.shared.committed();
    }
}

/// Answers questions about a state.
pub(super) struct View<S>(pub(super) S);

impl<S: Sees> View<S> {
    pub(super) fn now(&mut self) -> &State {
        self.0.refresh();
        self.0.state()
    }
}

/// A copy of the state that nobody else sees, and the turn to write.
pub(super) struct Draft {
    shared: Arc<Shared>,
    state: State,
    _turn: OwnedMutexGuard<()>,
}

impl Draft {
    /// Waits until nobody else writes.
    pub(super) async fn begin(shared: Arc<Shared>) -> Self {
        let turn = shared.writer.clone().lock_owned().await;
        let state = State::clone(&shared.committed());
        Self { shared, state, _turn: turn }
    }
}

impl Sees for Draft {
    fn state(&self) -> &State {
        &self.state
    }

    fn refresh(&mut self) {}
}

impl View<Draft> {
    pub(super) fn state(&mut self) -> &mut State {
        &mut self.0.state
    }
}

#[async_trait]
impl WriteTx for View<Draft> {
    async fn commit(self: Box<Self>) -> StoreResult<()> {
        let Draft { shared, state, _turn } = self.0;
        shared.commit(state);
        Ok(())
    }
}
