//! Secrets that come in a file: each option that takes a secret has a twin, `--…-file`, of this type. What stands on a
//! command line every user of the machine can read.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    str::FromStr,
};

use crate::{error::WiringError, parse::read_by_clap};

/// The most bytes a secret's file may have.
const FILE_MAX: u64 = 64 << 10;
/// The bits of a file's mode by which others than its owner and its group may read or change it.
const OTHERS: u32 = 0o006;

/// A value that stands in a file, read and understood. One line break at its end does not belong to it.
#[derive(Clone, Debug)]
pub struct FromFile<T> {
    value: T,
    path: PathBuf,
    others_read: bool,
}

impl<T: FromStr<Err = String>> FromStr for FromFile<T> {
    type Err = String;

    /// What stands in the file is not repeated.
    fn from_str(path: &str) -> Result<Self, String> {
        let named = |error: &dyn std::fmt::Display| format!("{path}: {error}");
        let (text, mode) = read(path).map_err(|error| named(&error))?;
        let line = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
        let value = line.parse().map_err(|error: String| named(&error))?;
        Ok(Self { value, path: path.into(), others_read: mode & OTHERS != 0 })
    }
}

fn read(path: &str) -> io::Result<(String, u32)> {
    let file = File::open(path)?;
    let mode = file.metadata()?.permissions().mode();
    let mut text = String::new();
    if file.take(FILE_MAX + 1).read_to_string(&mut text)? as u64 > FILE_MAX {
        return Err(io::Error::other("is too long for a secret"));
    }
    Ok((text, mode))
}

/// The value of an option, by its flag without dashes, given itself or in a file.
///
/// # Errors
///
/// [`WiringError::Unusable`] when both are: it would not be clear which counts.
pub fn given<T>(flag: &str, value: Option<T>, file: Option<FromFile<T>>) -> Result<Option<T>, WiringError> {
    one_of(value, file).map_err(|Both| {
        WiringError::unusable(&format!("{flag}-file"), format!("is given beside --{flag}: one is enough"))
    })
}

/// The same for an environment variable that has no flag to speak of.
#[cfg(feature = "s3")]
pub(crate) fn given_as<T>(
    variable: &str,
    value: Option<T>,
    file: Option<FromFile<T>>,
) -> Result<Option<T>, WiringError> {
    one_of(value, file).map_err(|Both| {
        let twin = format!("{variable}_FILE");
        WiringError::unusable_variable(&twin, format!("is given beside {variable}: one is enough"))
    })
}

/// Both the value and its file.
struct Both;

fn one_of<T>(value: Option<T>, file: Option<FromFile<T>>) -> Result<Option<T>, Both> {
    match (value, file) {
        (Some(_), Some(_)) => Err(Both),
        (value, None) => Ok(value),
        (None, Some(FromFile { value, path, others_read })) => {
            if others_read {
                // Not refused: secrets that are mounted into a container often have such a mode.
                tracing::warn!(file = %path.display(), "others can read this secret: chmod 600 keeps it for its owner");
            }
            Ok(Some(value))
        }
    }
}

read_by_clap! {
    FromFile<T> [T: FromStr<Err = String> + Clone + Send + Sync + 'static];
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::options::units::Secret;

    type FileOfSecret = FromFile<Secret<4>>;

    fn read(bytes: &[u8]) -> Result<FileOfSecret, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        file.path().to_str().unwrap().parse()
    }

    fn secret(bytes: &[u8]) -> String {
        use secrecy::ExposeSecret;
        let read = given("flag", None, Some(read(bytes).unwrap())).unwrap().unwrap();
        read.0.expose_secret().to_owned()
    }

    #[test]
    fn one_line_break_at_the_end_is_none_of_it() {
        for text in ["secret", "secret\n", "secret\r\n"] {
            assert_eq!(secret(text.as_bytes()), "secret");
        }
        // What begins or ends with white space is refused as ever.
        for text in ["secret\n\n", " secret", "secret \n"] {
            assert!(read(text.as_bytes()).unwrap_err().ends_with("white space"), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_by_the_files_name_alone() {
        for text in [&b""[..], b"\n", b"abc", b"\xff\xfe\xfd\xfc", &[b'x'; 70_000]] {
            let refused = read(text).unwrap_err();
            assert!(
                refused.starts_with('/') && !refused.contains("abc") && !refused.contains("xxx"),
                "{refused}"
            );
        }
        assert!("/nowhere/at/all".parse::<FileOfSecret>().unwrap_err().contains("No such file"));
    }

    #[test]
    fn both_at_once_are_refused() {
        let both = given("admin-token", Some("secret".parse().unwrap()), Some(read(b"secret").unwrap()));
        assert_eq!(
            both.unwrap_err().to_string(),
            "--admin-token-file (ELIZABETH_ADMIN_TOKEN_FILE): is given beside --admin-token: one is enough"
        );
    }
}
