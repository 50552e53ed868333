use std::{io, process::ExitCode};

use elizabeth_client::{ClientError, StatusCode, TargetError, UploadError};
use elizabeth_wiring::WiringError;

use crate::{files::FilesError, memory::MemoryError, place::PlaceError, plain::failure_line};

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
    #[error("the command cannot be run: {0}")]
    Exec(io::Error),
    #[error("another process watches this room to do the same")]
    Watched,
    #[error("nothing was deleted")]
    Declined,
    #[error("{what}: {}", explained(source))]
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
    /// Prints it as one line.
    #[expect(clippy::print_stderr, reason = "a failure is printed there")]
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("{}", failure_line(&self.to_string()));
        ExitCode::from(self.code())
    }

    /// The exit code, as `--help` lists them: 2 for wrong usage as of the arguments' parser.
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
            | Self::Exec(_)
            | Self::Watched
            | Self::Declined
            | Self::Files(_)
            | Self::Place(_)
            | Self::Incomplete { .. }
            | Self::Memory(_) => 1,
        }
    }
}

impl From<UploadError> for Error {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Unfinished(error) => Self::Unfinished(error),
            UploadError::Failed(error) => Self::Client(error),
        }
    }
}

/// What is wrong with an address, and which option is meant for it.
fn explained(error: &TargetError) -> String {
    match error {
        TargetError::NoServer => format!("{error}, or set --server (ELIZABETH_SERVER)"),
        TargetError::Credentials => format!("{error}: use --password-stdin or ELIZABETH_PASSWORD"),
        error => error.to_string(),
    }
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
