use std::{io, process::ExitCode};

use elizabeth_wiring::WiringError;
use reqwest::StatusCode;

use crate::{
    client::ClientError, files::FilesError, memory::MemoryError, place::PlaceError, target::TargetError,
    terminal::plain,
};

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error(transparent)]
    Core(#[from] elizabeth_core::Error),
    #[error("the result cannot be printed: {0}")]
    Output(#[from] io::Error),
    #[error("what was to be typed or piped in cannot be read: {0}")]
    Input(io::Error),
    #[error("the result cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Usage(String),
    #[error("nothing was deleted")]
    Declined,
    #[error("{what}: {source}")]
    Target { what: &'static str, source: TargetError },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("{0}; the same command goes on with what has arrived")]
    Unfinished(ClientError),
    #[error("nothing in the room is called {0}")]
    NotThere(String),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error("{missed} of {wanted} could not be fetched")]
    Incomplete { missed: usize, wanted: usize },
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

impl Error {
    /// Says so in one line.
    #[expect(clippy::print_stderr, reason = "a failure is told there")]
    pub(crate) fn tell(&self) -> ExitCode {
        eprintln!("{}", line(&self.to_string()));
        ExitCode::from(self.code())
    }

    /// The exit code, as `--help` says them: 2 for wrong usage as of the arguments' parser.
    fn code(&self) -> u8 {
        match self {
            Self::Wiring(error) if error.is_usage() => 2,
            Self::Usage(_) | Self::Target { .. } => 2,
            Self::Files(FilesError::Nameless | FilesError::Rename(_)) => 2,
            Self::NotThere(_) => 4,
            Self::Client(error) | Self::Unfinished(error) => error.status().map_or(1, code_of),
            Self::Wiring(_)
            | Self::Core(_)
            | Self::Output(_)
            | Self::Input(_)
            | Self::Json(_)
            | Self::Declined
            | Self::Files(_)
            | Self::Place(_)
            | Self::Incomplete { .. }
            | Self::Memory(_) => 1,
        }
    }
}

/// A failure as one line. What others wrote cannot steer the terminal.
pub(crate) fn line(failure: &str) -> String {
    format!("error: {}", plain(&failure.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// What a refusal's status is as an exit code.
fn code_of(status: StatusCode) -> u8 {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => 3,
        StatusCode::NOT_FOUND | StatusCode::GONE => 4,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::INSUFFICIENT_STORAGE => 5,
        _ => 1,
    }
}
