use std::fmt;

use opendal::services::S3;
use secrecy::{ExposeSecret, SecretString};

/// How a request names the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// In the path: `https://endpoint/bucket/key`. Every server but AWS's newest takes it.
    Path,
    /// In the host: `https://bucket.endpoint/key`. What AWS recommends.
    VirtualHost,
}

/// Which bucket, where, and with what right.
#[derive(Clone, Debug)]
pub struct S3Options {
    /// The bucket, which has to be there.
    pub bucket: String,
    /// What all keys begin with, without slashes at its ends; empty for none. Buckets may be shared so.
    pub prefix: String,
    /// `http://` or `https://`, host and port; `None` for AWS.
    pub endpoint: Option<String>,
    /// The region that requests are signed for; `auto` on R2.
    pub region: String,
    /// The id of the key pair.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: SecretString,
    /// What belongs to a key pair that is good for some hours only.
    pub session_token: Option<SecretString>,
    /// How the bucket is named.
    pub addressing: Addressing,
}

impl S3Options {
    pub(super) fn is_plain_http(&self) -> bool {
        self.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"))
    }

    pub(super) fn service(&self) -> S3 {
        let service = S3::default()
            .bucket(&self.bucket)
            .root(&self.prefix)
            .endpoint(self.endpoint.as_deref().unwrap_or_default())
            .region(&self.region)
            .access_key_id(&self.access_key_id)
            .secret_access_key(self.secret_access_key.expose_secret())
            .session_token(self.session_token.as_ref().map_or("", ExposeSecret::expose_secret))
            // What is used is what is given, not what lies in somebody's home folder or on a metadata server.
            .disable_config_load()
            .disable_ec2_metadata();
        match self.addressing {
            Addressing::Path => service,
            Addressing::VirtualHost => service.enable_virtual_host_style(),
        }
    }
}

/// The bucket and where it is, for errors.
impl fmt::Display for S3Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.endpoint {
            Some(endpoint) => write!(f, "bucket {:?} at {endpoint}", self.bucket),
            None => write!(f, "bucket {:?} at AWS, region {:?}", self.bucket, self.region),
        }
    }
}
