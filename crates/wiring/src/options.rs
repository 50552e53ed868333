use std::{path::PathBuf, time::Duration};

use clap::Args;
use elizabeth_core::{crypto::KEY_MIN_BYTES, policy::Policy};
use secrecy::{SecretSlice, SecretString};

#[cfg(feature = "s3")]
use crate::bucket::AwsVariables;
#[cfg(feature = "postgres")]
use crate::postgres::PostgresFlags;
use crate::{
    LogFormat, WiringError, units,
    urls::{self, BlobUrl, DatabaseUrl},
};

/// What the operator decides: each a flag and an environment variable; the flag wins. Nothing is required.
///
/// Values are read by [`Options::build`], not while arguments are parsed: so an error names flag and variable
/// alike, in one line, and repeats no secret.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of Elizabeth")]
pub struct Options {
    /// Folder of the embedded database, blobs and keys; created where missing
    #[arg(
        long,
        global = true,
        env = "ELIZABETH_DATA_DIR",
        default_value = "./elizabeth-data",
        value_name = "DIR"
    )]
    data_dir: PathBuf,
    /// Database: sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME
    /// [default: sqlite://DATA_DIR/elizabeth.db]
    #[arg(long, global = true, env = "ELIZABETH_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<SecretString>,
    #[cfg(feature = "postgres")]
    #[command(flatten)]
    postgres: PostgresFlags,
    /// Blobs: fs://PATH, memory:// or s3://BUCKET/PREFIX?endpoint=URL&region=NAME, with AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, for a temporary key pair AWS_SESSION_TOKEN and, where the URL lacks them, AWS_REGION
    /// and AWS_ENDPOINT_URL
    /// [default: fs://DATA_DIR/blobs]
    #[arg(long, global = true, env = "ELIZABETH_BLOB_URL", hide_env_values = true, value_name = "URL")]
    blob_url: Option<SecretString>,
    #[cfg(feature = "s3")]
    #[command(flatten)]
    aws: AwsVariables,
    /// Whether downloads are sent on to the bucket, on or off: clients then fetch the bytes from there, by a link
    /// that works for an hour at most, and have to reach its endpoint. Needs --blob-url s3://…
    #[arg(
        long,
        global = true,
        env = "ELIZABETH_BLOB_REDIRECT",
        default_value = "off",
        value_name = "SWITCH"
    )]
    blob_redirect: String,
    /// Secret that signs tokens, at least 32 bytes; NEW,OLD accepts both and signs with NEW
    /// [default: a random one, kept in DATA_DIR/token.key; required with Postgres]
    #[arg(
        long,
        global = true,
        env = "ELIZABETH_TOKEN_SECRET",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    token_secret: Option<SecretString>,
    /// Token of admin calls, at least 16 bytes [default: none, admin calls are off]
    #[arg(long, global = true, env = "ELIZABETH_ADMIN_TOKEN", hide_env_values = true, value_name = "SECRET")]
    admin_token: Option<SecretString>,
    /// Size of a new room
    #[arg(
        long,
        global = true,
        env = "ELIZABETH_ROOM_MAX_SIZE",
        default_value = "10GiB",
        value_name = "SIZE"
    )]
    room_max_size: String,
    /// How far an owner may push a room's size [default: as --room-max-size]
    #[arg(long, global = true, env = "ELIZABETH_ROOM_MAX_SIZE_CEILING", value_name = "SIZE")]
    room_max_size_ceiling: Option<String>,
    /// How often a new room may be entered, a number or "unlimited"
    #[arg(
        long,
        global = true,
        env = "ELIZABETH_ROOM_MAX_ENTRIES",
        default_value = "unlimited",
        value_name = "N"
    )]
    room_max_entries: String,
    /// Life of a new room, a duration or "never" for one that does not end
    #[arg(long, global = true, env = "ELIZABETH_ROOM_TTL", default_value = "7d", value_name = "DURATION")]
    room_ttl: String,
    /// How far from now an owner may push a room's end, a duration or "never" for no limit
    #[arg(
        long,
        global = true,
        env = "ELIZABETH_ROOM_TTL_CEILING",
        default_value = "365d",
        value_name = "DURATION"
    )]
    room_ttl_ceiling: String,
    /// Free disk space below which nothing new is taken in
    #[arg(long, global = true, env = "ELIZABETH_MIN_FREE_DISK", default_value = "1GiB", value_name = "SIZE")]
    min_free_disk: String,
    /// How long a reservation waits for its upload
    #[arg(
        long,
        global = true,
        env = "ELIZABETH_RESERVATION_TTL",
        default_value = "10s",
        value_name = "DURATION"
    )]
    reservation_ttl: String,
    /// Silence after which an upload that has begun is dead
    #[arg(
        long,
        global = true,
        env = "ELIZABETH_UPLOAD_LEASE",
        default_value = "60s",
        value_name = "DURATION"
    )]
    upload_lease: String,
    /// Silence after which an upload in chunks is dead, counted from its last chunk
    #[arg(long, global = true, env = "ELIZABETH_CHUNKED_TTL", default_value = "1h", value_name = "DURATION")]
    chunked_ttl: String,
    /// Life of a room token
    #[arg(long, global = true, env = "ELIZABETH_TOKEN_TTL", default_value = "1h", value_name = "DURATION")]
    token_ttl: String,
    /// Life of a refresh token
    #[arg(long, global = true, env = "ELIZABETH_REFRESH_TTL", default_value = "7d", value_name = "DURATION")]
    refresh_ttl: String,
    /// How often the server removes what is over; "off" leaves it to `elizabeth-cli admin gc`
    #[arg(
        long,
        global = true,
        env = "ELIZABETH_GC_INTERVAL",
        default_value = "60s",
        value_name = "DURATION"
    )]
    gc_interval: String,
    /// How the log is written, pretty or json; its level is RUST_LOG's
    /// [default: pretty on a terminal, else json]
    #[arg(long, global = true, env = "ELIZABETH_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<String>,
}

