//! Reading and writing through OpenDAL alone, for stores that have no better way.

use std::{future::ready, ops::Range};

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, BlobStream, BlobWriter},
};
use futures::{StreamExt, stream};
use opendal::{Buffer, BufferStream, Operator};

use crate::error::{from_opendal, unavailable};

/// A blob being written as one object.
pub(crate) struct ObjectWriter(opendal::Writer);

impl ObjectWriter {
    pub(crate) async fn create(operator: &Operator, key: &BlobKey) -> Result<Self, BlobError> {
        operator.writer(key.as_str()).await.map(Self).map_err(from_opendal)
    }
}

#[async_trait]
impl BlobWriter for ObjectWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.0.write(bytes).await.map_err(from_opendal)
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        self.0.close().await.map(drop).map_err(from_opendal)
    }
}

/// A range of an object.
pub(crate) async fn read(
    operator: &Operator,
    key: &BlobKey,
    range: Range<u64>,
) -> Result<BlobStream, BlobError> {
    if range.is_empty() {
        operator.stat(key.as_str()).await.map_err(from_opendal)?;
        return Ok(stream::empty().boxed());
    }
    let reader = operator.reader(key.as_str()).await.map_err(from_opendal)?;
    let mut source = reader.into_stream(range.clone()).await.map_err(from_opendal)?;
    // OpenDAL asks the store when the first bytes are wanted. To want them here costs no request more, and
    // reports a missing blob before the caller has promised anything to anybody.
    let first = match source.next().await.transpose().map_err(from_opendal) {
        Err(missing @ BlobError::Missing(_)) => return Err(missing),
        Err(error) => Err(error),
        Ok(buffer) => Ok(buffer.unwrap_or_default()),
    };
    let left = range.end - range.start;
    let pieces = stream::try_unfold((Some(first), source, left), next_buffer).map(|buffer| match buffer {
        Ok(buffer) => stream::iter(Iterator::map(buffer, Ok)).left_stream(),
        Err(error) => stream::once(ready(Err(error))).right_stream(),
    });
    Ok(pieces.flatten().boxed())
}

type Progress = (Option<Result<Buffer, BlobError>>, BufferStream, u64);

async fn next_buffer((first, mut source, left): Progress) -> Result<Option<(Buffer, Progress)>, BlobError> {
    if left == 0 {
        return Ok(None);
    }
    let buffer = match first {
        Some(first) => first?,
        None => source.next().await.transpose().map_err(from_opendal)?.unwrap_or_default(),
    };
    let left =
        left.checked_sub(buffer.len() as u64).ok_or_else(|| unavailable("more bytes than asked for"))?;
    if buffer.is_empty() {
        return Err(unavailable(format!("the blob ends {left} bytes early")));
    }
    Ok(Some((buffer, (None, source, left))))
}
