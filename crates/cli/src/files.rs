//! The files that are to be sent, and what they will be called.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use elizabeth_client::LocalFile;
use unicode_normalization::UnicodeNormalization;

/// Files, and what was left out.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) files: Vec<LocalFile>,
    pub(crate) remarks: Vec<String>,
}

/// What cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilesError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}: its name is no UTF-8", .0.display())]
    Name(PathBuf),
    #[error("{}: it is no regular file; pipe it in with - and --name", .0.display())]
    Kind(PathBuf),
    #[error("two files would be called {0}")]
    Twice(String),
    #[error("there is nothing to send")]
    Nothing,
    #[error("a name goes for one file, and there are {0}")]
    Rename(usize),
    #[error("standard input needs a name: --name")]
    Nameless,
    #[error("standard input cannot be kept until it is sent: {0}")]
    Spool(io::Error),
}

/// Finds what arguments stand for: files by their last name, folders with everything in them by the folder's name and
/// the path below it, `-` for standard input. `name` is for a single file. Standard input is read to its end.
pub(crate) fn find(arguments: &[PathBuf], name: Option<&str>) -> Result<Found, FilesError> {
    let mut found = Found::default();
    for argument in arguments {
        if argument.as_os_str() == "-" {
            let name = name.ok_or(FilesError::Nameless)?;
            found.files.push(spool(&mut io::stdin().lock(), name)?);
            continue;
        }
        let metadata = fs::metadata(argument).map_err(|source| unreadable(argument, source))?;
        // What has no last name, as `.`, gives its contents alone.
        let base = argument.file_name().map(|name| utf8(name, argument)).transpose()?.unwrap_or_default();
        if metadata.is_dir() {
            walk(argument, &base, &mut found)?;
        } else if metadata.is_file() {
            found.files.push(LocalFile::at(argument.clone(), base, metadata.len()));
        } else {
            return Err(FilesError::Kind(argument.clone()));
        }
    }
    match (name, found.files.as_mut_slice()) {
        (_, []) => return Err(FilesError::Nothing),
        (Some(name), [file]) => name.clone_into(&mut file.name),
        (Some(_), files) => return Err(FilesError::Rename(files.len())),
        (None, _) => {}
    }
    let mut names = BTreeSet::new();
    for file in &found.files {
        if !names.insert(file.name.nfc().collect::<String>()) {
            return Err(FilesError::Twice(file.name.clone()));
        }
    }
    Ok(found)
}

/// Adds what is in a folder, in the order of the names. Links are not followed: they could lead anywhere.
fn walk(folder: &Path, name: &str, found: &mut Found) -> Result<(), FilesError> {
    let entries = fs::read_dir(folder).map_err(|source| unreadable(folder, source))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()
        .map_err(|source| unreadable(folder, source))?;
    paths.sort();
    for path in paths {
        let last = utf8(path.file_name().unwrap_or_default(), &path)?;
        let name = if name.is_empty() { last } else { format!("{name}/{last}") };
        let metadata = fs::symlink_metadata(&path).map_err(|source| unreadable(&path, source))?;
        if metadata.is_dir() {
            walk(&path, &name, found)?;
        } else if metadata.is_file() {
            found.files.push(LocalFile::at(path, name, metadata.len()));
        } else {
            found.remarks.push(format!("{}: it is no regular file, and is left out", path.display()));
        }
    }
    Ok(())
}

/// Keeps a stream in a temporary file: a server wants to know a size before the first byte.
fn spool(input: &mut impl io::Read, name: &str) -> Result<LocalFile, FilesError> {
    let mut file = tempfile::tempfile().map_err(FilesError::Spool)?;
    let size = io::copy(input, &mut file).map_err(FilesError::Spool)?;
    Ok(LocalFile::open_already(file, name.to_owned(), size))
}

fn utf8(name: &OsStr, path: &Path) -> Result<String, FilesError> {
    name.to_str().map(str::to_owned).ok_or_else(|| FilesError::Name(path.to_owned()))
}

fn unreadable(path: &Path, source: io::Error) -> FilesError {
    FilesError::Unreadable { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    fn names(found: &Found) -> Vec<&str> {
        found.files.iter().map(|file| file.name.as_str()).collect()
    }

    #[test]
    fn folders_keep_their_shape_and_links_are_left_out() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("photos");
        fs::create_dir_all(folder.join("2026/empty")).unwrap();
        fs::write(folder.join("2026/b.jpg"), "bb").unwrap();
        fs::write(folder.join("a.jpg"), "a").unwrap();
        std::os::unix::fs::symlink("/etc/hostname", folder.join("link")).unwrap();
        std::os::unix::fs::symlink("..", folder.join("loop")).unwrap();
        let found = find(std::slice::from_ref(&folder), None).unwrap();
        assert_eq!(names(&found), ["photos/2026/b.jpg", "photos/a.jpg"]);
        assert_eq!(found.files[0].size, 2);
        assert_eq!(found.remarks.len(), 2, "{:?}", found.remarks);
        let inside = find(&[folder.join("..").join("photos/2026/..")], None).unwrap();
        assert_eq!(names(&inside), ["2026/b.jpg", "a.jpg"]);
    }

    #[test]
    fn names_are_distinct_and_given_to_one() {
        let place = tempfile::tempdir().unwrap();
        let (a, b) = (place.path().join("x.txt"), place.path().join("b/x.txt"));
        fs::create_dir(place.path().join("b")).unwrap();
        fs::write(&a, "").unwrap();
        fs::write(&b, "").unwrap();
        assert_eq!(names(&find(std::slice::from_ref(&a), Some("y/z")).unwrap()), ["y/z"]);
        let error = |arguments: &[PathBuf], name| find(arguments, name).unwrap_err().to_string();
        assert_eq!(error(&[a.clone(), b.clone()], None), "two files would be called x.txt");
        assert_eq!(error(&[a, b], Some("y")), "a name goes for one file, and there are 2");
        assert_eq!(error(&["-".into()], None), "standard input needs a name: --name");
        let missing = place.path().join("missing");
        assert!(error(std::slice::from_ref(&missing), None).starts_with(&missing.display().to_string()));
        assert!(error(&["/dev/null".into()], None).contains("no regular file"));
    }

    #[tokio::test]
    async fn what_is_piped_in_can_be_read_more_than_once() {
        let file = spool(&mut &b"piped"[..], "a").unwrap();
        assert_eq!(file.size, 5);
        for _ in 0..2 {
            let mut text = String::new();
            file.open().await.unwrap().read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "piped");
        }
    }
}
