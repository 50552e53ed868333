use std::time::Duration;

use elizabeth_client::{ClientError, Session, StatusCode};

use crate::{error::Error, progress::Progress, sessions::Sessions, visit::Visit};

/// A room that is entered, and again when the session is over: a machine may sleep for longer than a token lives.
pub(super) struct Entered {
    visit: Visit,
    session: Session,
    progress: Progress,
}

impl Entered {
    /// Enters it in the session of the command before, if any: who comes back is no new guest.
    pub(super) async fn enter(mut visit: Visit, progress: Progress) -> Result<Self, Error> {
        let session = come_back(&mut visit, &progress).await?;
        Ok(Self { visit, session, progress })
    }

    /// What the room is called by whoever watches it.
    pub(super) fn room(&self) -> &str {
        &self.visit.target.room
    }

    /// Attempts something until it is done or fails for good, as long as `patience` after it has failed first.
    pub(super) async fn attempt<T>(
        &mut self,
        patience: Duration,
        mut work: impl AsyncFnMut(&mut Session) -> Result<T, ClientError>,
    ) -> Result<T, Error> {
        match self.session.patiently(patience, &mut work).await {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                self.session = come_back(&mut self.visit, &self.progress).await?;
                Ok(self.session.patiently(patience, work).await?)
            }
            done => Ok(done?),
        }
    }

    /// The room is gone: no session of it is of use any more.
    pub(super) fn forget(&self) -> Result<(), Error> {
        self.visit.of_session(Sessions::forget)
    }
}

/// Enters a room in the session that is kept for that.
async fn come_back(visit: &mut Visit, progress: &Progress) -> Result<Session, Error> {
    let (session, _) = visit.enter_to_come_back(false, progress).await?;
    visit.of_session(Sessions::watch)?;
    Ok(session)
}
