//! Counts what is handed to the sockets, and has a server killed at points that are drawn beforehand.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rand::{Rng, RngExt, seq::SliceRandom};
use tokio::sync::{mpsc, oneshot};

/// A server is to be killed now. Answer when it is dead: until then a chunk waits in the middle of its body.
pub struct Strike {
    /// Which one.
    pub victim: usize,
    /// It is dead.
    pub done: oneshot::Sender<()>,
}

/// A kill that is to come.
struct Due {
    /// Bytes after which it comes.
    after: u64,
    victim: usize,
}

struct State {
    handed: u64,
    due: VecDeque<Due>,
    /// `None` once everything is sent.
    strikes: Option<mpsc::UnboundedSender<Strike>>,
}

/// The bytes handed to the sockets of all senders.
pub struct Meter(Mutex<State>);

impl Meter {
    /// Draws the kills: one at any point of each equal part of the file's first nine tenths, each server as often as
    /// the others, give or take one.
    pub fn new(
        size: u64,
        kills: u64,
        servers: usize,
        random: &mut impl Rng,
    ) -> (Self, mpsc::UnboundedReceiver<Strike>) {
        let span = (size / 10 * 9 / kills.max(1)).max(1);
        let mut victims: Vec<usize> = (0..servers).cycle().take(kills as usize).collect();
        victims.shuffle(random);
        let due = (0..kills).zip(victims).map(|(part, victim)| {
            let after = part * span + random.random_range(0..span);
            Due { after, victim }
        });
        let (strikes, coming) = mpsc::unbounded_channel();
        let state = State { handed: 0, due: due.collect(), strikes: Some(strikes) };
        (Self(Mutex::new(state)), coming)
    }

    /// So many bytes of a chunk's body are about to be handed to a server's socket. Where a kill of that server is due,
    /// it takes place before this returns.
    pub async fn hand(&self, server: usize, bytes: u64) {
        if let Some(done) = self.count(server, bytes) {
            // An error says that nobody kills any more: then there is nothing to wait for.
            let _ = done.await;
        }
    }

    /// Everything is sent: no kill comes any more.
    pub fn close(&self) {
        self.state().strikes = None;
    }

    fn count(&self, server: usize, bytes: u64) -> Option<oneshot::Receiver<()>> {
        let mut state = self.state();
        state.handed += bytes;
        let handed = state.handed;
        let due = state.due.pop_front_if(|due| due.victim == server && due.after <= handed)?;
        let (done, is_done) = oneshot::channel();
        state.strikes.as_ref()?.send(Strike { victim: due.victim, done }).ok()?;
        Some(is_done)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
