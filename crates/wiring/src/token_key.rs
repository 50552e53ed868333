//! The key that signs tokens where the operator gave none.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use elizabeth_core::{ports::Entropy, system::OsEntropy};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretSlice};

use crate::error::WiringError;

const FILE: &str = "token.key";
/// Bytes of randomness in a key.
const KEY_BYTES: usize = 32;

/// The key in the data folder; drawn when there is none. Of several processes that start at once one draws, and
/// all use what it drew: they take turns by a lock on the file, which the system lifts when a process dies.
pub(crate) fn load_or_draw(data_dir: &Path) -> Result<SecretSlice<u8>, WiringError> {
    let path = data_dir.join(FILE);
    let key = || -> io::Result<Option<SecretSlice<u8>>> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        file.lock()?;
        let mut text = String::new();
        (&file).take(1024).read_to_string(&mut text)?;
        // Empty, or zeros after a power cut: whoever made the file did not come to use a key.
        if text.trim_matches('\0').is_empty() {
            return draw(&mut file, data_dir).map(Some);
        }
        Ok(decode(text.trim_end()))
    };
    let failed = |reason: String| WiringError::TokenKey { path: path.clone(), reason };
    match key() {
        Ok(Some(key)) => Ok(key),
        Ok(None) => Err(failed("holds no key of 64 hexadecimal digits; remove it to have one drawn".into())),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Writes a new key, durably: a token must not outlive its key.
fn draw(file: &mut File, data_dir: &Path) -> io::Result<SecretSlice<u8>> {
    let mut key = SecretSlice::from(vec![0; KEY_BYTES]);
    OsEntropy.fill(key.expose_secret_mut());
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(format!("{}\n", HEXLOWER.encode(key.expose_secret())).as_bytes())?;
    file.sync_all()?;
    File::open(data_dir)?.sync_all()?;
    Ok(key)
}

fn decode(text: &str) -> Option<SecretSlice<u8>> {
    let key = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
    (key.len() == KEY_BYTES).then(|| key.into())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, thread};

    use super::*;

    fn load(dir: &Path) -> String {
        HEXLOWER.encode(load_or_draw(dir).unwrap().expose_secret())
    }

    #[test]
    fn a_key_is_drawn_once_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let key = load(dir.path());
        assert_eq!(key.len(), 64);
        assert_eq!(load(dir.path()), key);
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_ne!(load(tempfile::tempdir().unwrap().path()), key);
    }

    #[test]
    fn all_who_start_at_once_get_the_same() {
        for _ in 0..20 {
            let dir = tempfile::tempdir().unwrap();
            let keys: BTreeSet<String> = thread::scope(|scope| {
                let starts: Vec<_> = (0..16).map(|_| scope.spawn(|| load(dir.path()))).collect();
                starts.into_iter().map(|start| start.join().unwrap()).collect()
            });
            assert_eq!(keys.len(), 1);
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing but the key is left");
        }
    }

    #[test]
    fn what_a_death_in_between_left_is_made_good() {
        let dir = tempfile::tempdir().unwrap();
        for left in ["", "\0\0\0\0"] {
            fs::write(dir.path().join(FILE), left).unwrap();
            let key = load(dir.path());
            assert_eq!(fs::read_to_string(dir.path().join(FILE)).unwrap(), format!("{key}\n"));
        }
    }

    #[test]
    fn something_else_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "hunter2").unwrap();
        let error = load_or_draw(dir.path()).unwrap_err().to_string();
        assert!(error.contains("token.key") && !error.contains("hunter2"), "{error}");
        assert_eq!(fs::read_to_string(dir.path().join(FILE)).unwrap(), "hunter2");
    }
}
