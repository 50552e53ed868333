//! What a link may be: an address that only leads somewhere.

use url::Url;

use crate::{name::is_control, policy::URL_MAX_BYTES};

/// Why a text is no link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUrl {
    /// Too many bytes.
    #[error("it has at most {URL_MAX_BYTES} bytes")]
    TooLong,
    /// A control character.
    #[error("it has no control character: U+{:04X}", u32::from(*.0))]
    Character(char),
    /// Not a whole address.
    #[error("{0}")]
    Malformed(String),
    /// Of a kind that does not only lead somewhere.
    #[error("only http, https and mailto are links, not {0}")]
    Scheme(String),
    /// `http:` or `https:` without the two slashes: browsers would take it for an address on this very site.
    #[error("behind {0}: come two slashes")]
    Slashes(String),
}

/// A link's address: what the person wrote, without white space around it.
///
/// # Errors
///
/// The first rule of [`InvalidUrl`] that it breaks.
pub(crate) fn check(url: &str) -> Result<&str, InvalidUrl> {
    let url = url.trim();
    if url.len() > URL_MAX_BYTES {
        return Err(InvalidUrl::TooLong);
    }
    // Before it is read: readers of addresses leave out line breaks and tabs, so that `java\nscript:` would pass.
    if let Some(bad) = url.chars().find(|&c| is_control(c)) {
        return Err(InvalidUrl::Character(bad));
    }
    let parsed = Url::parse(url).map_err(|error| InvalidUrl::Malformed(error.to_string()))?;
    match parsed.scheme() {
        "mailto" => {}
        scheme @ ("http" | "https") => {
            if !url.get(scheme.len()..).is_some_and(|rest| rest.starts_with("://")) {
                return Err(InvalidUrl::Slashes(scheme.to_owned()));
            }
        }
        other => return Err(InvalidUrl::Scheme(other.to_owned())),
    }
    Ok(url)
}
