use std::time::{Duration, Instant};

use elizabeth_client::{ClientError, Session, StatusCode};

use crate::{error::Error, progress::Progress, sessions::Sessions, visit::Visit};

/// The session is not remembered anew more often than this, however soon what takes it up again is over.
const REMEMBER: Duration = Duration::from_secs(1);
/// How long it is left alone where that failed.
const RETRY: Duration = Duration::from_secs(60);

/// A room that is entered, and again when the session is over: a machine may sleep for longer than a token lives.
pub(super) struct Entered {
    visit: Visit,
    session: Session,
    /// When what takes the session up again in a later run has to be got anew.
    remember_at: Option<Instant>,
    progress: Progress,
}

impl Entered {
    /// Enters it in the session of the command before, if any: who comes back is no new guest.
    pub(super) async fn enter(mut visit: Visit, progress: Progress) -> Result<Self, Error> {
        let (session, _) = visit.enter_to_come_back(false, &progress).await?;
        let mut entered = Self { visit, session, remember_at: None, progress };
        entered.watch()?;
        Ok(entered)
    }

    /// What the room is called by whoever watches it.
    pub(super) fn room(&self) -> &str {
        &self.visit.target.room
    }

    /// For how long nothing need be attempted.
    pub(super) fn rest(&self) -> Duration {
        self.remember_at.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()))
    }

    /// Attempts something until it is done or fails for good, as long as `patience` after it has failed first.
    pub(super) async fn attempt<T>(
        &mut self,
        patience: Duration,
        mut work: impl AsyncFnMut(&mut Session) -> Result<T, ClientError>,
    ) -> Result<T, Error> {
        if self.rest().is_zero() {
            self.remember().await?;
        }
        match self.session.patiently(patience, &mut work).await {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                (self.session, _) = self.visit.enter_to_come_back(false, &self.progress).await?;
                self.watch()?;
                Ok(self.session.patiently(patience, work).await?)
            }
            done => Ok(done?),
        }
    }

    /// The room is gone: no session of it is of use any more.
    pub(super) fn forget(&self) -> Result<(), Error> {
        self.visit.of_session(Sessions::forget)
    }

    /// The session, if it is remembered, is needed for as long as the room is watched.
    fn watch(&mut self) -> Result<(), Error> {
        self.visit.of_session(Sessions::watch)?;
        self.remembered()
    }

    /// What is remembered of the session is got anew when half of its time is over.
    fn remembered(&mut self) -> Result<(), Error> {
        let mut left = None;
        self.visit.of_session(|sessions, target| {
            left = sessions.time_left(target)?;
            Ok(())
        })?;
        self.remember_at = left.and_then(|left| Instant::now().checked_add((left / 2).max(REMEMBER)));
        Ok(())
    }

    async fn remember(&mut self) -> Result<(), Error> {
        match self.session.leave_a_way_back().await {
            Ok(way_back) => {
                self.visit.of_session(|sessions, target| sessions.remember(target, &way_back))?;
                self.remembered()
            }
            // The room may be gone, or the server away: what comes next finds out.
            Err(_) => {
                self.remember_at = Some(Instant::now() + RETRY);
                Ok(())
            }
        }
    }
}
