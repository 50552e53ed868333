//! What a content may be limited to.

use crate::{domain::invalid::Invalid, policy::SIZE_MAX, time::Timestamp};

/// How many downloads a content may allow: at least one, and no more than can be counted.
///
/// # Errors
///
/// [`Invalid::MaxDownloads`] otherwise.
pub(crate) fn check_max_downloads(asked: Option<u64>) -> Result<Option<u64>, Invalid> {
    if asked.is_some_and(|max| max == 0 || max > SIZE_MAX) { Err(Invalid::MaxDownloads) } else { Ok(asked) }
}

/// When a content may expire: in the future.
///
/// # Errors
///
/// [`Invalid::ContentExpireAt`] otherwise.
pub(crate) fn check_expire_at(
    asked: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Invalid> {
    if asked.is_some_and(|at| at <= now) { Err(Invalid::ContentExpireAt) } else { Ok(asked) }
}
