//! Word between processes: which rooms have changed.

use std::{sync::Arc, time::Duration};

use elizabeth_core::ports::Messages;
use futures::future::Either;
use tokio::time::sleep;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    hub::Hub,
    word::{Word, messages},
};

/// There is at most one round of messages in so much time, however much happens.
const PAUSE: Duration = Duration::from_millis(10);
/// How long to wait before listening again, or sending again, where that failed.
const RETRY: Duration = Duration::from_secs(1);

/// Tells other processes what this one changes, and hears what they do, until `stop`.
pub(crate) fn exchange(
    hub: &Arc<Hub>,
    between: Arc<dyn Messages>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    hub.outgoing().begin();
    let sending = send(hub.clone(), between.clone());
    let listening = listen(hub.clone(), between);
    for work in [Either::Left(sending), Either::Right(listening)] {
        let stop = stop.clone();
        tasks.spawn(async move { stop.run_until_cancelled(work).await });
    }
}

async fn send(hub: Arc<Hub>, between: Arc<dyn Messages>) {
    loop {
        hub.outgoing().something().await;
        for message in messages(hub.outgoing().take(), between.most()) {
            if let Err(error) = between.send(&message).await {
                tracing::warn!(%error, "other processes find out what has changed within a second, not at once");
                sleep(RETRY).await;
            }
        }
        sleep(PAUSE).await;
    }
}

async fn listen(hub: Arc<Hub>, between: Arc<dyn Messages>) {
    loop {
        let hear = |message: &str| message.lines().filter_map(Word::read).for_each(|word| hub.hear(word));
        let error = between.listen(&hear).await;
        tracing::warn!(%error, "what other processes change is found out within a second, not at once");
        sleep(RETRY).await;
    }
}
