use std::path::Path;

use super::*;

fn blobs_of(url: &str) -> Result<Chosen, String> {
    let refuse = |reason: String| WiringError::unusable(FLAG, reason);
    let url = url.parse::<BlobUrl>().map_err(refuse);
    url.and_then(|url| url.choose(&AwsVariables::default())).map_err(|error| error.to_string())
}

#[test]
fn without_an_url_they_are_in_the_data_folder() {
    let blobs = Chosen::in_folder(Path::new("data").join("blobs"));
    assert_eq!(blobs.folder, Some("data/blobs".into()));
}

#[test]
fn paths_stand_as_they_are() {
    assert_eq!(blobs_of("fs:///srv/blobs").unwrap().folder, Some("/srv/blobs".into()));
    assert!(blobs_of("memory://").unwrap().folder.is_none());
}

#[test]
fn other_urls_are_refused() {
    for url in ["", "fs://", "memory://x", "ftp://h"] {
        assert!(blobs_of(url).is_err(), "{url}");
    }
    let expected = "--blob-url (ELIZABETH_BLOB_URL): expected fs://PATH, s3://BUCKET/PREFIX or memory://";
    assert_eq!(blobs_of("ftp://hunter2@h").err().unwrap(), expected);
}
