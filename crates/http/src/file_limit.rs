//! How many files the process may have open, connections included.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is left to the database, the log and the like.
const OTHERS: u64 = 64;
/// More than this is not asked for where there is no limit.
const ENOUGH: u64 = 1 << 20;
/// How many connections there are at least and at most where nobody says.
const CONNECTIONS: std::ops::RangeInclusive<u64> = 16..=65_536;

/// Raises the limit as far as the system lets us, and says what it is then.
pub(crate) fn raise() -> u64 {
    let before = getrlimit(Resource::Nofile);
    let most = before.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let current = before.current.unwrap_or(ENOUGH);
    if current >= most {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: before.maximum }) {
        Ok(()) => most,
        Err(_) => current,
    }
}

/// How many connections fit: each may have a file open besides.
pub(crate) fn connections(files: u64) -> usize {
    let fitting = (files.saturating_sub(OTHERS) / 2).clamp(*CONNECTIONS.start(), *CONNECTIONS.end());
    usize::try_from(fitting).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_to_others() {
        for (files, fitting) in [(0, 16), (256, 96), (1024, 480), (u64::MAX, 65_536)] {
            assert_eq!(connections(files), fitting, "{files}");
        }
    }
}
