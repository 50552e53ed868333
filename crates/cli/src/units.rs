//! Sizes, durations and counts as they are written on the command line.

use std::time::Duration;

use bytesize::ByteSize;
use elizabeth_client::Instant;
use elizabeth_core::{ports::Clock, system::SystemClock, time::Timestamp};

/// A value, or the word that takes it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting<T> {
    To(T),
    Cleared,
}

impl<T> Setting<T> {
    /// The value; `None` where it is taken away.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::To(value) => Some(value),
            Self::Cleared => None,
        }
    }
}

/// Bytes.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let parsed = text.trim().parse::<ByteSize>().map(|size| size.as_u64());
    parsed.map_err(|_| "expected a size such as 500MiB or 10GiB".to_owned())
}

/// A duration.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text.trim())
        .map_err(|_| "expected a duration such as 90s, 15m or 7d".to_owned())
}

/// A size, or `default`.
pub(crate) fn size_or_default(text: &str) -> Result<Setting<u64>, String> {
    or_word(text, "default", size)
}

/// A duration, or `never`.
pub(crate) fn span_or_never(text: &str) -> Result<Setting<Duration>, String> {
    or_word(text, "never", span)
}

/// A count, or `unlimited`.
pub(crate) fn count_or_unlimited(text: &str) -> Result<Setting<u64>, String> {
    or_word(text, "unlimited", |text| text.trim().parse().map_err(|_| "expected a number".to_owned()))
}

fn or_word<T>(
    text: &str,
    word: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Setting<T>, String> {
    if text.trim() == word {
        return Ok(Setting::Cleared);
    }
    parse(text).map(Setting::To).map_err(|expected| format!("{expected}, or {word}"))
}

/// The instant so long from now, by this machine's clock.
pub(crate) fn from_now(span: Duration) -> Instant {
    Instant(SystemClock.now().saturating_add(span))
}

/// Bytes, for people.
pub(crate) fn human_size(bytes: u64) -> String {
    ByteSize(bytes).to_string()
}

/// An instant of a server's, to the minute and in UTC, for people.
pub(crate) fn human_time(at: Timestamp) -> String {
    cut(at, 16)
}

/// The same to the second.
pub(crate) fn human_second(at: Timestamp) -> String {
    cut(at, 19)
}

fn cut(at: Timestamp, signs: usize) -> String {
    at.to_string().chars().take(signs).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_values_or_a_word() {
        assert_eq!(size_or_default("2KiB"), Ok(Setting::To(2048)));
        assert_eq!(size_or_default("default"), Ok(Setting::Cleared));
        assert_eq!(span_or_never("2h"), Ok(Setting::To(Duration::from_secs(7200))));
        assert_eq!(span_or_never("never"), Ok(Setting::Cleared));
        assert_eq!(count_or_unlimited("3"), Ok(Setting::To(3)));
        assert_eq!(
            span_or_never("soon").unwrap_err(),
            "expected a duration such as 90s, 15m or 7d, or never"
        );
        assert!(count_or_unlimited("-1").is_err() && size("x").is_err());
    }

    #[test]
    fn times_are_shown_to_the_minute_or_the_second() {
        let at = Timestamp::parse("2026-12-01T08:30:59.123456Z").unwrap();
        assert_eq!(human_time(at), "2026-12-01 08:30");
        assert_eq!(human_second(at), "2026-12-01 08:30:59");
    }
}
