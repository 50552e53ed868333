//! The sweeper takes no room's lock: a chunk that is being kept and the sweeper meet at the upload's hold.
#![expect(clippy::unwrap_used, reason = "test code: what goes wrong fails by panicking")]

use std::sync::Arc;

use elizabeth_core::{
    content::{FileRequest, Sha256Hash},
    id::{BlobKey, Jti, ReservationId, RoomId, SessionId, UploadId},
    name::RoomName,
    permission::Permission,
    ports::{ReadTx, Store, StoreResult, WriteTx},
    quota::{Hold, HoldState},
    room::NewRoom,
    secret::KeyHash,
    time::Timestamp,
    token::TokenRecord,
    upload::{Chunk, NewUpload, Pieces, UploadFileRequest, parse_files},
};
use elizabeth_storage_postgres::{PostgresOptions, PostgresStore};
use elizabeth_test_servers::Postgres;
use sqlx::{Connection, PgConnection};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// The upload's hold ends at second 10, and at second 20 once another chunk has come.
fn at(secs: i64) -> Timestamp {
    Timestamp::from_micros(secs * 1_000_000)
}

fn key(n: u8) -> BlobKey {
    BlobKey::from_random([n; 16])
}

fn chunk(n: u8) -> Chunk {
    Chunk {
        file: 0,
        index: n.into(),
        size: 65_536,
        sha256: Sha256Hash([n; 32]),
        sniffed: None,
        blob: Some(key(n)),
        uploaded_at: at(1),
    }
}

/// Has one chunk; the second is announced until second 15. Its session's token is good until second 12.
struct Scene {
    store: Arc<PostgresStore>,
    watch: PgConnection,
    room: RoomId,
    upload: ReservationId,
}

impl Scene {
    async fn set(name: &str) -> Self {
        let url = Postgres::shared().database(name);
        let store = Arc::new(PostgresStore::open(&url, PostgresOptions::default()).await.unwrap());
        let mut tx = store.begin().await.unwrap();
        let room = NewRoom {
            name: RoomName::parse("room").unwrap(),
            slug: "room".into(),
            password_hash: None,
            owner_key_hash: KeyHash([0; 32]),
            permission: Permission::all(),
            max_size: 1 << 30,
            max_entries: None,
            expire_at: None,
            created_at: at(0),
        };
        let room = tx.insert_room(&room).await.unwrap();
        let pieces = Pieces::Chunked { chunk_size: Some(65_536), file_hash: None };
        let file = UploadFileRequest::new(FileRequest::new("a", 4 * 65_536), pieces);
        let new = NewUpload {
            id: UploadId(Uuid::nil()),
            room_id: room,
            sid: SessionId(Uuid::nil()),
            owner: false,
            permission: Permission::all(),
            granted: Permission::empty(),
            token_hash: KeyHash([0; 32]),
            hold: Hold::new(4 * 65_536, at(10), HoldState::Begun),
            files: parse_files(vec![file], at(0)).unwrap(),
            created_at: at(0),
        };
        let upload = tx.insert_upload(&new).await.unwrap();
        tx.update_hold(upload, new.hold).await.unwrap();
        tx.insert_chunk(upload, &chunk(0), None).await.unwrap();
        tx.announce(upload, &[key(1)], at(15)).await.unwrap();
        let token = TokenRecord {
            jti: Jti(Uuid::nil()),
            room_id: room,
            sid: new.sid,
            permission: Permission::all(),
            owner: false,
            scope: Permission::all(),
            granted: Permission::empty(),
            created_at: at(0),
            expires_at: at(12),
            revoked_at: None,
        };
        tx.insert_token(&token).await.unwrap();
        tx.commit().await.unwrap();
        Self { watch: PgConnection::connect(&url).await.unwrap(), store, room, upload }
    }

    async fn begin(&self) -> Box<dyn WriteTx> {
        self.store.begin().await.unwrap()
    }

    async fn read(&self) -> Box<dyn ReadTx> {
        self.store.read().await.unwrap()
    }

    /// Runs what is going to wait for a lock, until it does.
    async fn run_into_lock<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        let task = tokio::spawn(work);
        let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut self.watch).await.unwrap() == 0 {
            assert!(!task.is_finished(), "nothing was waited for");
        }
        task
    }

    /// The sweeper's step, at second 15.
    fn sweep(&self) -> impl Future<Output = StoreResult<()>> + Send + 'static {
        let store = Arc::clone(&self.store);
        async move {
            let mut tx = store.begin().await?;
            tx.delete_lapsed_reservations(at(15)).await?;
            tx.queue_lapsed_announcements(at(15)).await?;
            tx.commit().await
        }
    }

    fn live(&self) -> Hold {
        Hold::new(4 * 65_536, at(20), HoldState::Begun)
    }
}

