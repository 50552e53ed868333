//! Sizes, durations, counts and secrets, as operators write them.

use std::time::Duration;

use bytesize::ByteSize;
use elizabeth_core::policy::SIZE_MAX;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::WiringError;

/// The longest duration that any option takes: a hundred years.
const SPAN_MAX: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Bytes, `least` or more.
pub(crate) fn size(flag: &str, text: &str, least: u64) -> Result<u64, WiringError> {
    match text.trim().parse::<ByteSize>() {
        Ok(ByteSize(bytes)) if (least..=SIZE_MAX).contains(&bytes) => Ok(bytes),
        Ok(_) => Err(WiringError::unusable(flag, format!("{text} is out of range"))),
        Err(_) => Err(WiringError::unusable(flag, format!("expected a size such as 10GiB, not {text:?}"))),
    }
}

/// A duration of a second or more.
pub(crate) fn span(flag: &str, text: &str) -> Result<Duration, WiringError> {
    span_up_to(flag, text, SPAN_MAX)
}

/// A duration of a second or more, at most so long: whole days.
pub(crate) fn span_up_to(flag: &str, text: &str, most: Duration) -> Result<Duration, WiringError> {
    match humantime::parse_duration(text.trim()) {
        Ok(span) if (Duration::from_secs(1)..=most).contains(&span) => Ok(span),
        Ok(_) => {
            let days = most.as_secs() / (24 * 60 * 60);
            Err(WiringError::unusable(flag, format!("{text} is not between 1s and {days}d")))
        }
        Err(_) => Err(WiringError::unusable(
            flag,
            format!("expected a duration such as 90s, 15m or 7d, not {text:?}"),
        )),
    }
}

/// A duration, or `None` for one word.
pub(crate) fn span_or(flag: &str, text: &str, none: &str) -> Result<Option<Duration>, WiringError> {
    if text.trim() == none { Ok(None) } else { span(flag, text).map(Some) }
}

/// A number from 1 to `most`.
#[cfg(feature = "postgres")]
pub(crate) fn count(flag: &str, text: &str, most: u32) -> Result<u32, WiringError> {
    match text.trim().parse() {
        Ok(count) if (1..=most).contains(&count) => Ok(count),
        Ok(_) | Err(_) => {
            Err(WiringError::unusable(flag, format!("expected a number from 1 to {most}, not {text:?}")))
        }
    }
}

/// A number from 1 on, or `None` for one word.
pub(crate) fn count_or(flag: &str, text: &str, none: &str) -> Result<Option<u64>, WiringError> {
    if text.trim() == none {
        return Ok(None);
    }
    match text.trim().parse() {
        Ok(count) if (1..=SIZE_MAX).contains(&count) => Ok(Some(count)),
        Ok(_) | Err(_) => {
            Err(WiringError::unusable(flag, format!("expected a number from 1 on, or {none}, not {text:?}")))
        }
    }
}

/// On or off.
pub(crate) fn switch(flag: &str, text: &str) -> Result<bool, WiringError> {
    match text.trim() {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(WiringError::unusable(flag, format!("expected on or off, not {text:?}"))),
    }
}

/// A secret of so many bytes at least. The error does not repeat it.
pub(crate) fn secret(
    flag: &str,
    secret: Option<&SecretString>,
    least: usize,
) -> Result<Option<SecretString>, WiringError> {
    let Some(secret) = secret else { return Ok(None) };
    long_enough(flag, secret.expose_secret(), least)?;
    Ok(Some(secret.clone()))
}

/// The same for several, between commas: the first is in use, the others are on their way out.
pub(crate) fn secrets(
    flag: &str,
    secrets: Option<&SecretString>,
    least: usize,
) -> Result<Option<Vec<SecretSlice<u8>>>, WiringError> {
    let Some(secrets) = secrets else { return Ok(None) };
    let read = secrets.expose_secret().split(',').map(|secret| {
        long_enough(flag, secret, least)?;
        Ok(secret.as_bytes().to_vec().into())
    });
    read.collect::<Result<_, _>>().map(Some)
}

fn long_enough(flag: &str, secret: &str, least: usize) -> Result<(), WiringError> {
    if secret.is_empty() {
        return Err(WiringError::unusable(flag, "is set, but empty"));
    }
    if secret.trim() != secret {
        return Err(WiringError::unusable(flag, "begins or ends with white space"));
    }
    if secret.len() < least {
        return Err(WiringError::unusable(
            flag,
            format!("has {} bytes, needs at least {least}", secret.len()),
        ));
    }
    Ok(())
}
