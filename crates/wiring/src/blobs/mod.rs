//! Where the blobs are: `--blob-url`.

#[cfg(feature = "s3")]
mod bucket;
mod chosen;

use std::{fmt, str::FromStr};

use elizabeth_blob_opendal::MemoryBlobs;
use secrecy::{ExposeSecret, SecretString};

#[cfg(feature = "s3")]
pub(crate) use self::bucket::AwsVariables;
pub(crate) use self::chosen::Chosen;
#[cfg(not(feature = "s3"))]
use crate::urls::without;
use crate::{error::WiringError, parse::read_by_clap, urls::file_path};

const FLAG: &str = "blob-url";

/// What a URL can name, a line a backend: how the URL is written, and what makes a store of what stands behind `://`.
const BACKENDS: &[Backend] = &[
    Backend("fs://PATH", |path, _| file_path(path).map(Chosen::in_folder).map_err(refusal)),
    #[cfg(feature = "s3")]
    Backend("s3://BUCKET/PREFIX", |bucket, aws| bucket::choose(FLAG, bucket, aws)),
    #[cfg(not(feature = "s3"))]
    Backend("s3://BUCKET/PREFIX", |_, _| Err(refusal(without("S3", "s3")))),
    Backend("memory://", |rest, _| nothing(rest).map(|()| memory())),
];

struct Backend(&'static str, fn(&str, &AwsVariables) -> Result<Chosen, WiringError>);

impl Backend {
    fn scheme(&self) -> &'static str {
        self.0.split_once("://").map_or(self.0, |(scheme, _)| scheme)
    }
}

/// There are no such variables where nothing reads them.
#[cfg(not(feature = "s3"))]
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct AwsVariables {}

/// A URL of a backend that there is.
#[derive(Clone)]
pub(crate) struct BlobUrl {
    backend: &'static Backend,
    /// What stands behind `://`. Somebody may have put a secret there.
    rest: SecretString,
}

impl FromStr for BlobUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let (scheme, rest) = url.split_once("://").ok_or_else(expected)?;
        let backend = BACKENDS.iter().find(|backend| backend.scheme() == scheme).ok_or_else(expected)?;
        Ok(Self { backend, rest: rest.into() })
    }
}

impl fmt::Debug for BlobUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.backend.0)
    }
}

read_by_clap! {
    BlobUrl;
}

impl BlobUrl {
    /// What the URL names, read to its end.
    pub(crate) fn choose(&self, aws: &AwsVariables) -> Result<Chosen, WiringError> {
        let Backend(_, choose) = self.backend;
        choose(self.rest.expose_secret(), aws)
    }
}

fn memory() -> Chosen {
    Chosen::new(|| {
        tracing::warn!("files are kept in memory and are gone when this process ends");
        MemoryBlobs::new()
    })
}

fn nothing(rest: &str) -> Result<(), WiringError> {
    if rest.is_empty() { Ok(()) } else { Err(refusal(expected())) }
}

fn refusal(reason: String) -> WiringError {
    WiringError::unusable(FLAG, reason)
}

/// All that would be understood.
fn expected() -> String {
    let forms: Vec<_> = BACKENDS.iter().map(|backend| backend.0).collect();
    let (last, others) = forms.split_last().unwrap_or((&"", &[]));
    format!("expected {} or {last}", others.join(", "))
}

#[cfg(test)]
mod tests;
