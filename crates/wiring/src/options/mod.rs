mod conventional;
pub(crate) mod from_file;
#[cfg(feature = "postgres")]
mod postgres;
mod units;

use std::{path::PathBuf, time::Duration};

use clap::Args;
use elizabeth_core::{limits::Limits, policy::Policy};
#[cfg(feature = "postgres")]
use elizabeth_storage_postgres::PostgresOptions;
use secrecy::{SecretSlice, SecretString};

#[cfg(feature = "postgres")]
pub(crate) use self::postgres::ListenUrl;
#[cfg(feature = "postgres")]
use self::postgres::PostgresFlags;
use self::{
    conventional::Conventional,
    units::{Limit, LimitSetting, Never, Off, SigningSecrets, Size, Span, SpanOr},
};
pub use self::{
    from_file::{FromFile, given},
    units::{Secret, Switch},
};
use crate::{
    blobs::{AwsVariables, BlobUrl, Chosen},
    database::DatabaseUrl,
    error::WiringError,
    logging::LogFormat,
    parse::Reader,
};

/// What the operator decides: each a flag and an environment variable; the flag wins. Nothing is required. A value is
/// refused in one line, which names flag and variable alike and repeats no secret.
#[derive(Args, Clone, Debug)]
pub struct Options {
    #[command(flatten)]
    flags: Conventional<Flags>,
}

/// An option is a field here: its type reads its value, its name is the flag's and, behind `ELIZABETH_`, the variable's.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of Elizabeth")]
struct Flags {
    /// Folder of the embedded database, blobs and keys; created where missing
    #[arg(long, default_value = "./elizabeth-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Database: sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME
    /// [default: sqlite://DATA_DIR/elizabeth.db]
    #[arg(long, hide_env_values = true, value_name = "URL")]
    database_url: Option<DatabaseUrl>,
    /// File that holds it, for one with a password [default: none]
    #[arg(long, value_name = "FILE")]
    database_url_file: Option<FromFile<DatabaseUrl>>,
    #[cfg(feature = "postgres")]
    #[command(flatten)]
    postgres: PostgresFlags,
    /// Blobs: fs://PATH, memory:// or s3://BUCKET/PREFIX?endpoint=URL&region=NAME, with AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, for a temporary key pair AWS_SESSION_TOKEN (or files that hold these two,
    /// AWS_SECRET_ACCESS_KEY_FILE, AWS_SESSION_TOKEN_FILE) and, where the URL lacks them, AWS_REGION and
    /// AWS_ENDPOINT_URL
    /// [default: fs://DATA_DIR/blobs]
    #[arg(long, hide_env_values = true, value_name = "URL")]
    blob_url: Option<BlobUrl>,
    #[command(flatten)]
    aws: AwsVariables,
    /// Whether downloads are sent on to the bucket, on or off: clients then fetch the bytes from there, by a link
    /// that works for an hour at most, and have to reach its endpoint. Needs --blob-url s3://…
    #[arg(long, default_value = "off", value_name = "SWITCH")]
    blob_redirect: Switch,
    /// Secret that signs tokens, at least 32 bytes; NEW,OLD accepts both and signs with NEW
    /// [default: a random one, kept in DATA_DIR/token.key; required with Postgres]
    #[arg(long, hide_env_values = true, value_name = "SECRET")]
    token_secret: Option<SigningSecrets>,
    /// File that holds it [default: none]
    #[arg(long, value_name = "FILE")]
    token_secret_file: Option<FromFile<SigningSecrets>>,
    /// Token of admin calls, at least 16 bytes [default: none, admin calls are off]
    #[arg(long, hide_env_values = true, value_name = "SECRET")]
    admin_token: Option<Secret<16>>,
    /// File that holds it [default: none]
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<FromFile<Secret<16>>>,
    /// Size of a new room
    #[arg(long, default_value = "10GiB", value_name = "SIZE")]
    room_max_size: Size,
    /// How far an owner may push a room's size [default: as --room-max-size]
    #[arg(long, value_name = "SIZE")]
    room_max_size_ceiling: Option<Size>,
    /// How often a new room may be entered, a number or "unlimited"
    #[arg(long, default_value = "unlimited", value_name = "N")]
    room_max_entries: Limit,
    /// Life of a new room, a duration or "never" for one that does not end
    #[arg(long, default_value = "7d", value_name = "DURATION")]
    room_ttl: SpanOr<Never>,
    /// How far from now an owner may push a room's end, a duration or "never" for no limit
    #[arg(long, default_value = "365d", value_name = "DURATION")]
    room_ttl_ceiling: SpanOr<Never>,
    /// Free disk space below which nothing is taken in that grows, of the database's disk and the blobs'
    #[arg(long, default_value = "1GiB", value_name = "SIZE")]
    min_free_disk: Size<0>,
    #[arg(long, value_delimiter = ',', value_name = "NAME=N", help = LimitSetting::help())]
    limit: Vec<LimitSetting>,
    /// What all rooms together may hold [default: no limit but the disk]
    #[arg(long, value_name = "SIZE")]
    max_storage: Option<Size>,
    /// How long a reservation waits for its upload
    #[arg(long, default_value = "10s", value_name = "DURATION")]
    reservation_ttl: Span,
    /// Silence after which an upload that has begun is dead
    #[arg(long, default_value = "60s", value_name = "DURATION")]
    upload_lease: Span,
    /// Time after which an upload in pieces is dead, counted from its last progress: a chunk, or a MiB of one. Before its
    /// first byte it has two minutes
    #[arg(long, default_value = "1h", value_name = "DURATION")]
    chunked_ttl: Span,
    /// Life of a room token
    #[arg(long, default_value = "1h", value_name = "DURATION")]
    token_ttl: Span,
    /// Life of a refresh token
    #[arg(long, default_value = "7d", value_name = "DURATION")]
    refresh_ttl: Span,
    /// How often the server removes what is over; "off" leaves it to `elizabeth-cli admin gc`
    #[arg(long, default_value = "60s", value_name = "DURATION")]
    gc_interval: SpanOr<Off>,
    /// Starts though the database and the blobs do not belong together, or a part of the database is missing, and goes
    /// on with what there is: on or off, --adopt alone is on
    #[arg(
        long,
        default_value = "off",
        default_missing_value = "on",
        num_args = 0..=1,
        require_equals = true,
        value_name = "SWITCH"
    )]
    adopt: Switch,
    /// How the log is written, pretty or json; its level is RUST_LOG's
    /// [default: pretty on a terminal, else json]
    #[arg(long, value_name = "FORMAT", value_parser = Reader::<LogFormat>::new())]
    log_format: Option<LogFormat>,
}

