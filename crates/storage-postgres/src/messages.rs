use std::time::Duration;

use async_trait::async_trait;
use elizabeth_core::ports::{Messages, StoreError, StoreResult};
use elizabeth_storage_sql::{Connection, Sql, Statement, Value};
use sqlx::{
    Connection as _,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::time::timeout;

use crate::{PostgresStore, error::store_error, link::Link, options::connect_options, pool::Pool};

/// What all processes on a database listen to.
const CHANNEL: &str = "elizabeth";
/// Sends a message in a transaction of its own.
const NOTIFY: &str = "SELECT pg_notify('elizabeth', $1)";
/// The most bytes that the server carries are 7,999; the rest is for who sends.
const MESSAGE_MAX: usize = 7_900;
/// When nothing was heard for so long, the server is asked for a sign of life …
const SILENCE: Duration = Duration::from_secs(30);
/// … and given so long for it, as for a new connection.
const ANSWER: Duration = Duration::from_secs(5);

/// Word between the processes on one database, by `NOTIFY`. Listening takes one connection of its own.
#[derive(Clone)]
pub struct PostgresMessages {
    pool: Pool,
    /// Where it listens; `None` for not at all.
    listens_at: Option<PgConnectOptions>,
    /// Tells this process from others: what it sends it need not hear.
    name: String,
}

impl PostgresStore {
    /// Word between the processes on this store's database. It is listened for at `url` where that is given: where the
    /// store is reached through a pooler that shares sessions, that has to be the database itself. `name` is one that no
    /// other process has, without spaces.
    ///
    /// # Errors
    ///
    /// When the URL cannot be read.
    pub fn messages(&self, url: Option<&str>, name: String) -> StoreResult<PostgresMessages> {
        let listens_at = url.map(connect_options).transpose()?;
        Ok(PostgresMessages { pool: self.pool.clone(), listens_at, name })
    }
}

#[async_trait]
impl Messages for PostgresMessages {
    fn most(&self) -> usize {
        MESSAGE_MAX - self.name.len()
    }

    async fn send(&self, message: &str) -> StoreResult<()> {
        let mut link = Link::reader(&self.pool).await?;
        let values = vec![Value::Text(Some(format!("{} {message}", self.name)))];
        link.fetch(Statement { sql: Sql::Fixed(NOTIFY), values }).await.map(drop)
    }

    async fn listen(&self, hear: &(dyn for<'m> Fn(&'m str) + Send + Sync)) -> StoreError {
        let Some(place) = &self.listens_at else { return std::future::pending().await };
        match self.listen_at(place, hear).await {
            Ok(never) => match never {},
            Err(error) => store_error(error),
        }
    }
}

/// There is no value of it.
enum Never {}

impl PostgresMessages {
    async fn listen_at(
        &self,
        place: &PgConnectOptions,
        hear: &(dyn for<'m> Fn(&'m str) + Send + Sync),
    ) -> Result<Never, sqlx::Error> {
        let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let pool = pool.acquire_timeout(ANSWER).connect_lazy_with(place.clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        // Whoever listens again has to know that something was missed.
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        loop {
            match timeout(SILENCE, listener.try_recv()).await {
                Ok(Ok(Some(heard))) => {
                    let (from, message) = heard.payload().split_once(' ').unwrap_or_default();
                    if from != self.name {
                        hear(message);
                    }
                }
                Ok(Ok(None)) => return Err(lost()),
                Ok(Err(error)) => return Err(error),
                Err(_) => {
                    let alive = async { sqlx::Acquire::acquire(&mut listener).await?.ping().await };
                    timeout(ANSWER, alive).await.map_err(|_| lost())??;
                }
            }
        }
    }
}

fn lost() -> sqlx::Error {
    std::io::Error::from(std::io::ErrorKind::ConnectionAborted).into()
}
