//! What tests of Elizabeth need: the [`conformance`] suites that every adapter runs, and ports to put in place of the
//! real ones: a clock that is set by hand, randomness that is the same in every run, and adapters in memory that fail
//! or wait when a test wants it.
#![expect(clippy::unwrap_used, reason = "test code: a case that cannot go on fails by panicking")]

mod clock;
pub mod conformance;
pub mod earlier_versions;
mod entropy;
mod faulty_blobs;
mod faulty_store;
mod gated_blobs;
mod random_texts;
mod replica;

pub use clock::ManualClock;
pub use entropy::SeededEntropy;
pub use faulty_blobs::{BlobFault, FaultyBlobs};
pub use faulty_store::{CommitEnd, FaultyStore};
pub use gated_blobs::GatedBlobs;
pub use random_texts::RandomTexts;
pub use replica::Replica;
