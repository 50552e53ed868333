//! Where downloads go. What a server calls its contents is never trusted with that.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use elizabeth_client::Content;
use elizabeth_core::archive::numbered;
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};

/// What a file is called that is not whole yet.
const PREFIX: &str = ".elizabeth-";

/// Why a content cannot be put where it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error("{0:?} is no name that a file can safely have here; choose one with -o")]
    Unsafe(String),
    #[error("{}: it is there already; replace it with --force", .0.display())]
    Exists(PathBuf),
    #[error("{}: it is a link, and files are not put behind one", .0.display())]
    Link(PathBuf),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl PlaceError {
    /// Whether it is for the name alone that nothing can be put there.
    pub(crate) fn is_of_the_name(&self) -> bool {
        match self {
            Self::Unsafe(_) => true,
            // Of a file system that allows less: too long, or with signs that it cannot have.
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::InvalidFilename | io::ErrorKind::InvalidInput)
            }
            Self::Exists(_) | Self::Link(_) => false,
        }
    }
}

/// A file that appears in its place only once it is whole.
pub(crate) struct Placing {
    temporary: TempPath,
    place: PathBuf,
    force: bool,
}

/// What a content is called in one folder.
pub(crate) fn last_name(content: &Content) -> Result<String, PlaceError> {
    let name = content.entry_name();
    Ok(split(&name)?.1.to_owned())
}

/// Where what has this name goes below a folder, its path kept. Folders on the way are made, and none of them is a
/// link.
pub(crate) fn below(folder: &Path, name: &str) -> Result<PathBuf, PlaceError> {
    let (folders, last) = split(name)?;
    let mut place = folder.to_owned();
    for name in folders.split_terminator('/') {
        place.push(name);
        match fs::symlink_metadata(&place) {
            Ok(metadata) if metadata.is_symlink() => return Err(PlaceError::Link(place)),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir(&place).map_err(|source| PlaceError::Io { path: place.clone(), source })?;
            }
            Err(source) => return Err(PlaceError::Io { path: place, source }),
        }
    }
    Ok(place.join(last))
}

/// A place of its own for what has this name, below a folder and as a path from there: where something else is in the
/// way, the name or the folder's is numbered as in an archive. Folders on the way are made, and none of them is a link.
pub(crate) fn own_below(folder: &Path, name: &str) -> Result<String, PlaceError> {
    let (folders, last) = split(name)?;
    let mut way = String::new();
    for name in folders.split_terminator('/') {
        way = first_that_fits(folder, &way, name, is_folder)?;
        way.push('/');
    }
    first_that_fits(folder, &way, last, |place| match check_free(place, false) {
        Err(PlaceError::Exists(_)) => Ok(false),
        free => free.map(|()| true),
    })
}

/// The first of `name`, `name (2)`, … that fits behind a way below a folder.
fn first_that_fits(
    folder: &Path,
    way: &str,
    name: &str,
    fits: impl Fn(&Path) -> Result<bool, PlaceError>,
) -> Result<String, PlaceError> {
    let mut number = 1;
    loop {
        let name = if number == 1 { name.to_owned() } else { numbered(name, number) };
        let below = format!("{way}{name}");
        if fits(&folder.join(&below))? {
            return Ok(below);
        }
        number += 1;
    }
}

/// Whether a place is a folder, by now.
fn is_folder(place: &Path) -> Result<bool, PlaceError> {
    match fs::create_dir(place) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Ok(fs::symlink_metadata(place).is_ok_and(|there| there.is_dir()))
        }
        Err(source) => Err(PlaceError::Io { path: place.to_owned(), source }),
    }
}

/// A name, cut into its folders and what it is called there.
fn split(name: &str) -> Result<(&str, &str), PlaceError> {
    if name.split('/').all(is_safe) {
        Ok(name.rsplit_once('/').unwrap_or(("", name)))
    } else {
        Err(PlaceError::Unsafe(name.to_owned()))
    }
}

/// Whether a name stands for a file in its folder and for nothing else.
fn is_safe(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..") && !segment.contains(|c: char| c.is_control() || "/\\".contains(c))
}

impl Placing {
    /// Makes a temporary file beside a place.
    pub(crate) fn begin(place: PathBuf, force: bool) -> Result<(Self, tokio::fs::File), PlaceError> {
        check_free(&place, force)?;
        let folder = match place.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        };
        let made = temporary_in(folder);
        let made = made.map_err(|source| PlaceError::Io { path: folder.to_owned(), source })?;
        let (file, temporary) = made.into_parts();
        // Where a file system has no locks, what a killed process leaves is left.
        let _ = file.try_lock();
        Ok((Self { temporary, place, force }, tokio::fs::File::from_std(file)))
    }

    /// Puts the file in its place; what has appeared there meanwhile is not replaced either, unless it may be.
    pub(crate) fn finish(self) -> Result<PathBuf, PlaceError> {
        let placed = if self.force {
            self.temporary.persist(&self.place)
        } else {
            self.temporary.persist_noclobber(&self.place)
        };
        match placed {
            Ok(()) => Ok(self.place),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(PlaceError::Exists(self.place))
            }
            Err(error) => Err(PlaceError::Io { path: self.place, source: error.error }),
        }
    }
}

