//! Reads of two statements, and what is committed between these.

use elizabeth_core::{
    content::{BlobLocation, ContentKind, FileRequest, NewContent, Segment, StoredContent},
    id::{BlobKey, ContentId, SessionId, UploadId},
    name::{RoomName, RoomRef},
    permission::Permission,
    ports::{ReadContents, ReadUploads, Store, StoreError, StoreResult, UploadRange},
    quota::{Hold, HoldState},
    room::NewRoom,
    secret::KeyHash,
    time::Timestamp,
    upload::{NewUpload, Pieces, UploadFileRequest, parse_files},
};
use elizabeth_storage_sql::{Connection, Dialect, Sql, SqlTx, Statement, Transaction};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    SqliteStore,
    conn::Cells,
    readers::{Reader, Readers},
};

const NOW: Timestamp = Timestamp::EPOCH;

/// A reader; in front of its second statement others are committed, once.
struct Interrupted {
    reader: Reader,
    store: SqliteStore,
    fetched: u32,
    between: &'static [&'static str],
}

impl Interrupted {
    async fn interrupt(&mut self) {
        self.fetched += 1;
        if self.fetched == 2 {
            let mut unit = self.store.writer.begin().await.unwrap();
            for sql in self.between {
                unit.execute(Statement { sql: Sql::Fixed(sql), values: vec![] }).await.unwrap();
            }
            unit.commit().await.unwrap();
        }
    }
}

impl Connection for Interrupted {
    type Row = Cells;

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn execute(&mut self, statement: Statement) -> StoreResult<u64> {
        self.reader.execute(statement).await
    }

    async fn fetch(&mut self, statement: Statement) -> StoreResult<Vec<Cells>> {
        self.interrupt().await;
        self.reader.fetch(statement).await
    }

    async fn fetch_first(&mut self, statement: Statement) -> StoreResult<Option<Cells>> {
        self.interrupt().await;
        self.reader.fetch_first(statement).await
    }
}

/// A store with a room, a content of three segments and an upload.
struct Scene {
    _folder: TempDir,
    store: SqliteStore,
    content: ContentId,
    upload: NewUpload,
}

fn segment(n: u8) -> Segment {
    Segment { size: 2, location: BlobLocation::Blob(BlobKey::from_random([n; 16])) }
}

impl Scene {
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("e.db")).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let room = NewRoom {
            name: RoomName::parse("room").unwrap(),
            slug: "room".into(),
            password_hash: None,
            owner_key_hash: KeyHash([0; 32]),
            permission: Permission::all(),
            max_size: 99,
            max_entries: None,
            expire_at: None,
            created_at: NOW,
        };
        let room_id = tx.insert_room(&room).await.unwrap();
        let content = NewContent {
            segments: [1, 2, 3].map(segment).to_vec(),
            ..NewContent::empty(room_id, SessionId(Uuid::nil()), ContentKind::File, NOW)
        };
        let content = tx.insert_content(&content).await.unwrap();
        let file = UploadFileRequest::new(
            FileRequest::new("a", 1),
            Pieces::Chunked { chunk_size: None, file_hash: None },
        );
        let upload = NewUpload {
            id: UploadId(Uuid::nil()),
            room_id,
            sid: SessionId(Uuid::nil()),
            owner: false,
            permission: Permission::all(),
            granted: Permission::empty(),
            token_hash: KeyHash([1; 32]),
            hold: Hold::new(1, Timestamp::MAX, HoldState::Begun),
            files: parse_files(vec![file], NOW).unwrap(),
            created_at: NOW,
        };
        tx.insert_upload(&upload).await.unwrap();
        tx.commit().await.unwrap();
        Self { _folder: folder, store, content, upload }
    }

    async fn reader(&self, between: &'static [&'static str]) -> SqlTx<Interrupted> {
        let reader = Readers::take(&self.store.readers).await.unwrap();
        SqlTx::new(Interrupted { reader, store: self.store.clone(), fetched: 0, between })
    }

    async fn content(&self, between: &'static [&'static str]) -> StoreResult<Option<StoredContent>> {
        let room = RoomRef::parse("room").unwrap();
        let found = self.reader(between).await.content_access(&room, None, self.content, NOW).await?;
        Ok(found.unwrap().content)
    }
}

#[tokio::test]
async fn a_content_that_is_deleted_meanwhile_is_gone() {
    let scene = Scene::set().await;
    let whole = scene.content(&[]).await.unwrap().unwrap();
    assert_eq!(whole.segments, [1, 2, 3].map(segment));
    assert_eq!(scene.content(&["DELETE FROM contents"]).await, Ok(None));
}

/// As many bytes as before, so that the size alone would not tell.
#[tokio::test]
async fn a_content_that_is_changed_meanwhile_is_read_anew() {
    let scene = Scene::set().await;
    let change = &[
        "UPDATE contents SET version = version + 1",
        "UPDATE segments SET blob_key = '09090909090909090909090909090909' WHERE position < 2",
    ];
    let found = scene.content(change).await.unwrap().unwrap();
    assert_eq!((found.segments, found.content.version), ([9, 9, 3].map(segment).to_vec(), 2));
}

#[tokio::test]
async fn a_content_that_misses_a_segment_is_corrupt() {
    let scene = Scene::set().await;
    let missing = scene.content(&["DELETE FROM segments WHERE position = 1"]).await;
    assert!(matches!(missing, Err(StoreError::Corrupt(_))), "{missing:?}");
}

#[tokio::test]
async fn an_upload_that_ends_meanwhile_is_gone() {
    let scene = Scene::set().await;
    let NewUpload { id, room_id, token_hash, .. } = scene.upload;
    assert!(scene.reader(&[]).await.upload(room_id, id).await.unwrap().is_some());
    let mut reader = scene.reader(&["DELETE FROM reservations"]).await;
    assert_eq!(reader.live_uploads(room_id, None, UploadRange::default(), NOW).await, Ok(vec![]));
    assert_eq!(reader.upload_by_token(token_hash).await, Ok(None));
}
