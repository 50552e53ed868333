use std::num::NonZeroUsize;

use clap::Args;
use elizabeth_wiring::{FromFile, Reader, Secret, Switch, WiringError, given};

use super::{AllowedHosts, Edge};
use crate::{client::TrustedProxies, file_limit::connections};

/// The fewest bytes of the key that rooms are made with.
const CREATE_KEY_MIN_BYTES: usize = 16;

/// What the operator decides about clients: each a flag and an environment variable; the flag wins.
#[derive(Args, Clone, Debug)]
pub(crate) struct EdgeFlags {
    /// Proxies that are believed which client they speak for, by X-Forwarded-For or Forwarded: addresses and networks
    /// between commas [default: none, clients are who connects]
    #[arg(
        long,
        env = "ELIZABETH_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_parser = Reader::<TrustedProxies>::new()
    )]
    trusted_proxies: Option<TrustedProxies>,
    /// Whether requests, guesses, rooms and connections of each client are limited, on or off: off is for tests, which
    /// are all one client
    #[arg(long, env = "ELIZABETH_RATE_LIMIT", default_value = "on", value_name = "SWITCH")]
    rate_limit: Switch,
    /// Connections open at once; where there are more, the one that has been idle for longest ends
    /// [default: by the limit of open files]
    #[arg(
        long = "max-connections",
        env = "ELIZABETH_MAX_CONNECTIONS",
        value_name = "N",
        value_parser = Reader::<NonZeroUsize>::new()
    )]
    most_connections: Option<NonZeroUsize>,
    /// Names that the server answers to, without ports, between commas, or * for any; that of --public-url is one more
    /// [default: any or, where only this machine reaches it, localhost and loopback addresses]
    #[arg(
        long,
        env = "ELIZABETH_ALLOWED_HOSTS",
        value_name = "HOSTS",
        value_parser = Reader::<AllowedHosts>::new()
    )]
    allowed_hosts: Option<AllowedHosts>,
    /// Key that has to be sent to make a room, at least 16 bytes; entering one needs none
    /// [default: none, anybody makes rooms]
    #[arg(long, env = "ELIZABETH_CREATE_KEY", hide_env_values = true, value_name = "SECRET")]
    create_key: Option<Secret<CREATE_KEY_MIN_BYTES>>,
    /// File that holds it [default: none]
    #[arg(long, env = "ELIZABETH_CREATE_KEY_FILE", value_name = "FILE")]
    create_key_file: Option<FromFile<Secret<CREATE_KEY_MIN_BYTES>>>,
}

impl EdgeFlags {
    /// Whether the operator leaves open which names the server answers to.
    pub(crate) fn answers_to_any(&self) -> bool {
        self.allowed_hosts.is_none()
    }

    /// What these come to, for a process that may have so many files open.
    ///
    /// # Errors
    ///
    /// When the key is given itself and in a file.
    pub(crate) fn edge(self, files: u64) -> Result<Edge, WiringError> {
        let create_key = given("create-key", self.create_key, self.create_key_file)?.map(|key| key.0);
        Ok(Edge {
            trusted_proxies: self.trusted_proxies.unwrap_or_default(),
            rate_limit: self.rate_limit.0,
            create_key,
            allowed_hosts: self.allowed_hosts.unwrap_or_default(),
            max_connections: self.most_connections.map_or_else(|| connections(files), NonZeroUsize::get),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;
    use elizabeth_wiring::parse_from;
    use secrecy::ExposeSecret;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        edge: EdgeFlags,
    }

    fn edge(args: &[&str]) -> Result<Edge, String> {
        let program = parse_from::<Program>([&["program"], args].concat());
        program.and_then(|program| program.edge.edge(256)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_key_comes_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let flag = format!("--create-key-file={}", file.display());
        assert!(edge(&[&flag]).unwrap_err().starts_with("--create-key-file (ELIZABETH_CREATE_KEY_FILE): "));
        fs::write(&file, "too short\n").unwrap();
        assert!(edge(&[&flag]).unwrap_err().contains("needs at least 16"));
        fs::write(&file, "a key of the operator\n").unwrap();
        let key = edge(&[&flag]).unwrap().create_key.unwrap();
        assert_eq!(key.expose_secret(), "a key of the operator");
        assert!(edge(&[&flag, "--create-key=another key of the operator"]).is_err());
    }

    #[test]
    fn the_guards_are_on_by_default() {
        let edge = edge(&[]).unwrap();
        assert_eq!((edge.max_connections, &edge.allowed_hosts), (96, &AllowedHosts::Any));
        assert!(
            edge.rate_limit && edge.create_key.is_none() && edge.trusted_proxies == TrustedProxies::default()
        );
    }
}
