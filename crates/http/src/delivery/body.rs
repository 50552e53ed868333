use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use elizabeth_core::ports::BlobStream;
use hyper::body::{Body, Frame, SizeHint};
use tracing::Span;

/// A body of exactly so many bytes. When they cannot be had it fails, which breaks the connection: it never ends
/// as if it were whole.
pub(super) struct ExactBody {
    stream: BlobStream,
    left: u64,
    /// The request's span: the body is sent after the request was logged.
    span: Span,
}

impl ExactBody {
    /// A body that sends a stream of this many bytes.
    pub(super) fn new(stream: BlobStream, size: u64) -> Self {
        Self { stream, left: size, span: Span::current() }
    }

    fn fail(&mut self, why: &dyn std::fmt::Display) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let _entered = self.span.enter();
        tracing::error!(error = %why, left = self.left, "a download broke off");
        Poll::Ready(Some(Err(io::Error::other("a download broke off"))))
    }
}

impl Body for ExactBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.stream.as_mut().poll_next(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(Ok(bytes))) => match self.left.checked_sub(bytes.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Poll::Ready(Some(Ok(Frame::data(bytes))))
                }
                None => self.fail(&"there are more bytes than the content has"),
            },
            Poll::Ready(Some(Err(error))) => self.fail(&error),
            Poll::Ready(None) if self.left == 0 => Poll::Ready(None),
            Poll::Ready(None) => self.fail(&"there are fewer bytes than the content has"),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
