//! Up to which instant what is over is removed: see [`crate::leap`].

use crate::{
    Elizabeth, Result,
    leap::{Leap, Reading, RemovalClock},
    ports::{ReadTx, WriteTx},
    time::Timestamp,
};

impl Elizabeth {
    /// The leap of the wall clock that removal waits out in this process, as far as the last look at it knows.
    pub fn leap(&self) -> Option<Leap> {
        self.with_removal_clock(|clock| clock.leap(self.ports.clock.monotonic()))
    }

    /// Looks at both clocks and leaves in the store how far removal has come, so that the next process to start can
    /// tell a leap from time that has passed. Each sweep does; this is for a process that never sweeps.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn watch_clock(&self) -> Result<()> {
        self.note_horizon().await.map(drop)
    }

    /// Believes the wall clock, and ends the wait for whatever it is that it leapt over, in every process of the store.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn accept_leap(&self) -> Result<()> {
        self.retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            let until = self.with_removal_clock(|clock| clock.trust(self.reading()));
            tx.set_removed_until(until).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Up to which instant may be removed what is over.
    pub(crate) async fn note_horizon(&self) -> Result<Timestamp> {
        self.retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            let until = self.horizon(tx.as_mut()).await?;
            tx.commit().await?;
            Ok(until)
        })
        .await
    }

    /// The same within a transaction.
    pub(crate) async fn horizon(&self, tx: &mut dyn WriteTx) -> Result<Timestamp> {
        let left_behind = tx.installation().await?.removed_until;
        let before = self.leap();
        let until = self.with_removal_clock(|clock| clock.step(self.reading(), left_behind));
        tx.set_removed_until(until).await?;
        match (before, self.leap()) {
            (None, Some(Leap { wall, accounted, left })) => tracing::warn!(
                %wall, %accounted, wait = ?left,
                "the clock is more than an hour ahead of what accounts for it: what is over only by that is kept \
                 meanwhile; `elizabeth-cli admin gc --force` ends the wait"
            ),
            (Some(_), None) => tracing::info!(%until, "the clock is believed: what is over is removed again"),
            (None, None) | (Some(_), Some(_)) => {}
        }
        Ok(until)
    }

    /// The same for who only looks: nothing is left behind.
    pub(crate) async fn likely_horizon(&self, tx: &mut dyn ReadTx) -> Result<Timestamp> {
        let left_behind = tx.installation().await?.removed_until;
        Ok(self.with_removal_clock(|clock| clock.step(self.reading(), left_behind)))
    }

    fn reading(&self) -> Reading {
        Reading { wall: self.now(), monotonic: self.ports.clock.monotonic() }
    }

    fn with_removal_clock<T>(&self, act: impl FnOnce(&mut RemovalClock) -> T) -> T {
        match self.removal_clock.lock() {
            Ok(mut clock) => act(&mut clock),
            // It is replaced whole: what a panicking thread leaves behind can be used.
            Err(poisoned) => act(&mut poisoned.into_inner()),
        }
    }
}
