use std::collections::BTreeMap;

use axum::http::HeaderMap;
use data_encoding::BASE64;
use elizabeth_core::{content::FileRequest, name::FileName, time::Timestamp};

use super::{UPLOAD_METADATA, invalid, text};
use crate::{headers::telling_type, problem::Problem};

const NAME: &str = "Upload-Metadata";
/// What a file is called that was given no name.
const UNNAMED: &str = "upload.bin";
/// The most bytes that are kept of what a client says of a file.
const MAX_BYTES: usize = 8 << 10;

/// What a client says of a file: names, each with a value in Base64.
#[derive(Debug)]
pub(crate) struct Metadata {
    members: BTreeMap<String, Vec<u8>>,
    /// As it was sent.
    pub(crate) sent: Option<String>,
}

impl Metadata {
    /// Reads `Upload-Metadata`.
    ///
    /// # Errors
    ///
    /// When it is malformed.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let sent = text(headers, &UPLOAD_METADATA, NAME)?.map(str::trim).filter(|sent| !sent.is_empty());
        if sent.is_some_and(|sent| sent.len() > MAX_BYTES) {
            return Err(invalid(NAME, &format!("is longer than {MAX_BYTES} bytes")));
        }
        let mut members = BTreeMap::new();
        for member in sent.iter().flat_map(|sent| sent.split(',')) {
            let (key, value) = member.trim().split_once(' ').unwrap_or((member.trim(), ""));
            if key.is_empty() {
                return Err(invalid(NAME, "has a member without a name"));
            }
            let Ok(value) = BASE64.decode(value.trim().as_bytes()) else {
                return Err(invalid(NAME, &format!("says of {key:?} what is no Base64")));
            };
            if members.insert(key.to_owned(), value).is_some() {
                return Err(invalid(NAME, &format!("names {key:?} twice")));
            }
        }
        Ok(Self { members, sent: sent.map(str::to_owned) })
    }

    /// The file that it describes. Its name is `filename` or `name`, with the folders of `relativePath` where that
    /// ends in it; its type `filetype` or `type`; its limits are `max_downloads` and `expire_at`. The rest is the
    /// client's own.
    ///
    /// # Errors
    ///
    /// When one of these is no text, or no number or time where one is needed.
    pub(crate) fn file(&self, size: u64) -> Result<FileRequest, Problem> {
        let name = self.first(["filename", "name"])?.unwrap_or(UNNAMED);
        let downloads = self.text("max_downloads")?.map(|text| {
            text.parse()
                .map_err(|_| invalid(NAME, "says of \"max_downloads\" what is no number of 1 or more"))
        });
        let expiry = self.text("expire_at")?.map(|text| {
            Timestamp::parse(text)
                .map_err(|error| invalid(NAME, &format!("says of \"expire_at\" what is no time: {error}")))
        });
        Ok(FileRequest::new(self.path_to(name).unwrap_or(name), size)
            .mime(self.first(["filetype", "type"])?.and_then(telling_type).map(str::to_owned))
            .max_downloads(downloads.transpose()?)
            .expire_at(expiry.transpose()?))
    }

    /// A name with its folders. Clients of files without folders send the word `null`, or an address of another form:
    /// what does not end in the name says nothing.
    fn path_to(&self, name: &str) -> Option<&str> {
        let path = std::str::from_utf8(self.members.get("relativePath")?).ok()?;
        let path = path.strip_prefix('/').unwrap_or(path);
        (path.rsplit('/').next() == Some(name) && FileName::parse(path).is_ok()).then_some(path)
    }

    fn first(&self, keys: [&str; 2]) -> Result<Option<&str>, Problem> {
        let [one, other] = keys;
        Ok(match self.text(one)? {
            Some(text) => Some(text),
            None => self.text(other)?,
        })
    }

    fn text(&self, key: &str) -> Result<Option<&str>, Problem> {
        let Some(bytes) = self.members.get(key) else { return Ok(None) };
        let text = std::str::from_utf8(bytes);
        text.map(Some).map_err(|_| invalid(NAME, &format!("says of {key:?} what is no UTF-8")))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn file(members: &[(&str, &str)]) -> Result<FileRequest, String> {
        let member = |(key, value): &(&str, &str)| format!("{key} {}", BASE64.encode(value.as_bytes()));
        read(&members.iter().map(member).collect::<Vec<_>>().join(","))
    }

    fn read(sent: &str) -> Result<FileRequest, String> {
        let mut headers = HeaderMap::new();
        headers.insert(&UPLOAD_METADATA, HeaderValue::from_str(sent).unwrap());
        let read = Metadata::read(&headers).and_then(|metadata| metadata.file(7));
        read.map_err(|problem| problem.text().to_owned())
    }

    fn name(members: &[(&str, &str)]) -> String {
        file(members).unwrap().name
    }

    #[test]
    fn a_file_has_the_name_that_its_client_knows_it_by() {
        assert_eq!(name(&[("filename", "a.txt"), ("name", "b.txt")]), "a.txt");
        assert_eq!(name(&[("name", "grüße.txt")]), "grüße.txt");
        assert_eq!(name(&[]), "upload.bin");
        assert_eq!(name(&[("filename", "a"), ("relativePath", "/x/a")]), "x/a");
        assert_eq!(name(&[("filename", "a"), ("relativePath", "x/y/a")]), "x/y/a");
        for other in ["null", "", "/", "x/b", "../a", "x//a", "x\\a"] {
            assert_eq!(name(&[("filename", "a"), ("relativePath", other)]), "a", "{other}");
        }
    }

    #[test]
    fn types_and_limits_come_along() {
        let mime = |members: &[(&str, &str)]| file(members).unwrap().mime;
        assert_eq!(mime(&[("filetype", "image/png"), ("type", "text/plain")]).as_deref(), Some("image/png"));
        assert_eq!(mime(&[("type", "text/plain")]).as_deref(), Some("text/plain"));
        assert_eq!(mime(&[("type", "application/octet-stream")]), None);
        let limited = file(&[("max_downloads", "3"), ("expire_at", "2026-12-01T00:00:00Z")]).unwrap();
        assert_eq!((limited.max_downloads, limited.size), (Some(3), 7));
        assert_eq!(limited.expire_at, Some(Timestamp::parse("2026-12-01T00:00:00Z").unwrap()));
    }

    #[test]
    fn what_is_malformed_is_named() {
        for (sent, names) in [
            ("filename !", "\"filename\""),
            ("filename YQ==,filename YQ==", "\"filename\" twice"),
            ("filename /w==", "no UTF-8"),
            (",filename YQ==", "without a name"),
            ("max_downloads eA==", "\"max_downloads\""),
            ("expire_at eA==", "\"expire_at\""),
        ] {
            let error = read(sent).unwrap_err();
            assert!(
                error.starts_with("header: Upload-Metadata ") && error.contains(names),
                "{sent}: {error}"
            );
        }
        assert!(
            read(&format!("x {}", "A".repeat(MAX_BYTES))).unwrap_err().contains("longer than 8192 bytes")
        );
        // A word without a value is one of the client's flags.
        assert_eq!(read("is_confidential, filename YQ==").unwrap().name, "a");
    }
}
