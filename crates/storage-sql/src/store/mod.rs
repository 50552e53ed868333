//! The parts of core's store ports, one by one.

mod announcements;
mod blob_queue;
mod contents;
mod leases;
mod reservations;
mod rooms;
mod sessions;
mod tickets;
mod uploads;

use async_trait::async_trait;
use elizabeth_core::{
    id::{BlobKey, Jti},
    ports::{StoreResult, WriteTx},
    token::TokenRecord,
};

use crate::{
    connection::{Row, Transaction, Value},
    rows::{self, Cells, TOKEN_AT},
    tx::SqlTx,
};

/// No token equals NULL.
fn opt_jti(jti: Option<Jti>) -> Value {
    Value::Bytes(jti.map(|jti| jti.0.as_bytes().to_vec()))
}

fn joined_token<R: Row>(row: &mut Cells<R>) -> StoreResult<Option<TokenRecord>> {
    if row.is_null(TOKEN_AT)? { Ok(None) } else { row.from(TOKEN_AT).token().map(Some) }
}

fn key_rows(keys: &[BlobKey]) -> Vec<Vec<Value>> {
    keys.iter().map(|key| vec![rows::text(key.as_str())]).collect()
}

#[async_trait]
impl<C: Transaction> WriteTx for SqlTx<C> {
    async fn commit(self: Box<Self>) -> StoreResult<()> {
        self.conn.commit().await
    }
}
