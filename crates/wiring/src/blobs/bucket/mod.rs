//! Which bucket, and with what right: `--blob-url s3://…` and the variables that every S3 tool knows.

mod aws;

use elizabeth_blob_opendal::{Addressing, BucketBlobs, S3Options};
use percent_encoding::percent_decode_str;

pub(crate) use self::aws::AwsVariables;
use self::aws::{ENDPOINT, KEY_ID, REGION, SECRET, SESSION, credential, needed, set};
use super::chosen::Chosen;
use crate::error::WiringError;

/// The bucket that stands behind `s3://` in an option's URL.
pub(super) fn choose(flag: &str, url: &str, aws: &AwsVariables) -> Result<Chosen, WiringError> {
    let options = options(flag, url, &aws.clone().with_files()?)?;
    let open = move || {
        // For the whole process. That somebody was first is all right: one there has to be.
        let _ = rustls::crypto::ring::default_provider().install_default();
        BucketBlobs::new(&options)
    };
    Ok(Chosen::new(open).with_links())
}

/// Reads what follows `s3://`: `BUCKET/PREFIX?endpoint=…&region=…&style=…`.
fn options(flag: &str, url: &str, aws: &AwsVariables) -> Result<S3Options, WiringError> {
    let refuse = |reason: &str| WiringError::unusable(flag, reason);
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(|b| is_plain(b) && b != b'/') {
        return Err(refuse(
            "expected s3://BUCKET/PREFIX, the bucket with 3 to 63 letters, digits, dots and dashes",
        ));
    }
    let prefix = prefix.trim_matches('/');
    let is_part = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(is_plain);
    if !prefix.is_empty() && !prefix.split('/').all(is_part) {
        return Err(refuse("a prefix takes letters, digits, dots, dashes and single slashes"));
    }
    let query = Query::read(query).map_err(refuse)?;

    let endpoint = match (&query.endpoint, set(&aws.endpoint)) {
        (Some(endpoint), _) => Some(read_endpoint(endpoint).ok_or_else(|| refuse(ENDPOINT_FORM))?),
        (None, Some(endpoint)) => {
            let read = read_endpoint(endpoint);
            Some(read.ok_or_else(|| WiringError::unusable_variable(ENDPOINT, ENDPOINT_FORM))?)
        }
        (None, None) => None,
    };
    let region = match (query.region, set(&aws.region)) {
        (Some(region), _) if is_region(&region) => region,
        (Some(_), _) => return Err(refuse("region: expected a name such as eu-central-1, or auto")),
        (None, Some(region)) if is_region(region) => region.to_owned(),
        (None, Some(_)) => {
            return Err(WiringError::unusable_variable(
                REGION,
                "expected a name such as eu-central-1, or auto",
            ));
        }
        (None, None) => default_region(endpoint.as_deref())?.to_owned(),
    };
    let addressing = query.style.unwrap_or(match &endpoint {
        // A certificate for *.s3.REGION.amazonaws.com fits one label.
        None if !bucket.contains('.') => Addressing::VirtualHost,
        None | Some(_) => Addressing::Path,
    });
    Ok(S3Options {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
        endpoint,
        region,
        access_key_id: needed(KEY_ID, &aws.access_key_id)?.to_owned(),
        secret_access_key: needed(SECRET, &aws.secret_access_key)?.into(),
        session_token: credential(SESSION, &aws.session_token)?.map(Into::into),
        addressing,
    })
}

const ENDPOINT_FORM: &str =
    "endpoint: expected https://HOST, https://HOST:PORT or the same with http, and nothing after";

#[derive(Default)]
struct Query {
    endpoint: Option<String>,
    region: Option<String>,
    style: Option<Addressing>,
}

impl Query {
    /// What is not known is not repeated: somebody may have put a secret there.
    fn read(query: &str) -> Result<Self, &'static str> {
        let mut read = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value).decode_utf8().map_err(|_| "is not UTF-8")?.into_owned();
            match name {
                "endpoint" => read.endpoint = Some(value),
                "region" => read.region = Some(value),
                "style" if value == "path" => read.style = Some(Addressing::Path),
                "style" if value == "virtual" => read.style = Some(Addressing::VirtualHost),
                "style" => return Err("style: expected path or virtual"),
                _ => return Err("has a parameter other than endpoint, region and style"),
            }
        }
        Ok(read)
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

fn is_region(region: &str) -> bool {
    !region.is_empty() && region.bytes().all(is_plain)
}

/// An origin: scheme, host and port.
fn read_endpoint(endpoint: &str) -> Option<String> {
    let endpoint = endpoint.strip_suffix('/').unwrap_or(endpoint);
    let host = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"))?;
    let is_host = |b: u8| is_plain(b) || matches!(b, b':' | b'[' | b']');
    (!host.is_empty() && host.bytes().all(is_host)).then(|| endpoint.to_owned())
}

fn default_region(endpoint: Option<&str>) -> Result<&'static str, WiringError> {
    match endpoint {
        Some(endpoint) if endpoint.ends_with(".r2.cloudflarestorage.com") => Ok("auto"),
        // What MinIO and most others take for granted.
        Some(_) => Ok("us-east-1"),
        None => Err(WiringError::unusable_variable(
            REGION,
            "is needed for AWS, there or as region=… in --blob-url; other servers need endpoint=… or AWS_ENDPOINT_URL",
        )),
    }
}

#[cfg(test)]
mod tests;
