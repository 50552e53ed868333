//! The key that signs tokens where the operator gave none.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, Read, Seek, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use elizabeth_core::{ports::Entropy, system::OsEntropy};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretSlice};

use crate::error::WiringError;

const FILE: &str = "token.key";
/// Bytes of randomness in a key.
const KEY_BYTES: usize = 32;

/// The bits of a file's mode by which others than its owner may read or change it.
const OTHERS: u32 = 0o077;

/// What the file holds.
enum Found {
    Key(SecretSlice<u8>),
    /// Something that others can read.
    Open,
    Garbage,
}

/// The key in the data folder; drawn when there is none. Of several processes that start at once one draws, and
/// all use what it drew: they take turns by a lock on the file, which the system lifts when a process dies.
pub(crate) fn load_or_draw(data_dir: &Path) -> Result<SecretSlice<u8>, WiringError> {
    let path = data_dir.join(FILE);
    let key = || -> io::Result<Found> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        file.lock()?;
        let mut text = String::new();
        (&file).take(1024).read_to_string(&mut text)?;
        // Empty, or zeros after a power cut: whoever made the file did not come to use a key.
        if text.trim_matches('\0').is_empty() {
            file.set_permissions(Permissions::from_mode(0o600))?;
            return draw(&mut file, data_dir).map(Found::Key);
        }
        if file.metadata()?.permissions().mode() & OTHERS != 0 {
            return Ok(Found::Open);
        }
        Ok(decode(text.trim_end()).map_or(Found::Garbage, Found::Key))
    };
    let failed = |reason: String| WiringError::TokenKey { path: path.clone(), reason };
    match key() {
        Ok(Found::Key(key)) => Ok(key),
        Ok(Found::Open) => {
            let mend = "who signs tokens with it owns every room, and others can read it: chmod 600 it, or remove it, \
                        which ends all tokens, to have another one drawn";
            Err(failed(mend.into()))
        }
        Ok(Found::Garbage) => {
            Err(failed("holds no key of 64 hexadecimal digits; remove it to have one drawn".into()))
        }
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
    use std::{collections::BTreeSet, fs, thread};

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
    fn a_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (key, path) = (load(dir.path()), dir.path().join(FILE));
        for mode in [0o604, 0o640, 0o602, 0o660] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let error = load_or_draw(dir.path()).unwrap_err().to_string();
            assert!(error.contains("chmod 600") && !error.contains(&key) && !error.contains('\n'), "{error}");
        }
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(load(dir.path()), key);
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
