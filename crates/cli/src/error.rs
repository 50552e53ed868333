use std::{io, process::ExitCode};

use elizabeth_wiring::WiringError;

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error(transparent)]
    Core(#[from] elizabeth_core::Error),
    #[error("the result cannot be printed: {0}")]
    Output(#[from] io::Error),
    #[error("the result cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// Says so in one line. Exit codes: 1 for a failure, 2 for wrong usage, as of the arguments' parser.
    #[expect(clippy::print_stderr, reason = "a failure is told there")]
    pub(crate) fn tell(&self) -> ExitCode {
        let text = self.to_string();
        eprintln!("error: {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
        match self {
            Self::Wiring(error) if error.is_usage() => ExitCode::from(2),
            Self::Wiring(_) | Self::Core(_) | Self::Output(_) | Self::Json(_) => ExitCode::FAILURE,
        }
    }
}
