use std::{
    io::{self, Write},
    mem,
};

use bytes::Bytes;
use flate2::{Compression, write::DeflateEncoder};

use super::format::Method;

/// Pieces up to this many bytes are deflated in place: that takes less than handing them to another thread.
const SMALL: usize = 16 << 10;

/// Types of `application/…` that are text in truth.
const TEXTS: &[&str] =
    &["graphql", "javascript", "json", "rtf", "sql", "toml", "x-ndjson", "x-sh", "x-subrip", "xml", "yaml"];

/// How contents of a media type are kept: deflated where that is worth it. Images, sound, video, archives and what
/// nobody knows are stored as they are.
pub(super) fn method_of(media_type: &str) -> Method {
    let Ok(parsed) = media_type.parse::<mime::Mime>() else { return Method::Stored };
    let suffix = parsed.suffix().map(|suffix| suffix.as_str());
    let text = match parsed.type_().as_str() {
        "text" => true,
        "application" => TEXTS.contains(&parsed.subtype().as_str()),
        "image" => parsed.subtype() == mime::BMP,
        _ => false,
    };
    if text || matches!(suffix, Some("json" | "xml" | "yaml")) { Method::Deflated } else { Method::Stored }
}

/// Makes of a content's bytes those of its entry.
pub(super) enum Packer {
    Stored,
    Deflated(Box<DeflateEncoder<Vec<u8>>>),
}

impl Packer {
    pub(super) fn new(method: Method) -> Self {
        match method {
            Method::Stored => Self::Stored,
            // An archive is made anew each time it is asked for.
            Method::Deflated => {
                Self::Deflated(Box::new(DeflateEncoder::new(Vec::new(), Compression::fast())))
            }
        }
    }

    /// What can be written once this piece is there; the packer for the next one with it.
    pub(super) async fn pack(self, piece: Bytes) -> io::Result<(Self, Bytes)> {
        match self {
            Self::Stored => Ok((Self::Stored, piece)),
            Self::Deflated(encoder) if piece.len() <= SMALL => deflate(encoder, &piece),
            Self::Deflated(encoder) => tokio::task::spawn_blocking(move || deflate(encoder, &piece)).await?,
        }
    }

    /// What is left to be written behind the last piece.
    pub(super) fn finish(self) -> io::Result<Bytes> {
        match self {
            Self::Stored => Ok(Bytes::new()),
            Self::Deflated(encoder) => Ok(encoder.finish()?.into()),
        }
    }
}

fn deflate(mut encoder: Box<DeflateEncoder<Vec<u8>>>, piece: &[u8]) -> io::Result<(Packer, Bytes)> {
    encoder.write_all(piece)?;
    let packed = mem::take(encoder.get_mut());
    Ok((Packer::Deflated(encoder), packed.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_already_is_stored() {
        for (media_type, method) in [
            ("text/plain", Method::Deflated),
            ("text/html; charset=utf-8", Method::Deflated),
            ("application/json", Method::Deflated),
            ("application/ld+json", Method::Deflated),
            ("image/svg+xml", Method::Deflated),
            ("image/png", Method::Stored),
            ("video/mp4", Method::Stored),
            ("audio/mpeg", Method::Stored),
            ("application/zip", Method::Stored),
            ("application/pdf", Method::Stored),
            ("application/octet-stream", Method::Stored),
            ("nonsense", Method::Stored),
        ] {
            assert_eq!(method_of(media_type), method, "{media_type}");
        }
    }
}
