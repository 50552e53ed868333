//! What runs beside the requests: the sweeper, in turn with those of other processes; the collector of deleted blobs;
//! the keeping of the ballast; the writing of download counts; and word between processes. Where nobody sweeps, the clock is watched.

use std::{sync::Arc, time::Duration};

use elizabeth_core::{Result, ports::Messages, service::SWEEP_LEASE};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{live, state::AppState};

/// How often gathered download counts are stored.
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);

/// How often a process that never sweeps looks at its clocks, so that who sweeps by hand can tell a leap of the clock from
/// time that has passed.
const WATCH_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// How often it is looked whether the ballast is in its place.
const BALLAST_INTERVAL: Duration = Duration::from_secs(5);

/// Starts what runs in the background, until `stop`. A failure is logged and tried again; none is fatal.
///
/// Without an interval expired things stay until somebody else collects them.
///
/// Through `messages` other processes hear of what this one changes, and this one of what they do.
pub fn start(
    state: &AppState,
    gc_interval: Option<Duration>,
    messages: Option<Arc<dyn Messages>>,
    stop: &CancellationToken,
) -> TaskTracker {
    let tasks = TaskTracker::new();
    if let Some(messages) = messages {
        live::exchange(state.hub(), messages, &tasks, stop);
    }
    tasks.spawn(flush(state.clone(), stop.clone()));
    tasks.spawn(lay_ballast(state.clone(), stop.clone()));
    tasks.spawn(collect(state.clone(), stop.clone()));
    match gc_interval {
        Some(every) => tasks.spawn(sweep(state.clone(), every, stop.clone())),
        None => tasks.spawn(watch(state.clone(), stop.clone())),
    };
    tasks.close();
    tasks
}

async fn sweep(state: AppState, every: Duration, stop: CancellationToken) {
    let holder = state.app().new_lease_holder();
    // The first tick comes at once: what a crash left behind need not wait.
    let mut ticks = interval(every.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        // Cut off between two transactions at worst: the next sweep, here or elsewhere, goes on.
        let Some(swept) = stop.run_until_cancelled(state.app().sweep_in_turn(holder)).await else { break };
        match swept {
            Ok(Some(report)) => {
                state.metrics().swept(&report);
                if report != Default::default() {
                    tracing::info!(?report, "swept");
                }
            }
            // Another process is at it, or died over it: its lease tells which.
            Ok(None) => ticks.reset_after(every.min(SWEEP_LEASE)),
            Err(error) => tracing::error!(%error, "sweeping failed"),
        }
    }
}

async fn watch(state: AppState, stop: CancellationToken) {
    let mut ticks = interval(WATCH_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        logged("looking at the clock failed", state.app().watch_clock().await);
    }
}

async fn collect(state: AppState, stop: CancellationToken) {
    while stop.run_until_cancelled(state.garbage()).await.is_some() {
        let Some(collected) = stop.run_until_cancelled(state.app().collect_blobs()).await else { break };
        logged("collecting blobs failed", collected.map(|blobs| state.metrics().collected(blobs)));
    }
}

/// What a full disk made the server give back is taken again once there is space, whoever sweeps.
async fn lay_ballast(state: AppState, stop: CancellationToken) {
    let mut ticks = interval(BALLAST_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let app = state.app().clone();
        if tokio::task::spawn_blocking(move || app.lay_ballast()).await.is_err() {
            tracing::error!("laying the ballast failed");
        }
    }
}

async fn flush(state: AppState, stop: CancellationToken) {
    let mut ticks = interval(FLUSH_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        logged("storing download counts failed", state.app().flush_downloads().await);
    }
    logged("storing download counts failed", state.app().flush_downloads().await);
}

fn logged(what: &str, outcome: Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "{what}");
    }
}