/// The hold lives again by the time the sweeper has it: nothing of the upload goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chunk_that_is_first_keeps_its_upload() {
    let mut scene = Scene::set("chunk_first").await;
    let (live, upload) = (scene.live(), scene.upload);
    let mut tx = scene.begin().await;
    tx.lock_room_by_id(scene.room, at(9)).await.unwrap();
    assert_eq!(tx.update_hold(upload, live).await, Ok(true));
    let sweep = scene.run_into_lock(scene.sweep()).await;
    assert_eq!(tx.retract_announcement(&key(1)).await, Ok(true));
    assert_eq!(tx.insert_chunk(upload, &chunk(1), None).await, Ok(()));
    assert_eq!(tx.commit().await, Ok(()));
    assert_eq!(sweep.await.unwrap(), Ok(()));
    let mut read = scene.read().await;
    assert_eq!(read.chunks(upload, None).await, Ok(vec![chunk(0), chunk(1)]));
    assert_eq!(read.live_holds(scene.room, at(15)).await, Ok(vec![(upload, live)]));
    assert_eq!(read.queued_blobs(None, 9).await, Ok(vec![]));
}

/// The chunk learns that its upload is gone before it is written anywhere, and all blobs are queued.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chunk_that_comes_too_late_is_told() {
    let mut scene = Scene::set("sweeper_first").await;
    let (live, upload, room) = (scene.live(), scene.upload, scene.room);
    let mut sweep = scene.begin().await;
    sweep.delete_lapsed_reservations(at(15)).await.unwrap();
    let store = Arc::clone(&scene.store);
    let keep = async move {
        let mut tx = store.begin().await?;
        tx.lock_room_by_id(room, at(9)).await?;
        assert!(tx.upload(room, UploadId(Uuid::nil())).await?.is_some());
        tx.update_hold(upload, live).await
    };
    let keep = scene.run_into_lock(keep).await;
    sweep.queue_lapsed_announcements(at(15)).await.unwrap();
    sweep.commit().await.unwrap();
    assert_eq!(keep.await.unwrap(), Ok(false));
    let mut read = scene.read().await;
    assert_eq!(read.upload(room, UploadId(Uuid::nil())).await, Ok(None));
    assert_eq!(read.queued_blobs(None, 9).await, Ok(vec![key(0), key(1)]));
}

/// The announcement alone has lapsed and is being queued: the chunk may not have its blob.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chunk_whose_announcement_is_swept_is_told() {
    let mut scene = Scene::set("announcement_first").await;
    let (live, upload) = (scene.live(), scene.upload);
    let mut sweep = scene.begin().await;
    sweep.queue_lapsed_announcements(at(15)).await.unwrap();
    let store = Arc::clone(&scene.store);
    let keep = async move {
        let mut tx = store.begin().await?;
        assert!(tx.update_hold(upload, live).await?);
        tx.retract_announcement(&key(1)).await
    };
    let keep = scene.run_into_lock(keep).await;
    sweep.commit().await.unwrap();
    assert_eq!(keep.await.unwrap(), Ok(false));
    assert_eq!(scene.read().await.queued_blobs(None, 9).await, Ok(vec![key(1)]));
}

/// What ends the upload while the sweeper has it.
#[derive(Clone, Copy)]
enum Ending {
    Abandon,
    RevokeGuests,
    DeleteRoom,
}

/// Whoever ends an upload otherwise waits for the sweeper at the hold, and has nothing yet that the sweeper wants
/// next. Every blob is queued once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_sweeper_has_is_not_ended_twice() {
    for ending in [Ending::Abandon, Ending::RevokeGuests, Ending::DeleteRoom] {
        let mut scene = Scene::set("ended_twice").await;
        let (upload, room) = (scene.upload, scene.room);
        let mut sweep = scene.begin().await;
        sweep.delete_lapsed_reservations(at(15)).await.unwrap();
        let store = Arc::clone(&scene.store);
        let end = async move {
            let mut tx = store.begin().await?;
            tx.lock_room_by_id(room, at(9)).await?;
            match ending {
                Ending::Abandon => assert_eq!(tx.delete_reservation(upload).await, Ok(false)),
                Ending::RevokeGuests => tx.revoke_guests(room, at(9)).await?,
                Ending::DeleteRoom => tx.delete_room(room).await.map(drop)?,
            }
            tx.commit().await
        };
        let end = scene.run_into_lock(end).await;
        sweep.queue_lapsed_announcements(at(15)).await.unwrap();
        sweep.delete_dead_tokens(at(15)).await.unwrap();
        sweep.commit().await.unwrap();
        assert_eq!(end.await.unwrap(), Ok(()));
        assert_eq!(scene.read().await.queued_blobs(None, 9).await, Ok(vec![key(0), key(1)]));
    }
}

/// The other way round: the sweeper finds nothing, and loses nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_being_deleted_is_not_swept_twice() {
    let mut scene = Scene::set("swept_twice").await;
    let mut tx = scene.begin().await;
    tx.lock_room_by_id(scene.room, at(9)).await.unwrap();
    tx.delete_room(scene.room).await.unwrap();
    let sweep = scene.run_into_lock(scene.sweep()).await;
    tx.commit().await.unwrap();
    assert_eq!(sweep.await.unwrap(), Ok(()));
    assert_eq!(scene.read().await.queued_blobs(None, 9).await, Ok(vec![key(0), key(1)]));
}
