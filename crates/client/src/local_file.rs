use std::{
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::fs::File;

/// A file to be sent. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LocalFile {
    source: Source,
    /// What it will be called, perhaps a relative path.
    pub name: String,
    /// Bytes, as it was found. One that grows meanwhile is sent as it was.
    pub size: u64,
}

#[derive(Clone, Debug)]
enum Source {
    Path(PathBuf),
    /// An open file, which may be without a name: what came by standard input.
    Open(Arc<std::fs::File>),
}

/// What a file is known by as the same, as far as the system tells: where it is stored, its size, and when it was
/// written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    written: (i64, i64),
}

impl LocalFile {
    /// A regular file, to be called by the last name of its path. The file system is asked for its size.
    ///
    /// # Errors
    ///
    /// When it cannot be looked at, is no regular file, or its name is no UTF-8.
    pub fn find(path: &Path) -> io::Result<Self> {
        let metadata = path.metadata()?;
        let name = path.file_name().and_then(|name| name.to_str()).filter(|_| metadata.is_file());
        let name = name.ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file with a name in UTF-8")
        })?;
        Ok(Self::at(path.to_owned(), name.to_owned(), metadata.len()))
    }

    /// A file by its path, of which so many bytes are to be sent. Nothing is looked at yet.
    pub fn at(path: PathBuf, name: String, size: u64) -> Self {
        Self { source: Source::Path(path), name, size }
    }

    /// An open file, of which so many bytes from its beginning are to be sent. Its position is moved.
    pub fn open_already(file: std::fs::File, name: String, size: u64) -> Self {
        Self { source: Source::Open(Arc::new(file)), name, size }
    }

    /// Opens it, at its beginning.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub async fn open(&self) -> io::Result<File> {
        match &self.source {
            Source::Path(path) => File::open(path).await,
            Source::Open(file) => {
                let mut file = File::from_std(file.try_clone()?);
                tokio::io::AsyncSeekExt::rewind(&mut file).await?;
                Ok(file)
            }
        }
    }

    /// Whether another process can read it again later.
    pub fn is_lasting(&self) -> bool {
        matches!(self.source, Source::Path(_))
    }

    /// What it is known by now.
    pub(crate) async fn stamp(&self) -> io::Result<Stamp> {
        let metadata = match &self.source {
            Source::Path(path) => tokio::fs::metadata(path).await?,
            Source::Open(file) => file.metadata()?,
        };
        Ok(Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            written: (metadata.mtime(), metadata.mtime_nsec()),
        })
    }
}
