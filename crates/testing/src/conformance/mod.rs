//! The suites that every adapter runs.
//!
//! An adapter brings a fixture and tokio (features `macros`, `rt-multi-thread` and `time`) as a dev-dependency;
//! [`store_conformance!`](crate::store_conformance) and [`blobs_conformance!`](crate::blobs_conformance) then
//! expand one named test a case:
//!
//! ```
//! use std::sync::Arc;
//!
//! use elizabeth_core::{memory::MemoryStore, ports::Store};
//! use elizabeth_testing::conformance::StoreFixture;
//!
//! struct Memory(MemoryStore);
//!
//! #[async_trait::async_trait]
//! impl StoreFixture for Memory {
//!     async fn open() -> Self {
//!         Self(MemoryStore::new())
//!     }
//!
//!     fn store(&self) -> Arc<dyn Store> {
//!         Arc::new(self.0.clone())
//!     }
//!
//!     async fn reopen(&self) -> Arc<dyn Store> {
//!         Arc::new(self.0.clone())
//!     }
//! }
//!
//! elizabeth_testing::store_conformance!(Memory);
//! ```

pub mod blobs;
pub mod store;

use std::time::Duration;

use futures::future::{BoxFuture, join_all};

pub use blobs::BlobsFixture;
pub use store::StoreFixture;

/// Starts a task on the runtime that runs the tests; the future waits for its end. Core has no runtime of its
/// own, so the macros bring this one along.
pub type Spawn = fn(BoxFuture<'static, ()>) -> BoxFuture<'static, ()>;

/// How long a case may take. It is far more than any needs: past it the case hangs.
pub const CASE_TIMEOUT: Duration = Duration::from_secs(120);

/// Runs tasks side by side, each on a thread of the runtime, until all are done.
async fn run_all(spawn: Spawn, tasks: Vec<BoxFuture<'static, ()>>) {
    let running: Vec<_> = tasks.into_iter().map(spawn).collect();
    join_all(running).await;
}

/// Lets other tasks go first, so that those which never wait for anything interleave all the same.
async fn step_aside() {
    let mut asked = false;
    futures::future::poll_fn(move |context| {
        if asked {
            return std::task::Poll::Ready(());
        }
        asked = true;
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// Runs one case inside the test that the macros expand. Not part of the contract.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_run {
    ($bench:ty, $fixture:ty, $case:path) => {{
        let spawn: $crate::conformance::Spawn = |task| {
            let running = ::tokio::spawn(task);
            ::std::boxed::Box::pin(async move {
                if let Err(failed) = running.await {
                    ::std::panic::resume_unwind(failed.into_panic());
                }
            })
        };
        let whole = async {
            let bench = <$bench>::open::<$fixture>(spawn).await;
            $case(&bench).await;
        };
        let ended = ::tokio::time::timeout($crate::conformance::CASE_TIMEOUT, whole).await;
        assert!(ended.is_ok(), "the case hangs");
    }};
}
