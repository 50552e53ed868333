use elizabeth_core::ports::{StoreError, StoreResult};
use sqlx::{ConnectOptions, Connection, PgConnection, Row, postgres::PgConnectOptions};

use crate::{conn::control, error::store_error};

/// How often it is looked: a pooler that is in use by others may hand out different sessions by chance.
const LOOKS: usize = 3;

/// Makes sure that a connection has a session of the server to itself. Between two statements of a transaction pooler
/// (PgBouncer with `pool_mode = transaction`) settings, prepared statements and locks of a session are another's.
pub(crate) async fn check_is_own(conn: &mut PgConnection, connect: &PgConnectOptions) -> StoreResult<()> {
    let mut other = connect.connect().await.map_err(store_error)?;
    let mut shared = false;
    for _ in 0..LOOKS {
        let before = session_of(conn).await?;
        control(&mut other, "BEGIN").await?;
        // While this one is held, a pooler gives the first another one, or gave this one away.
        shared |= session_of(&mut other).await? == before || session_of(conn).await? != before;
        control(&mut other, "ROLLBACK").await?;
    }
    let _ = other.close().await;
    if shared {
        let why = "something in front of the database (PgBouncer in transaction mode, most likely) gives one session to \
                   several connections: connect to the database itself, or set pool_mode = session";
        return Err(StoreError::Unavailable(why.to_owned()));
    }
    Ok(())
}

/// The number of the server's process, asked without preparing a statement.
async fn session_of(conn: &mut PgConnection) -> StoreResult<i32> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(conn).await.map_err(store_error)?;
    row.try_get(0).map_err(store_error)
}
