//! What is kept as JSON: the files that an upload was promised with, what happened in a room, and what edits do to texts,
//! in the form that core gives them.

use elizabeth_core::{change_set::ChangeSet, event::Happening, ports::StoreResult};

use crate::value::corrupt;

/// Files of a manifest, or of an upload in pieces, as they are kept.
pub(crate) fn of_files<T: serde::Serialize>(files: &[T]) -> StoreResult<String> {
    serde_json::to_string(files).map_err(|_| corrupt("a manifest that is no JSON"))
}

/// Reads them back.
pub(crate) fn to_files<T: serde::de::DeserializeOwned>(text: &str) -> StoreResult<Vec<T>> {
    serde_json::from_str(text).map_err(|_| corrupt("a manifest of another form"))
}

/// What an edit does, as it is kept.
pub(crate) fn of_change(change: &ChangeSet) -> StoreResult<String> {
    serde_json::to_string(change).map_err(|_| corrupt("a change that is no JSON"))
}

/// Reads it back.
pub(crate) fn to_change(text: &str) -> StoreResult<ChangeSet> {
    serde_json::from_str(text).map_err(|_| corrupt("a change of another form"))
}

/// What happened, as it is kept.
pub(crate) fn of_happening(what: &Happening) -> StoreResult<String> {
    serde_json::to_string(what).map_err(|_| corrupt("an event that is no JSON"))
}

/// Reads it back.
pub(crate) fn to_happening(text: &str) -> StoreResult<Happening> {
    serde_json::from_str(text).map_err(|_| corrupt("an event of another form"))
}

#[cfg(test)]
mod tests {
    use elizabeth_core::{
        content::{FileRequest, Manifest, ManifestFile, Sha256Hash},
        time::Timestamp,
        upload::ChunkedFile,
    };

    use super::*;

    fn files() -> Vec<ManifestFile> {
        let limited = FileRequest::new("b/\u{e9}\".png", 0)
            .max_downloads(Some(2))
            .expire_at(Some(Timestamp::from_micros(3)));
        Manifest::parse(vec![FileRequest::new("a", 7), limited], Timestamp::EPOCH).unwrap().files().to_vec()
    }

    /// Rows that older versions wrote are read by newer ones, and the other way round while servers are replaced.
    #[test]
    fn the_stored_text_stays() {
        let files = files();
        let text = concat!(
            r#"[{"name":"a","size":7,"mime_type":"application/octet-stream"},"#,
            r#"{"name":"b/é\".png","size":0,"mime_type":"image/png","max_downloads":2,"expire_at":3}]"#
        );
        assert_eq!(of_files(&files).unwrap(), text);
        assert_eq!(to_files::<ManifestFile>(text), Ok(files.clone()));

        let plain = ChunkedFile::new(files[0].clone(), None, None);
        let hash = Some(Sha256Hash([0xa5; 32]));
        let full = ChunkedFile {
            part: true,
            note: Some("n".into()),
            ..ChunkedFile::new(files[1].clone(), Some(65_536), hash)
        };
        let text = format!(
            concat!(
                r#"[{{"name":"a","size":7,"mime_type":"application/octet-stream"}},"#,
                r#"{{"name":"b/é\".png","size":0,"mime_type":"image/png","max_downloads":2,"expire_at":3,"#,
                r#""chunk_size":65536,"sha256":"{}","part":true,"note":"n"}}]"#
            ),
            "a5".repeat(32)
        );
        assert_eq!(of_files(&[plain.clone(), full.clone()]).unwrap(), text);
        assert_eq!(to_files::<ChunkedFile>(&text), Ok(vec![plain, full]));
        assert!(to_files::<ChunkedFile>(&text.replace("a5a5", "xx")).is_err());
    }
}
