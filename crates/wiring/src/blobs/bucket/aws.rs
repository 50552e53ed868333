//! The variables that every S3 tool knows.

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use crate::error::WiringError;

pub(super) const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
pub(super) const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
pub(super) const SESSION: &str = "AWS_SESSION_TOKEN";
pub(super) const REGION: &str = "AWS_REGION";
pub(super) const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// Environment variables, not flags: the flags are there because clap wants them, and hidden because a command line
/// is no place for a secret.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct AwsVariables {
    /// Id of the key pair
    #[arg(long = "aws-access-key-id", env = KEY_ID, hide = true, hide_env_values = true)]
    pub(super) access_key_id: Option<SecretString>,
    /// Secret of the key pair
    #[arg(long = "aws-secret-access-key", env = SECRET, hide = true, hide_env_values = true)]
    pub(super) secret_access_key: Option<SecretString>,
    /// What belongs to a temporary key pair
    #[arg(long = "aws-session-token", env = SESSION, hide = true, hide_env_values = true)]
    pub(super) session_token: Option<SecretString>,
    /// Region where the URL names none
    #[arg(long = "aws-region", env = REGION, hide = true, hide_env_values = true)]
    pub(super) region: Option<SecretString>,
    /// Endpoint where the URL names none
    #[arg(long = "aws-endpoint-url", env = ENDPOINT, hide = true, hide_env_values = true)]
    pub(super) endpoint: Option<SecretString>,
}

/// An empty variable is as good as none.
pub(super) fn set(variable: &Option<SecretString>) -> Option<&str> {
    variable.as_ref().map(ExposeSecret::expose_secret).filter(|value| !value.is_empty())
}

pub(super) fn needed<'a>(name: &str, variable: &'a Option<SecretString>) -> Result<&'a str, WiringError> {
    let missing = || WiringError::unusable_variable(name, "is needed for a bucket (--blob-url s3://…)");
    credential(name, variable)?.ok_or_else(missing)
}

pub(super) fn credential<'a>(
    name: &str,
    variable: &'a Option<SecretString>,
) -> Result<Option<&'a str>, WiringError> {
    match set(variable) {
        Some(value) if value.trim() != value || value.contains(char::is_control) => {
            Err(WiringError::unusable_variable(
                name,
                "begins or ends with white space, or holds a control character",
            ))
        }
        value => Ok(value),
    }
}
