//! What earlier versions of this program left is brought up to date.

use elizabeth_core::{
    content::{FileRequest, Sha256Hash},
    id::{BlobKey, ContentId, ReservationId, RoomId, SessionId, UploadId},
    media_kind::MediaKind,
    name::RoomRef,
    permission::Permission,
    ports::Store,
    quota::{Hold, HoldState},
    secret::KeyHash,
    thumbnail::{Thumbnail, ThumbnailType},
    time::Timestamp,
    upload::{Chunk, NewUpload, Pieces, UploadFileRequest, parse_files},
};
use uuid::Uuid;

/// Statements that add a room with a content of two segments and a reservation, as the first version wrote them.
/// `bytes` says how the database writes bytes, given in hexadecimal.
pub fn rows_of_the_first_version(bytes: fn(&str) -> String) -> [String; 5] {
    let zeros = |count: usize| bytes(&"00".repeat(count));
    [
        format!(
            "INSERT INTO rooms (name, slug, owner_key_hash, owner_claimed, status, permission, max_size, entries,
                                created_at, updated_at) VALUES ('old', 'old', {}, 0, 0, 15, 99, 0, 0, 0)",
            zeros(32)
        ),
        "INSERT INTO room_addresses (address, room_id) VALUES ('old', 1)".to_owned(),
        format!(
            "INSERT INTO reservations (room_id, sid, size, state, deadline, manifest, created_at)
             VALUES (1, {}, 5, 'begun', 10, '[{{\"name\":\"a\",\"size\":5,\"mime_type\":\"text/plain\"}}]', 0)",
            zeros(16)
        ),
        format!(
            "INSERT INTO contents (room_id, kind, size, mime_type, sha256, download_count, version, created_at,
                                   updated_at) VALUES (1, 'file', 7, 'text/plain', {}, 0, 1, 0, 0)",
            zeros(32)
        ),
        format!(
            "INSERT INTO segments (content_id, position, size, blob_key, inline)
             VALUES (1, 0, 3, NULL, {}), (1, 1, 4, '00000000000000000000000000000009', NULL)",
            bytes("616263")
        ),
    ]
}

fn new_upload(room_id: RoomId) -> NewUpload {
    let file = UploadFileRequest::new(
        FileRequest::new("b", 1),
        Pieces::Chunked { chunk_size: None, file_hash: None },
    );
    NewUpload {
        id: UploadId(Uuid::nil()),
        room_id,
        sid: SessionId(Uuid::nil()),
        owner: false,
        permission: Permission::all(),
        granted: Permission::empty(),
        token_hash: KeyHash([1; 32]),
        hold: Hold::new(1, Timestamp::MAX, HoldState::Begun),
        files: parse_files(vec![file], Timestamp::EPOCH).unwrap(),
        created_at: Timestamp::EPOCH,
    }
}

/// What the first version had is there, whichever version it was left by, and what came since works beside it.
pub async fn what_an_older_version_left_is_kept(store: &dyn Store, version: i64) {
    let key = BlobKey::from_random([7; 16]);
    let old = RoomRef::parse("old").unwrap();
    let mut tx = store.begin().await.unwrap();
    let found = tx.content_access(&old, None, ContentId(1), Timestamp::EPOCH).await.unwrap().unwrap();
    assert_eq!((found.room.stored_size, found.room.reserved_size), (7, 5), "{version}");
    let content = found.content.unwrap();
    assert_eq!(content.segments.len(), 2, "{version}");
    assert_eq!((content.content.sniffed, content.content.media_kind()), (None, MediaKind::Text), "{version}");
    let thumbnail = Thumbnail { media_type: ThumbnailType::Jpeg, bytes: vec![0; 9].into() };
    assert_eq!(tx.put_thumbnail(ContentId(1), &thumbnail).await, Ok(true), "{version}");
    let room = tx.room(found.room.id, Timestamp::EPOCH).await.unwrap().unwrap();
    assert_eq!(room.stored_size, 16, "{version}");
    let held = tx.reservation(found.room.id, ReservationId(1)).await.unwrap().unwrap();
    assert_eq!((held.hold.size, held.manifest.total()), (5, 5), "{version}");
    let id = tx.insert_upload(&new_upload(found.room.id)).await.unwrap();
    let chunk = Chunk {
        file: 0,
        index: 0,
        size: 1,
        sha256: Sha256Hash([0; 32]),
        sniffed: None,
        blob: Some(key.clone()),
        uploaded_at: Timestamp::EPOCH,
    };
    tx.insert_chunk(id, &chunk, None).await.unwrap();
    assert!(tx.delete_reservation(id).await.unwrap());
    tx.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    assert_eq!(read.queued_blobs(None, 9).await, Ok(vec![key.clone()]), "{version}");
}
