use axum::http::{HeaderMap, HeaderValue, header};
use elizabeth_core::{id::ContentId, service::Appended, time::Timestamp, upload::ChunkedUpload};

use crate::headers::{
    http_date,
    tus::{CONTENT_ID, UPLOAD_EXPIRES, UPLOAD_OFFSET},
};

/// How far an upload has come.
pub(super) struct Standing {
    offset: u64,
    expires_at: Timestamp,
    content: Option<ContentId>,
    /// Whether not all of a body was read: nothing more can come on its connection.
    cut: bool,
}

impl Standing {
    /// How far it had come when it was read.
    pub(super) fn of(upload: &ChunkedUpload) -> Self {
        let content = upload.progress.iter().find_map(|progress| progress.content);
        // What was joined of parts has got no bytes itself.
        let offset = if content.is_some() { upload.announced() } else { upload.arrived() };
        Self { offset, expires_at: upload.hold.deadline, content, cut: false }
    }

    /// How far it has come with what was added, which may be nothing.
    pub(super) fn after(self, appended: Appended) -> Self {
        let Appended { offset, expires_at, content } = appended;
        Self { offset, expires_at, content: content.map(|content| content.id).or(self.content), ..self }
    }

    /// The same, where the body that was added may have been cut off.
    pub(super) fn cut_off(self, cut: bool) -> Self {
        Self { cut, ..self }
    }

    /// Says it. One that is complete does not expire: it is a content.
    pub(super) fn add_to(&self, headers: &mut HeaderMap) {
        headers.insert(&UPLOAD_OFFSET, HeaderValue::from(self.offset));
        if self.cut {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        match self.content {
            Some(content) => {
                headers.insert(&CONTENT_ID, HeaderValue::from(content.0));
            }
            None => {
                headers.extend(http_date(self.expires_at).map(|at| (UPLOAD_EXPIRES.clone(), at)));
            }
        }
    }
}