/// Removes what processes have left in a folder that were killed in the middle: nobody has locked it any more.
pub(crate) fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_temporary =
            path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(PREFIX.as_bytes()));
        if is_temporary
            && fs::symlink_metadata(&path).is_ok_and(|there| there.is_file())
            && fs::File::open(&path).is_ok_and(|file| file.try_lock().is_ok())
        {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// A file can be in a place, and nothing is there or may be replaced.
pub(crate) fn check_free(place: &Path, force: bool) -> Result<(), PlaceError> {
    match fs::symlink_metadata(place) {
        Ok(_) if !force => Err(PlaceError::Exists(place.to_owned())),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(PlaceError::Io { path: place.to_owned(), source }),
    }
}

/// The SHA-256 of the file in a place, hexadecimal; `None` where there is no file.
pub(crate) fn sha256_of(place: &Path) -> Result<Option<String>, PlaceError> {
    if !fs::symlink_metadata(place).is_ok_and(|there| there.is_file()) {
        return Ok(None);
    }
    let failed = |source| PlaceError::Io { path: place.to_owned(), source };
    let mut file = fs::File::open(place).map_err(failed)?;
    let (mut digest, mut piece) = (Sha256::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut piece).map_err(failed)? {
            0 => return Ok(Some(HEXLOWER.encode(&digest.finalize()))),
            read => digest.update(&piece[..read]),
        }
    }
}

/// A temporary file that others may read as far as new files may be read at all.
fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let usual = fs::Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(PREFIX).permissions(usual).tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn content(name: Option<&str>) -> Content {
        serde_json::from_value(serde_json::json!({
            "id": 7,
            "content_type": "file",
            "file_name": name,
            "size": 0,
            "sha256": "0".repeat(64),
            "created_at": "2026-12-01T00:00:00Z",
        }))
        .unwrap()
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["..", "../a", "a/../../b", "/etc/passwd", "a//b", "", ".", "a/", "a\\b", "a\nb", "\0"] {
            assert!(matches!(below(folder.path(), name), Err(PlaceError::Unsafe(_))), "{name:?}");
            assert!(matches!(last_name(&content(Some(name))), Err(PlaceError::Unsafe(_))), "{name:?}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn shapes_are_kept_but_not_behind_links() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let place = below(folder.path(), "a/b/c.txt").unwrap();
        assert_eq!(place, folder.path().join("a/b/c.txt"));
        assert!(folder.path().join("a/b").is_dir());
        assert_eq!(below(folder.path(), "d").unwrap(), folder.path().join("d"));
        assert_eq!(last_name(&content(Some("a/b/c.txt"))).unwrap(), "c.txt");
        assert_eq!(last_name(&content(None)).unwrap(), "file-7");

        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("out")).unwrap();
        let linked = below(folder.path(), "out/deep/x");
        assert!(matches!(linked, Err(PlaceError::Link(_))));
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_in_the_way_is_passed_by() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let own = |name: &str| own_below(folder.path(), name).unwrap();
        assert_eq!((own("a.txt"), own("a.txt")), ("a.txt".to_owned(), "a.txt".to_owned()));
        fs::write(at("a.txt"), "").unwrap();
        fs::write(at("a (2).txt"), "").unwrap();
        std::os::unix::fs::symlink("nowhere", at("a (3).txt")).unwrap();
        assert_eq!(own("a.txt"), "a (4).txt");
        // A file or a link is no folder to put things into.
        std::os::unix::fs::symlink("..", at("out")).unwrap();
        assert_eq!(own("out/b"), "out (2)/b");
        assert_eq!(own("a.txt/b/c"), "a (4).txt/b/c");
        assert_eq!(own("a.txt/b/c"), "a (4).txt/b/c");
        assert_eq!(own("a (4).txt"), "a (4) (2).txt");
        for name in ["../a", "/a", "a//b", "a\nb", ""] {
            let refused = own_below(folder.path(), name).unwrap_err();
            assert!(matches!(refused, PlaceError::Unsafe(_)) && refused.is_of_the_name(), "{name:?}");
        }
        let long = "x".repeat(300);
        for name in [long.clone(), format!("{long}/y")] {
            let place = own_below(folder.path(), &name);
            assert!(place.is_err_and(|error| error.is_of_the_name()));
        }
    }

    #[tokio::test]
    async fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        let (placing, file) = Placing::begin(place.clone(), false).unwrap();
        file.into_std().await.write_all(b"new").unwrap();
        assert!(!place.exists());
        fs::write(&place, "meanwhile").unwrap();
        assert!(matches!(placing.finish(), Err(PlaceError::Exists(_))));
        assert!(matches!(Placing::begin(place.clone(), false), Err(PlaceError::Exists(_))));

        let (placing, file) = Placing::begin(place.clone(), true).unwrap();
        file.into_std().await.write_all(b"new").unwrap();
        assert_eq!(placing.finish().unwrap(), place);
        assert_eq!(fs::read_to_string(&place).unwrap(), "new");
        drop(Placing::begin(folder.path().join("b"), false).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "what is given up leaves nothing");
    }

    #[test]
    fn what_a_killed_process_left_is_swept_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (placing, file) = Placing::begin(folder.path().join("a"), false).unwrap();
        for name in [".elizabeth-left", ".elizabeth", "b"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        sweep(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        assert!(!folder.path().join(".elizabeth-left").exists());
        drop(file);
        placing.finish().unwrap();
    }
}
