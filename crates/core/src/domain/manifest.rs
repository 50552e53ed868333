//! What an upload promises: the files as they are announced, and the space held for them.

use std::collections::BTreeSet;

use crate::{
    counts::Rows,
    domain::{
        content_limits::{check_expire_at, check_max_downloads},
        invalid::Invalid,
        stored,
    },
    id::{ReservationId, RoomId, SessionId},
    name::FileName,
    policy::{MANIFEST_FILES_MAX, MEDIA_TYPE_MAX_BYTES, SIZE_MAX},
    quota::Hold,
    settable::settable,
    time::Timestamp,
};

/// One file that an upload promises. As JSON it is a stored format: never rename a member.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ManifestFile {
    /// Its name.
    #[serde(with = "stored::name")]
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// Its media type.
    pub mime_type: String,
    /// How many downloads it is to allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_downloads: Option<u64>,
    /// The first instant at which it is to be gone.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "stored::micros")]
    pub expire_at: Option<Timestamp>,
}

settable! {
    /// A file as a client announces it.
    #[derive(Clone, Debug)]
    pub struct FileRequest {
        /// Its name.
        pub name: String,
        /// Bytes.
        pub size: u64,
        /// Its media type; guessed from the name when left out.
        pub mime: Option<String>,
        /// How many downloads it is to allow; at least 1.
        pub max_downloads: Option<u64>,
        /// The first instant at which it is to be gone.
        pub expire_at: Option<Timestamp>,
    }
}

impl ManifestFile {
    /// The row of the content that it is going to become.
    pub fn row(&self) -> Rows {
        Rows::one(self.name.as_str().len())
    }
}

impl FileRequest {
    /// A file of a name and a size in bytes, of the type its name suggests, without limits.
    pub fn new(name: impl Into<String>, size: u64) -> Self {
        Self { name: name.into(), size, mime: None, max_downloads: None, expire_at: None }
    }
}

/// What an upload promises: 1 to 1,000 files of distinct names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    files: Vec<ManifestFile>,
    total: u64,
}

impl Manifest {
    /// What it costs the room: the rows that its files are going to have, and its own.
    pub fn rows(&self) -> Rows {
        Rows::promised(self.files.iter().map(ManifestFile::row))
    }

    /// Reads what a client announces.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, by the file's name.
    pub fn parse(files: Vec<FileRequest>, now: Timestamp) -> Result<Self, Invalid> {
        if files.is_empty() || files.len() > MANIFEST_FILES_MAX {
            return Err(Invalid::ManifestCount(files.len()));
        }
        let mut names = BTreeSet::new();
        let mut total: u64 = 0;
        let mut parsed = Vec::with_capacity(files.len());
        for file in files {
            let name = FileName::parse(&file.name)?;
            let size = file.size;
            if size > SIZE_MAX {
                return Err(Invalid::FileSize { name, size: size.into() });
            }
            total = total.checked_add(size).filter(|&sum| sum <= SIZE_MAX).ok_or(Invalid::ManifestTotal)?;
            if !names.insert(name.clone()) {
                return Err(Invalid::DoubledName(name));
            }
            let max_downloads = check_max_downloads(file.max_downloads)?;
            let expire_at = check_expire_at(file.expire_at, now)?;
            let mime_type = media_type(file.mime.as_deref(), &name);
            parsed.push(ManifestFile { name, size, mime_type, max_downloads, expire_at });
        }
        Ok(Self { files: parsed, total })
    }

    /// Takes a manifest back from a store that keeps only manifests that were parsed.
    pub fn from_stored(files: Vec<ManifestFile>) -> Self {
        let total = files.iter().map(|file| file.size).fold(0, u64::saturating_add);
        Self { files, total }
    }

    /// The files, in the order they were announced.
    pub fn files(&self) -> &[ManifestFile] {
        &self.files
    }

    /// The sum of their sizes.
    pub fn total(&self) -> u64 {
        self.total
    }
}

/// The media type that a client named, or the one that the file's name suggests. What a client names is a hint, and many
/// name what is none: no file is refused for it.
fn media_type(named: Option<&str>, name: &FileName) -> String {
    let named = named.filter(|text| text.len() <= MEDIA_TYPE_MAX_BYTES);
    let parsed = named.and_then(|text| text.parse::<mime::Mime>().ok());
    let parsed = parsed.filter(|mime| mime.type_() != mime::STAR && mime.subtype() != mime::STAR);
    let guessed = || mime_guess::from_path(name.last_segment()).first_or_octet_stream();
    parsed.unwrap_or_else(guessed).to_string()
}

/// Space held for an upload that was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Its number.
    pub id: ReservationId,
    /// Its room.
    pub room_id: RoomId,
    /// The session that made it, and alone may use it.
    pub sid: SessionId,
    /// The space and its deadline.
    pub hold: Hold,
    /// What was promised.
    pub manifest: Manifest,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: u64) -> FileRequest {
        FileRequest::new(name, size)
    }

    #[test]
    fn manifests_are_read_or_refused_by_name() {
        let now = Timestamp::EPOCH;
        let max = SIZE_MAX;
        let read = |files| Manifest::parse(files, now);
        let good = read(vec![file("a.png", 0), file("b/c.txt", 7)]).unwrap();
        assert_eq!((good.total(), good.files()[0].mime_type.as_str()), (7, "image/png"));
        assert_eq!(read(vec![]), Err(Invalid::ManifestCount(0)));
        assert_eq!(
            read((0..1001).map(|i| file(&i.to_string(), 1)).collect()),
            Err(Invalid::ManifestCount(1001))
        );
        assert!(matches!(read(vec![file("a", max + 1)]), Err(Invalid::FileSize { .. })));
        assert_eq!(read(vec![file("a", max), file("b", 1)]), Err(Invalid::ManifestTotal));
        assert!(matches!(
            read(vec![file("caf\u{e9}", 1), file("cafe\u{301}", 1)]),
            Err(Invalid::DoubledName(_))
        ));
        let long = format!("text/{}", "x".repeat(MEDIA_TYPE_MAX_BYTES));
        for mime in ["", "garbage", "undefined", "text/html\r\nx: y", "*/*", "text/*", &long] {
            for (name, guessed) in [("a", "application/octet-stream"), ("a.png", "image/png")] {
                let odd = FileRequest { mime: Some(mime.into()), ..file(name, 1) };
                assert_eq!(read(vec![odd]).unwrap().files()[0].mime_type, guessed, "{mime}");
            }
        }
    }
}
