use axum::http::{HeaderMap, HeaderName, HeaderValue};
use elizabeth_core::upload::ChunkedUpload;
use serde::{Deserialize, Serialize};

use crate::headers::tus::{UPLOAD_CONCAT, UPLOAD_METADATA};

/// Headers of a creation that the client is given back word for word. Its members are a stored format.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// `Upload-Metadata`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<String>,
    /// `Upload-Concat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) concat: Option<String>,
}

impl Note {
    /// What was noted of an upload.
    pub(super) fn of(upload: &ChunkedUpload) -> Self {
        let noted = upload.files.first().and_then(|file| file.note.as_deref());
        noted.and_then(|note| serde_json::from_str(note).ok()).unwrap_or_default()
    }

    /// As it is kept; nothing where there is nothing to note.
    pub(super) fn to_text(&self) -> Option<String> {
        let is_empty = *self == Self::default();
        (!is_empty).then(|| serde_json::to_string(self).ok()).flatten()
    }

    /// Tells it.
    pub(super) fn add_to(self, headers: &mut HeaderMap) {
        let mut add = |name: &HeaderName, value: Option<String>| {
            let value = value.and_then(|value| HeaderValue::try_from(value).ok());
            headers.extend(value.map(|value| (name.clone(), value)));
        };
        add(&UPLOAD_METADATA, self.metadata);
        add(&UPLOAD_CONCAT, self.concat);
    }
}
