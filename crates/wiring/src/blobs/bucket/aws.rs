//! The variables that every S3 tool knows.

use std::str::FromStr;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    error::WiringError,
    options::from_file::{FromFile, given_as},
};

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
    /// File that holds it
    #[arg(
        long = "aws-secret-access-key-file",
        env = "AWS_SECRET_ACCESS_KEY_FILE",
        hide = true,
        hide_env_values = true
    )]
    pub(super) secret_access_key_file: Option<FromFile<Text>>,
    /// What belongs to a temporary key pair
    #[arg(long = "aws-session-token", env = SESSION, hide = true, hide_env_values = true)]
    pub(super) session_token: Option<SecretString>,
    /// File that holds it
    #[arg(
        long = "aws-session-token-file",
        env = "AWS_SESSION_TOKEN_FILE",
        hide = true,
        hide_env_values = true
    )]
    pub(super) session_token_file: Option<FromFile<Text>>,
    /// Region where the URL names none
    #[arg(long = "aws-region", env = REGION, hide = true, hide_env_values = true)]
    pub(super) region: Option<SecretString>,
    /// Endpoint where the URL names none
    #[arg(long = "aws-endpoint-url", env = ENDPOINT, hide = true, hide_env_values = true)]
    pub(super) endpoint: Option<SecretString>,
}

impl AwsVariables {
    /// The same with what stands in files.
    pub(super) fn with_files(mut self) -> Result<Self, WiringError> {
        let twins = [
            (SECRET, &mut self.secret_access_key, self.secret_access_key_file.take()),
            (SESSION, &mut self.session_token, self.session_token_file.take()),
        ];
        for (variable, value, file) in twins {
            let own = value.take().filter(|value| !value.expose_secret().is_empty()).map(Text);
            *value = given_as(variable, own, file)?.map(|Text(value)| value);
        }
        Ok(self)
    }
}

/// A secret of any length.
#[derive(Clone, Debug)]
pub(crate) struct Text(SecretString);

impl FromStr for Text {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self(text.into()))
    }
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