/// The options, read.
pub(crate) struct Settings {
    pub(crate) policy: Policy,
    pub(crate) data_dir: PathBuf,
    pub(crate) database: DatabaseUrl,
    pub(crate) blobs: BlobUrl,
    /// `None` for the key in the data folder.
    pub(crate) token_secrets: Option<Vec<SecretSlice<u8>>>,
    pub(crate) admin_token: Option<SecretString>,
    pub(crate) gc_interval: Option<Duration>,
}

impl Options {
    /// How to write the log.
    ///
    /// # Errors
    ///
    /// [`WiringError::Unusable`] when the option is of neither form.
    pub fn log_format(&self) -> Result<LogFormat, WiringError> {
        match self.log_format.as_deref() {
            None => Ok(LogFormat::for_stderr()),
            Some("pretty") => Ok(LogFormat::Pretty),
            Some("json") => Ok(LogFormat::Json),
            Some(other) => {
                Err(WiringError::unusable("log-format", format!("expected pretty or json, not {other:?}")))
            }
        }
    }

    /// Reads the values.
    pub(crate) fn settings(&self) -> Result<Settings, WiringError> {
        self.log_format()?;
        let database = urls::database(
            self.database_url.as_ref(),
            &self.data_dir,
            #[cfg(feature = "postgres")]
            self.postgres.options()?,
        )?;
        let token_secrets = units::secrets("token-secret", self.token_secret.as_ref(), KEY_MIN_BYTES)?;
        if token_secrets.is_none() && database.is_shared() {
            let reason = "is needed with Postgres: all processes have to sign with the same secret";
            return Err(WiringError::unusable("token-secret", reason));
        }
        let blobs = urls::blobs(
            self.blob_url.as_ref(),
            &self.data_dir,
            #[cfg(feature = "s3")]
            &self.aws,
        )?;
        let policy = self.policy()?;
        if policy.blob_redirect && !blobs.has_links() {
            let reason = "on needs a bucket, an s3://… in --blob-url (ELIZABETH_BLOB_URL)";
            return Err(WiringError::unusable("blob-redirect", reason));
        }
        Ok(Settings {
            policy,
            data_dir: self.data_dir.clone(),
            database,
            blobs,
            token_secrets,
            admin_token: units::secret("admin-token", self.admin_token.as_ref(), 16)?,
            gc_interval: units::span_or("gc-interval", &self.gc_interval, "off")?,
        })
    }

    fn policy(&self) -> Result<Policy, WiringError> {
        let room_max_size = units::size("room-max-size", &self.room_max_size, 1)?;
        let ceiling = self.room_max_size_ceiling.as_deref();
        let ceiling = ceiling.map(|text| units::size("room-max-size-ceiling", text, 1)).transpose()?;
        let room_max_size_ceiling = ceiling.unwrap_or(room_max_size);
        if room_max_size_ceiling < room_max_size {
            return Err(WiringError::unusable("room-max-size-ceiling", "is below --room-max-size"));
        }
        let room_ttl = units::span_or("room-ttl", &self.room_ttl, "never")?;
        let room_ttl_ceiling = units::span_or("room-ttl-ceiling", &self.room_ttl_ceiling, "never")?;
        if room_ttl_ceiling.is_some_and(|ceiling| room_ttl.is_none_or(|ttl| ttl > ceiling)) {
            return Err(WiringError::unusable("room-ttl-ceiling", "is below --room-ttl"));
        }
        Ok(Policy::default()
            .room_max_size(room_max_size)
            .room_max_size_ceiling(room_max_size_ceiling)
            .room_max_entries(units::count_or("room-max-entries", &self.room_max_entries, "unlimited")?)
            .room_ttl(room_ttl)
            .room_ttl_ceiling(room_ttl_ceiling)
            .reservation_ttl(units::span("reservation-ttl", &self.reservation_ttl)?)
            .upload_lease(units::span("upload-lease", &self.upload_lease)?)
            .chunked_ttl(units::span("chunked-ttl", &self.chunked_ttl)?)
            .token_ttl(units::span("token-ttl", &self.token_ttl)?)
            .refresh_ttl(units::span("refresh-ttl", &self.refresh_ttl)?)
            .min_free(units::size("min-free-disk", &self.min_free_disk, 0)?)
            .blob_redirect(units::switch("blob-redirect", &self.blob_redirect)?))
    }
}

#[cfg(test)]
mod tests;
