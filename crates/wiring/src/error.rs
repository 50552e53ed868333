use std::{io, path::PathBuf};

use elizabeth_core::{
    crypto::InvalidKeys,
    installation::Mismatch,
    ports::{BlobError, StoreError},
    service::JoinError,
};

/// Why there is nothing to run. Every text is one line for the operator, without a secret in it.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// An option has a value that cannot be used.
    #[error("{option}: {reason}")]
    Unusable {
        /// Its flag and its environment variable.
        option: String,
        /// What would be usable.
        reason: String,
    },
    /// The data folder cannot be used.
    #[error("--data-dir (ELIZABETH_DATA_DIR): {}: {source}", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The key that signs tokens cannot be read or made.
    #[error("{}: {reason}", path.display())]
    TokenKey {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is no database where one is expected.
    #[error(
        "{}: there is no database; is --data-dir (ELIZABETH_DATA_DIR) or --database-url \
         (ELIZABETH_DATABASE_URL) right?",
        .0.display()
    )]
    NoDatabase(PathBuf),
    /// The database cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Store(#[from] StoreError),
    /// The blobs cannot be opened.
    #[error("{0}")]
    Blobs(#[source] BlobError),
    /// The database and the blobs do not belong together.
    #[error(
        "{0}; is --database-url (ELIZABETH_DATABASE_URL) right, and --blob-url (ELIZABETH_BLOB_URL)? \
         --adopt goes on with what there is"
    )]
    Mismatch(#[source] Mismatch),
    /// What they belong to cannot be found out.
    #[error("the installation cannot be opened: {0}")]
    Join(#[source] Box<elizabeth_core::Error>),
    /// The keys that sign tokens cannot be used.
    #[error(transparent)]
    Keys(#[from] InvalidKeys),
    /// Something in this process logs already.
    #[error("logging was set up before")]
    Logging,
}

impl From<JoinError> for WiringError {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Mismatch(mismatch) => Self::Mismatch(mismatch),
            JoinError::Failed(error) => Self::Join(Box::new(error)),
        }
    }
}

/// The environment variable of an option, by its flag without dashes.
pub(crate) fn variable_of(flag: &str) -> String {
    format!("ELIZABETH_{}", flag.to_uppercase().replace('-', "_"))
}

impl WiringError {
    /// Of an option, named by its flag without dashes.
    pub fn unusable(flag: &str, reason: impl Into<String>) -> Self {
        Self::Unusable { option: format!("--{flag} ({})", variable_of(flag)), reason: reason.into() }
    }

    /// Of an environment variable that has no flag to speak of.
    #[cfg(feature = "s3")]
    pub(crate) fn unusable_variable(variable: &str, reason: impl Into<String>) -> Self {
        Self::Unusable { option: variable.to_owned(), reason: reason.into() }
    }

    /// Whether the one who started the program has to put it in other words, rather than mend something.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Unusable { .. })
    }
}
