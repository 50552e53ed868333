use axum::http::HeaderMap;
use data_encoding::BASE64;
use sha2::digest::DynDigest;

use super::{UPLOAD_CHECKSUM, invalid, text};
use crate::problem::{Problem, RequestCode};

/// What a piece may be hashed by.
pub(crate) const ALGORITHMS: &str = "sha1,sha256,md5";

/// What a piece must hash to, and what it hashes to so far.
pub(crate) struct Checksum {
    hasher: Box<dyn DynDigest + Send>,
    expected: Vec<u8>,
}

impl Checksum {
    /// Reads `Upload-Checksum`; `None` where it is not there.
    ///
    /// # Errors
    ///
    /// When it names another algorithm, or a value that cannot be one of it.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let Some(value) = text(headers, &UPLOAD_CHECKSUM, "Upload-Checksum")? else { return Ok(None) };
        let (algorithm, encoded) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
        let hasher: Box<dyn DynDigest + Send> = match algorithm {
            "sha1" => Box::new(sha1::Sha1::default()),
            "sha256" => Box::new(sha2::Sha256::default()),
            "md5" => Box::new(md5::Md5::default()),
            _ => {
                let what = format!("names an algorithm that is not one of {ALGORITHMS}");
                return Err(invalid("Upload-Checksum", &what));
            }
        };
        let expected = BASE64.decode(encoded.trim().as_bytes()).ok();
        let expected = expected.filter(|bytes| bytes.len() == hasher.output_size());
        let what = format!("holds no {algorithm} in Base64");
        Ok(Some(Self { expected: expected.ok_or_else(|| invalid("Upload-Checksum", &what))?, hasher }))
    }

    /// Takes bytes in.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Compares, once everything has come.
    ///
    /// # Errors
    ///
    /// 460, which is the protocol's own.
    pub(crate) fn check(self) -> Result<(), Problem> {
        if *self.hasher.finalize() == *self.expected {
            return Ok(());
        }
        Err(Problem::new(RequestCode::ChecksumMismatch, "the piece does not hash to its Upload-Checksum"))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(value: &str) -> Result<Option<Checksum>, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(&UPLOAD_CHECKSUM, HeaderValue::from_str(value).unwrap());
        Checksum::read(&headers)
    }

    /// What is known of the hashes of "hello world".
    #[test]
    fn a_piece_hashes_to_what_is_said() {
        for value in [
            "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
            "sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=",
            "md5 XrY7u+Ae7tCTyyK7j1rNww==",
        ] {
            for (bytes, same) in [("hello world", true), ("hello worle", false)] {
                let mut checksum = read(value).unwrap().unwrap();
                let (head, tail) = bytes.split_at(5);
                checksum.update(head.as_bytes());
                checksum.update(tail.as_bytes());
                let status = checksum.check().map_err(|problem| problem.status().as_u16());
                assert_eq!(status, if same { Ok(()) } else { Err(460) }, "{value}");
            }
        }
        assert!(Checksum::read(&HeaderMap::new()).unwrap().is_none());
    }

    #[test]
    fn what_cannot_be_one_is_refused() {
        for bad in ["", "sha1", "sha1 !", "sha1 XrY7u+Ae7tCTyyK7j1rNww==", "crc32 AAAAAA==", "SHA1 Kq5s"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
