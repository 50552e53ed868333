//! What strangers may do: settings of the server that no use case knows.

mod hosts;
mod options;

use secrecy::SecretString;

use crate::client::TrustedProxies;

pub use hosts::AllowedHosts;
pub(crate) use options::EdgeFlags;

/// How a server stands towards its clients.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The proxies in front of it, which are believed whom they speak for.
    pub trusted_proxies: TrustedProxies,
    /// Whether a client's requests, guesses and rooms are counted, by the limits of the policy.
    pub rate_limit: bool,
    /// What has to be sent to make a room; `None` where anybody may.
    pub create_key: Option<SecretString>,
    /// The names that it answers to.
    pub allowed_hosts: AllowedHosts,
    /// How many connections may be open at once.
    pub max_connections: usize,
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            trusted_proxies: TrustedProxies::default(),
            rate_limit: true,
            create_key: None,
            allowed_hosts: AllowedHosts::Any,
            max_connections: usize::MAX,
        }
    }
}
