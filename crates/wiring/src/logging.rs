use std::{
    env,
    io::{self, IsTerminal},
    str::FromStr,
};

use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, filter::filter_fn, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::error::WiringError;

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// For people where standard error is a terminal, else for programs.
    pub fn for_stderr() -> Self {
        if io::stderr().is_terminal() { Self::Pretty } else { Self::Json }
    }
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            _ => Err(format!("expected pretty or json, not {text:?}")),
        }
    }
}

/// Sends what is logged from here on to standard error: what `RUST_LOG` names, else what is `info` or above.
///
/// # Errors
///
/// When `RUST_LOG` cannot be understood, or something in this process logs already.
pub fn init_logging(format: LogFormat) -> Result<(), WiringError> {
    init_logging_above(Level::INFO, format)
}

/// The same with another level where `RUST_LOG` is not set.
///
/// # Errors
///
/// As [`init_logging`].
pub fn init_logging_above(default: Level, format: LogFormat) -> Result<(), WiringError> {
    let registry = tracing_subscriber::registry()
        .with(filter(env::var("RUST_LOG").ok(), default)?)
        .with(filter_fn(is_discreet));
    let layer = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let done = match format {
        LogFormat::Pretty => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json().with_span_list(false)).try_init(),
    };
    done.map_err(|_| WiringError::Logging)
}

fn filter(rust_log: Option<String>, default: Level) -> Result<EnvFilter, WiringError> {
    match rust_log.filter(|text| !text.trim().is_empty()) {
        None => Ok(EnvFilter::default().add_directive(default.into())),
        Some(text) => EnvFilter::builder().parse(&text).map_err(|_| WiringError::Unusable {
            option: "RUST_LOG".to_owned(),
            reason: format!("expected a level such as info, or target=level, not {text:?}"),
        }),
    }
}

/// Whatever `RUST_LOG` is: what signs requests to a bucket logs the key pair at the level `debug`.
fn is_discreet(metadata: &Metadata<'_>) -> bool {
    !metadata.target().starts_with("reqsign") || *metadata.level() <= Level::INFO
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_log_is_read_or_refused() {
        let read = |text: &str| filter(Some(text.to_owned()), Level::INFO).map(|filter| filter.to_string());
        assert_eq!(read("").unwrap(), "info");
        assert_eq!(read("warn").unwrap(), "warn");
        assert!(read("info,sqlx=warn").unwrap().contains("sqlx=warn"));
        let error = read("a=b=c").unwrap_err().to_string();
        assert!(error.starts_with("RUST_LOG: "), "{error}");
        assert_eq!(filter(None, Level::WARN).unwrap().to_string(), "warn");
    }
}
