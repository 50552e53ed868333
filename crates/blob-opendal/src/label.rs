//! What the installation is known by, as it is kept beside the blobs.

use elizabeth_core::{installation::InstallationId, ports::BlobError};

use crate::error::unavailable;

/// Its name. No blob has one like it.
pub(crate) const NAME: &str = "installation";

pub(crate) fn text(id: InstallationId) -> String {
    format!("{id}\n")
}

pub(crate) fn parse(text: &[u8]) -> Result<InstallationId, BlobError> {
    let id = std::str::from_utf8(text).ok().and_then(InstallationId::parse);
    id.ok_or_else(|| unavailable(format!("`{NAME}` beside the blobs holds no identifier")))
}
