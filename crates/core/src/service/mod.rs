//! The use cases: one a file, one transaction each.

use std::sync::Arc;

use crate::{
    policy::Policy,
    ports::{Blobs, Clock, Entropy, Passwords, Store, TokenSigner},
};

/// The adapters that an [`Elizabeth`] works with.
#[derive(Clone)]
pub struct Ports {
    /// Rooms, contents, tokens.
    pub store: Arc<dyn Store>,
    /// Bytes.
    pub blobs: Arc<dyn Blobs>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Password hashes.
    pub passwords: Arc<dyn Passwords>,
    /// Signatures.
    pub signer: Arc<dyn TokenSigner>,
}

/// Rooms that hold files. Cheap to clone; every clone is the same service.
#[derive(Clone)]
pub struct Elizabeth {
    ports: Ports,
    policy: Arc<Policy>,
}

impl Elizabeth {
    /// A service over these adapters, by this policy.
    pub fn new(ports: Ports, policy: Policy) -> Self {
        Self { ports, policy: Arc::new(policy) }
    }

    /// The policy it goes by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}