/// The options, fit for each other.
pub(crate) struct Settings {
    pub(crate) policy: Policy,
    pub(crate) data_dir: PathBuf,
    pub(crate) database: DatabaseUrl,
    #[cfg(feature = "postgres")]
    pub(crate) postgres: PostgresOptions,
    /// `None` for where the database is.
    #[cfg(feature = "postgres")]
    pub(crate) listen_url: Option<ListenUrl>,
    pub(crate) blobs: Chosen,
    /// `None` for the key in the data folder.
    pub(crate) token_secrets: Option<Vec<SecretSlice<u8>>>,
    pub(crate) admin_token: Option<SecretString>,
    pub(crate) gc_interval: Option<Duration>,
    pub(crate) adopt: bool,
}

impl Options {
    /// How to write the log.
    pub fn log_format(&self) -> LogFormat {
        self.flags.0.log_format.unwrap_or_else(LogFormat::for_stderr)
    }

    /// Compares the values with each other.
    pub(crate) fn settings(self) -> Result<Settings, WiringError> {
        self.flags.0.settings()
    }
}

impl Flags {
    fn settings(self) -> Result<Settings, WiringError> {
        let policy = self.policy()?;
        let admin_token = given("admin-token", self.admin_token, self.admin_token_file)?;
        let token_secret = given("token-secret", self.token_secret, self.token_secret_file)?;
        let database = match given("database-url", self.database_url, self.database_url_file)? {
            Some(url) => url,
            None => DatabaseUrl::in_folder(&self.data_dir)?,
        };
        if token_secret.is_none() && database.is_shared() {
            let reason = "is needed with Postgres: all processes have to sign with the same secret";
            return Err(WiringError::unusable("token-secret", reason));
        }
        let blobs = match self.blob_url {
            Some(url) => url.choose(&self.aws)?,
            None => Chosen::in_folder(self.data_dir.join("blobs")),
        };
        if policy.blob_redirect && !blobs.has_links {
            let reason = "on needs a bucket, an s3://… in --blob-url (ELIZABETH_BLOB_URL)";
            return Err(WiringError::unusable("blob-redirect", reason));
        }
        Ok(Settings {
            policy,
            data_dir: self.data_dir,
            database,
            #[cfg(feature = "postgres")]
            postgres: self.postgres.options(),
            #[cfg(feature = "postgres")]
            listen_url: self.postgres.listen_url()?,
            blobs,
            token_secrets: token_secret.map(|secrets| secrets.keys()),
            admin_token: admin_token.map(|secret| secret.0),
            gc_interval: self.gc_interval.0,
            adopt: self.adopt.0,
        })
    }

    fn policy(&self) -> Result<Policy, WiringError> {
        let room_max_size = self.room_max_size.0;
        let room_max_size_ceiling = self.room_max_size_ceiling.map_or(room_max_size, |ceiling| ceiling.0);
        if room_max_size_ceiling < room_max_size {
            return Err(WiringError::unusable("room-max-size-ceiling", "is below --room-max-size"));
        }
        let (room_ttl, room_ttl_ceiling) = (self.room_ttl.0, self.room_ttl_ceiling.0);
        if room_ttl_ceiling.is_some_and(|ceiling| room_ttl.is_none_or(|ttl| ttl > ceiling)) {
            return Err(WiringError::unusable("room-ttl-ceiling", "is below --room-ttl"));
        }
        let settings = self.limit.iter();
        let limits = settings.fold(Limits::default(), |limits, set| limits.with(set.0, set.1));
        Ok(Policy::default()
            .room_max_size(room_max_size)
            .room_max_size_ceiling(room_max_size_ceiling)
            .room_max_entries(self.room_max_entries.0)
            .room_ttl(room_ttl)
            .room_ttl_ceiling(room_ttl_ceiling)
            .reservation_ttl(self.reservation_ttl.0)
            .upload_lease(self.upload_lease.0)
            .chunked_ttl(self.chunked_ttl.0)
            .token_ttl(self.token_ttl.0)
            .refresh_ttl(self.refresh_ttl.0)
            .min_free(self.min_free_disk.0)
            .limits(limits)
            .max_storage(self.max_storage.map(|size| size.0))
            .blob_redirect(self.blob_redirect.0))
    }
}

#[cfg(test)]
mod tests;
