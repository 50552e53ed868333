use std::{error::Error as _, io};

use elizabeth_core::ports::BlobError;

/// A failure in our own words.
pub(crate) fn unavailable(text: impl Into<String>) -> BlobError {
    BlobError::Unavailable(text.into())
}

/// An error of the operating system, with what was being done.
pub(crate) fn from_io(doing: &str, error: &io::Error) -> BlobError {
    let text = format!("{doing}: {error}");
    match error.kind() {
        io::ErrorKind::NotFound => BlobError::Missing(text),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BlobError::Full(text),
        _ => BlobError::Unavailable(text),
    }
}

/// What servers that speak S3 call it when a bucket, or all there is, holds no more: Ceph's and MinIO's quota of a
/// bucket, and MinIO's full disks.
#[cfg(feature = "s3")]
const FULL: [&str; 3] = ["QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull"];

/// Whether a bucket is full. OpenDAL has no kind for it; the server's code stands in the message only.
#[cfg(feature = "s3")]
fn is_full(error: &opendal::Error) -> bool {
    let rest = error.message().strip_prefix("S3Error { code: \"");
    rest.and_then(|rest| rest.split_once('"')).is_some_and(|(code, _)| FULL.contains(&code))
}

/// What came of a deletion. Of two who delete a blob at once, one finds it gone between looking and removing: it is not
/// there, as was wanted.
pub(crate) fn deleted(result: opendal::Result<()>) -> Result<(), BlobError> {
    match result {
        Err(error) if error.kind() == opendal::ErrorKind::NotFound => Ok(()),
        result => result.map_err(from_opendal),
    }
}

/// An error of OpenDAL's. It has no kind of its own for a full disk: the operating system's error is its source.
pub(crate) fn from_opendal(error: opendal::Error) -> BlobError {
    if error.kind() == opendal::ErrorKind::NotFound {
        return BlobError::Missing(error.to_string());
    }
    #[cfg(feature = "s3")]
    if is_full(&error) {
        return BlobError::Full(error.to_string());
    }
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            return from_io(&error.to_string(), io);
        }
        source = cause.source();
    }
    BlobError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through_opendal(kind: io::ErrorKind) -> BlobError {
        let error = opendal::Error::new(opendal::ErrorKind::Unexpected, "write");
        from_opendal(error.set_source(io::Error::from(kind)))
    }

    #[test]
    fn a_full_disk_and_a_spent_quota_are_full() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            assert!(matches!(from_io("write", &kind.into()), BlobError::Full(_)));
            assert!(matches!(through_opendal(kind), BlobError::Full(_)));
        }
    }

    #[test]
    fn other_errors_keep_their_meaning() {
        let missing = opendal::Error::new(opendal::ErrorKind::NotFound, "stat");
        assert!(matches!(from_opendal(missing), BlobError::Missing(_)));
        assert!(matches!(from_io("open", &io::ErrorKind::NotFound.into()), BlobError::Missing(_)));
        assert!(matches!(through_opendal(io::ErrorKind::PermissionDenied), BlobError::Unavailable(_)));
        let bare = opendal::Error::new(opendal::ErrorKind::RateLimited, "slow down");
        assert!(matches!(from_opendal(bare), BlobError::Unavailable(_)));
    }
}
