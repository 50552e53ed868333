use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, header},
};
use bytes::{Buf, Bytes, BytesMut};
use elizabeth_core::Error;
use futures::StreamExt;
use memchr::memmem::{self, Finder};

use super::transfer::Source;
use crate::{
    headers::Disposition,
    problem::{Problem, RequestCode},
};

/// The most bytes of a part's headers, and of what may stand before the first part.
const HEADERS_MAX: usize = 16 << 10;

/// What separates the parts: 1 to 70 characters (RFC 2046, section 5.1.1).
pub(crate) struct Boundary(String);

impl Boundary {
    /// Reads it in a request's `Content-Type`.
    ///
    /// # Errors
    ///
    /// When the body is of another type, or no boundary is named.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = named.and_then(|text| text.parse::<mime::Mime>().ok());
        let form = media_type.filter(|mime| mime.essence_str() == mime::MULTIPART_FORM_DATA.essence_str());
        let form = form.ok_or_else(|| {
            let text = "expected a body of the type multipart/form-data";
            Problem::new(RequestCode::UnsupportedMediaType, text)
        })?;
        let boundary = form.get_param(mime::BOUNDARY).and_then(|name| Self::parse(name.as_str()));
        let text = "the Content-Type names no boundary";
        boundary.ok_or_else(|| Problem::new(RequestCode::InvalidMultipart, text))
    }

    /// Takes a boundary from a `Content-Type`'s parameter.
    pub(super) fn parse(text: &str) -> Option<Self> {
        (1..=70).contains(&text.len()).then(|| Self(text.to_owned()))
    }
}

/// Why a multipart body cannot be read on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MultipartError {
    /// The connection or the body ended too early.
    #[error("the body ended before its last boundary")]
    Incomplete,
    /// Headers without an end, or no boundary where one should be.
    #[error("the body is not well-formed: {0}")]
    Malformed(&'static str),
}

/// A `multipart/form-data` body (RFC 7578), read as it arrives.
///
/// Pieces of a part's data are handed on as they came, not copied, and nothing is gathered but headers: what is
/// held in memory is one piece of the body, whatever a client sends.
pub(crate) struct Multipart {
    body: BodyDataStream,
    buffer: Bytes,
    delimiter: Finder<'static>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first boundary; so many bytes were skipped.
    Preamble(usize),
    /// Behind a boundary.
    Boundary,
    /// In a part's data.
    Data,
    /// Behind the last boundary.
    Epilogue,
}

impl Multipart {
    /// Reads a body.
    pub(crate) fn new(body: Body, boundary: &Boundary) -> Self {
        let delimiter = format!("\r\n--{}", boundary.0).into_bytes();
        Self {
            body: body.into_data_stream(),
            // The first boundary may stand at the very start, without the line break that belongs to the others.
            buffer: Bytes::from_static(b"\r\n"),
            delimiter: Finder::new(&delimiter).into_owned(),
            state: State::Preamble(0),
        }
    }

    /// The next part; the data of the one before must have been read to its end. `None` behind the last, once the
    /// whole body has arrived.
    pub(crate) async fn next_part(&mut self) -> Result<Option<Disposition>, MultipartError> {
        loop {
            match self.state {
                State::Preamble(skipped) => {
                    if let Some(at) = self.delimiter.find(&self.buffer) {
                        self.buffer.advance(at + self.delimiter.needle().len());
                        self.state = State::Boundary;
                        continue;
                    }
                    let skip = self.buffer.len() - self.tail();
                    if skipped + skip > HEADERS_MAX {
                        return Err(MultipartError::Malformed("it does not begin with its boundary"));
                    }
                    self.buffer.advance(skip);
                    self.state = State::Preamble(skipped + skip);
                    self.fill().await?;
                }
                State::Boundary if self.buffer.starts_with(b"--") => self.state = State::Epilogue,
                State::Boundary => {
                    // From the line break that ends the boundary's line to the empty line: there may be no headers.
                    let window = &self.buffer[..self.buffer.len().min(HEADERS_MAX)];
                    if window.len() >= 2
                        && let Some(at) = memmem::find(window, b"\r\n\r\n")
                    {
                        let headers = self.buffer.split_to(at);
                        self.buffer.advance(4);
                        self.state = State::Data;
                        return Ok(Some(read_headers(&headers)?));
                    }
                    if self.buffer.len() >= HEADERS_MAX {
                        return Err(MultipartError::Malformed("the headers of a part are too long"));
                    }
                    self.fill().await?;
                }
                State::Data => return Err(MultipartError::Malformed("a part was not read to its end")),
                State::Epilogue => {
                    while let Some(piece) = self.body.next().await {
                        piece.map_err(|_| MultipartError::Incomplete)?;
                    }
                    return Ok(None);
                }
            }
        }
    }

    /// The next piece of the current part's data, never empty; `None` at its end. Safe to cancel.
    pub(crate) async fn data(&mut self) -> Result<Option<Bytes>, MultipartError> {
        while self.state == State::Data {
            if let Some(at) = self.delimiter.find(&self.buffer) {
                let piece = self.buffer.split_to(at);
                self.buffer.advance(self.delimiter.needle().len());
                self.state = State::Boundary;
                return Ok((!piece.is_empty()).then_some(piece));
            }
            let ready = self.buffer.len() - self.tail();
            if ready > 0 {
                return Ok(Some(self.buffer.split_to(ready)));
            }
            self.fill().await?;
        }
        Ok(None)
    }

    /// How many bytes at the buffer's end could be the beginning of a boundary.
    fn tail(&self) -> usize {
        let needle = self.delimiter.needle();
        let longest = self.buffer.len().min(needle.len() - 1);
        (1..=longest).rev().find(|&n| self.buffer.ends_with(&needle[..n])).unwrap_or(0)
    }

