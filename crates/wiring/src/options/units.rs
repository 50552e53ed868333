//! Sizes, durations, counts and secrets, as operators write them: a type each.

use std::{marker::PhantomData, str::FromStr, time::Duration};

use bytesize::ByteSize;
use elizabeth_core::{crypto::KEY_MIN_BYTES, limits::Limit as Limited, policy::SIZE_MAX};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::parse::read_by_clap;

const DAY: u64 = 24 * 60 * 60;

/// Bytes, so many or more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size<const LEAST: u64 = 1>(pub(crate) u64);

impl<const LEAST: u64> FromStr for Size<LEAST> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().parse::<ByteSize>() {
            Ok(ByteSize(bytes)) if (LEAST..=SIZE_MAX).contains(&bytes) => Ok(Self(bytes)),
            Ok(_) => Err(format!("{text} is out of range")),
            Err(_) => Err(format!("expected a size such as 10GiB, not {text:?}")),
        }
    }
}

/// A duration of a second or more, at most so many days: by default a hundred years.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span<const DAYS_MAX: u64 = 36_500>(pub(crate) Duration);

impl<const DAYS_MAX: u64> FromStr for Span<DAYS_MAX> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let longest = Duration::from_secs(DAYS_MAX * DAY);
        match humantime::parse_duration(text.trim()) {
            Ok(span) if (Duration::from_secs(1)..=longest).contains(&span) => Ok(Self(span)),
            Ok(_) => Err(format!("{text} is not between 1s and {DAYS_MAX}d")),
            Err(_) => Err(format!("expected a duration such as 90s, 15m or 7d, not {text:?}")),
        }
    }
}

/// A duration of a second or more, or a word for none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpanOr<W>(pub(crate) Option<Duration>, PhantomData<W>);

/// What is written for none.
pub(crate) trait Word {
    const WORD: &'static str;
}

/// No end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Never;

impl Word for Never {
    const WORD: &'static str = "never";
}

/// Not at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Off;

impl Word for Off {
    const WORD: &'static str = "off";
}

impl<W: Word> FromStr for SpanOr<W> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let span = if text.trim() == W::WORD { None } else { Some(text.parse::<Span>()?.0) };
        Ok(Self(span, PhantomData))
    }
}

/// A number from 1 on, or "unlimited".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) Option<u64>);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim() == "unlimited" {
            return Ok(Self(None));
        }
        match text.trim().parse() {
            Ok(count) if (1..=SIZE_MAX).contains(&count) => Ok(Self(Some(count))),
            Ok(_) | Err(_) => Err(format!("expected a number from 1 on, or unlimited, not {text:?}")),
        }
    }
}

/// How many of something there may be: `NAME=N`, from 1 on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LimitSetting(pub(crate) Limited, pub(crate) u64);

impl FromStr for LimitSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("expected a limit and a number from 1 on, such as guesses=10, not {text:?}");
        let (name, count) = text.split_once('=').ok_or_else(expected)?;
        let named = |limit: &&Limited| limit.name() == name.trim();
        let limit = Limited::ALL.iter().find(named).ok_or_else(|| format!("there is no limit {name:?}"))?;
        let count = count.trim().parse().ok().filter(|count| (1..=SIZE_MAX).contains(count));
        Ok(Self(*limit, count.ok_or_else(expected)?))
    }
}

impl LimitSetting {
    /// What may be set, for the help.
    pub(crate) fn help() -> String {
        let rows = Limited::ALL.iter().map(|limit| {
            let (name, scope, what) = (limit.name(), limit.scope().as_str(), limit.what());
            format!("\n{name}, by {scope}: {what} [default: {}]", limit.default())
        });
        format!("How many of something there may be; several between commas:{}", rows.collect::<String>())
    }
}

/// A number from 1 to so many.
#[cfg(feature = "postgres")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count<const MOST: u32>(pub(crate) u32);

#[cfg(feature = "postgres")]
impl<const MOST: u32> FromStr for Count<MOST> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().parse() {
            Ok(count) if (1..=MOST).contains(&count) => Ok(Self(count)),
            Ok(_) | Err(_) => Err(format!("expected a number from 1 to {MOST}, not {text:?}")),
        }
    }
}

/// On or off.
#[derive(Clone, Copy, Debug)]
pub struct Switch(pub bool);

impl FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "on" => Ok(Self(true)),
            "off" => Ok(Self(false)),
            _ => Err(format!("expected on or off, not {text:?}")),
        }
    }
}

/// A secret of so many bytes at least.
#[derive(Clone, Debug)]
pub struct Secret<const LEAST: usize>(pub SecretString);

impl<const LEAST: usize> FromStr for Secret<LEAST> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        long_enough(text, LEAST)?;
        Ok(Self(text.into()))
    }
}

/// Secrets that sign, between commas: the first is in use, the others are on their way out.
#[derive(Clone, Debug)]
pub(crate) struct SigningSecrets(SecretString);

impl SigningSecrets {
    /// One by one.
    pub(crate) fn keys(&self) -> Vec<SecretSlice<u8>> {
        self.0.expose_secret().split(',').map(|secret| secret.as_bytes().to_vec().into()).collect()
    }
}

impl FromStr for SigningSecrets {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',').try_for_each(|secret| long_enough(secret, KEY_MIN_BYTES))?;
        Ok(Self(text.into()))
    }
}

/// What is refused is not repeated.
fn long_enough(secret: &str, least: usize) -> Result<(), String> {
    if secret.is_empty() {
        return Err("is set, but empty".into());
    }
    if secret.trim() != secret {
        return Err("begins or ends with white space".into());
    }
    if secret.len() < least {
        return Err(format!("has {} bytes, needs at least {least}", secret.len()));
    }
    Ok(())
}

read_by_clap! {
    Size<LEAST> [const LEAST: u64];
    Span<DAYS_MAX> [const DAYS_MAX: u64];
    SpanOr<W> [W: Word + Clone + Send + Sync + 'static];
    Limit;
    LimitSetting;
    Switch;
    Secret<LEAST> [const LEAST: usize];
    SigningSecrets;
}
#[cfg(feature = "postgres")]
read_by_clap! {
    Count<MOST> [const MOST: u32];
}
