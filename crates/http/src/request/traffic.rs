//! Bodies whose bytes are counted as they pass.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{Error, body::Body};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// Who counts the bytes of a body. It is dropped with the body: at its end, or where it broke off.
pub(super) trait Tally: Send + Unpin + 'static {
    /// So many more bytes have passed.
    fn count(&mut self, bytes: u64);
}

/// A body whose bytes are counted.
struct Counted<T> {
    body: Body,
    tally: T,
}

/// Counts the bytes of a body.
pub(super) fn counted(body: Body, tally: impl Tally) -> Body {
    Body::new(Counted { body, tally })
}

impl<T: Tally> HttpBody for Counted<T> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(bytes) = frame.data_ref()
        {
            self.tally.count(bytes.len() as u64);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