    async fn fill(&mut self) -> Result<(), MultipartError> {
        let Some(Ok(piece)) = self.body.next().await else { return Err(MultipartError::Incomplete) };
        if self.buffer.is_empty() {
            self.buffer = piece;
        } else {
            let mut joined = BytesMut::with_capacity(self.buffer.len() + piece.len());
            joined.extend_from_slice(&self.buffer);
            joined.extend_from_slice(&piece);
            self.buffer = joined.freeze();
        }
        Ok(())
    }
}

impl From<MultipartError> for Problem {
    fn from(error: MultipartError) -> Self {
        Self::new(RequestCode::InvalidMultipart, error.to_string())
    }
}

impl Source for Multipart {
    async fn next_file(&mut self) -> Result<Option<String>, Problem> {
        let Some(part) = self.next_part().await? else { return Ok(None) };
        let nameless = || Error::ManifestMismatch("a part has no file name".to_owned());
        Ok(Some(part.file_name.ok_or_else(nameless)?))
    }

    async fn data(&mut self) -> Result<Option<Bytes>, Problem> {
        Ok(Self::data(self).await?)
    }

    fn into_body(self) -> Body {
        Body::from_stream(self.body)
    }
}

/// Reads a part's header lines, the rest of the boundary's line in front.
fn read_headers(block: &[u8]) -> Result<Disposition, MultipartError> {
    let text = std::str::from_utf8(block)
        .map_err(|_| MultipartError::Malformed("the headers of a part are no UTF-8"))?;
    let mut lines = text.split("\r\n");
    if lines.next().is_some_and(|padding| !padding.trim().is_empty()) {
        return Err(MultipartError::Malformed("there is more than a boundary in its line"));
    }
    let disposition = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    });
    Ok(disposition.map(Disposition::read).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use proptest::prelude::*;

    use super::*;

    type Parts = Vec<(Option<String>, Vec<u8>)>;

    /// Reads a body that arrives in pieces of these sizes, over and over.
    fn read(body: &[u8], sizes: &[usize]) -> Result<Parts, MultipartError> {
        let mut rest = Bytes::copy_from_slice(body);
        let mut sizes = sizes.iter().cycle();
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            let n = sizes.next().copied().unwrap_or(usize::MAX).clamp(1, rest.len());
            pieces.push(Ok::<_, std::io::Error>(rest.split_to(n)));
        }
        let stream = Body::from_stream(futures::stream::iter(pieces));
        let mut multipart = Multipart::new(stream, &Boundary::parse("XyZ").unwrap());
        block_on(async {
            let mut parts = Vec::new();
            while let Some(part) = multipart.next_part().await? {
                let mut data = Vec::new();
                while let Some(piece) = multipart.data().await? {
                    assert!(!piece.is_empty());
                    data.extend_from_slice(&piece);
                }
                parts.push((part.file_name, data));
            }
            Ok(parts)
        })
    }

    fn write(parts: &Parts) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, data) in parts {
            body.extend_from_slice(b"--XyZ\r\nContent-Disposition: form-data; name=\"f\"");
            if let Some(name) = name {
                body.extend_from_slice(format!("; filename=\"{name}\"").as_bytes());
            }
            body.extend_from_slice(b"\r\ncontent-type: x/y\r\n\r\n");
            body.extend_from_slice(data);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--XyZ--\r\n");
        body
    }

    proptest! {
        /// However a body is cut into pieces, and however much its data looks like boundaries, it reads the same.
        #[test]
        fn pieces_do_not_matter(
            parts in proptest::collection::vec(
                (proptest::option::of("[a-zé/ .]{0,9}"), "([-XyZ\r\n]|\r\n--Xy|a){0,40}"), 0..4),
            sizes in proptest::collection::vec(1usize..30, 1..5),
        ) {
            let parts: Parts = parts.into_iter().map(|(name, data)| (name, data.into_bytes())).collect();
            prop_assume!(parts.iter().all(|(_, data)| memmem::find(&[b"\r\n", &data[..]].concat(), b"\r\n--XyZ").is_none()));
            let body = write(&parts);
            prop_assert_eq!(read(&body, &sizes), Ok(parts.clone()));
            prop_assert_eq!(read(&body, &[usize::MAX]), Ok(parts));
        }

        /// A body that is cut off anywhere before its end is never taken for whole.
        #[test]
        fn a_truncated_body_is_an_error(cut in 0usize..1000, sizes in proptest::collection::vec(1usize..30, 1..5)) {
            let body = write(&vec![(Some("a".into()), vec![b'x'; 50]), (None, vec![])]);
            let end = body.len() - b"--\r\n".len();
            prop_assert_eq!(read(&body[..cut % end], &sizes), Err(MultipartError::Incomplete));
        }
    }

    #[test]
    fn odd_bodies_are_read_or_refused() {
        assert_eq!(read(b"--XyZ--", &[1]), Ok(vec![]));
        assert_eq!(read(b"hello\r\n--XyZ \r\n\r\nx\r\n--XyZ--", &[3]), Ok(vec![(None, b"x".to_vec())]));
        assert!(matches!(read(b"--XyZabc\r\n\r\nx\r\n--XyZ--", &[9]), Err(MultipartError::Malformed(_))));
        let endless = [b"--XyZ\r\nA: ".to_vec(), vec![b'a'; 1 << 20]].concat();
        assert!(matches!(read(&endless, &[4096]), Err(MultipartError::Malformed(_))));
        assert!(matches!(read(&vec![b'a'; 1 << 20], &[4096]), Err(MultipartError::Malformed(_))));
    }
}
