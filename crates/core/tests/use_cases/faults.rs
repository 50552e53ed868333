//! Adapters that fail at the worst moment.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    Caller, Error,
    change::{Edit, VersionPrecondition},
    content::FileRequest,
    id::BlobKey,
    memory::{MemoryBlobs, MemoryStore},
    policy::Policy,
    ports::{BlobError, BlobStream, BlobWriter, Blobs},
    service::VisitRequest,
    text::TextRequest,
};

use crate::{
    refused,
    support::{World, at, large},
};

mockall::mock! {
    Writer {}

    #[async_trait]
    impl BlobWriter for Writer {
        async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError>;
        async fn finish(&mut self) -> Result<(), BlobError>;
    }
}

/// Memory whose writers fail, whose deletes fail as long as a test wants it, and that has as much space as it is given.
#[derive(Clone)]
struct Faulty {
    inner: MemoryBlobs,
    writer: fn() -> MockWriter,
    deletes_fail: Arc<AtomicBool>,
    free: Arc<AtomicU64>,
}

#[async_trait]
impl Blobs for Faulty {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        // What was written before the fault is there, as on a disk.
        let mut partial = self.inner.create(key).await?;
        partial.write(Bytes::from_static(b"partial")).await?;
        partial.finish().await?;
        Ok(Box::new((self.writer)()))
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        self.inner.read(key, range).await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        if self.deletes_fail.load(Ordering::SeqCst) {
            return Err(BlobError::Unavailable("as the test wants it".into()));
        }
        self.inner.delete(key).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        self.inner.check().await
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        Ok(Some(self.free.load(Ordering::SeqCst)))
    }
}

fn world(writer: fn() -> MockWriter) -> (World, Faulty) {
    let (store, blobs) = (MemoryStore::default(), MemoryBlobs::default());
    let free = Arc::new(AtomicU64::new(1_000_000));
    let faulty = Faulty { inner: blobs.clone(), writer, deletes_fail: Arc::default(), free };
    let policy = Policy::default().min_free(500_000);
    (World::over(blobs, Arc::new(store), Arc::new(faulty.clone()), policy), faulty)
}

fn full_on_write() -> MockWriter {
    let mut writer = MockWriter::new();
    writer.expect_write().returning(|_| Err(BlobError::Full("no space".into())));
    writer
}

fn fails_to_finish() -> MockWriter {
    let mut writer = MockWriter::new();
    writer.expect_write().returning(|_| Ok(()));
    writer.expect_finish().returning(|| Err(BlobError::Unavailable("sync failed".into())));
    writer
}

#[tokio::test]
async fn a_disk_that_fills_up_under_an_upload_keeps_nothing() {
    let (world, _) = world(full_on_write);
    let token = world.room("box").await;
    let (_, mut upload) = world.begin("box", &token, FileRequest::new("a", 50_000)).await;
    refused!(upload.write(large(50_000)).await, Error::Blob(BlobError::Full(_)));
    upload.abort().await;
    assert_eq!((world.blobs.len(), world.current_size("box", &token).await), (0, 0));
}

#[tokio::test]
async fn bytes_that_are_not_durable_are_not_acknowledged() {
    let (world, faulty) = world(fails_to_finish);
    let token = world.room("box").await;
    let (_, mut upload) = world.begin("box", &token, FileRequest::new("a", 50_000)).await;
    upload.write(large(50_000)).await.unwrap();
    refused!(upload.finish_file().await, Error::Blob(BlobError::Unavailable(_)));
    // And when they cannot be deleted either, the space comes back at once and the bytes are collected later.
    faulty.deletes_fail.store(true, Ordering::SeqCst);
    upload.abort().await;
    assert_eq!((world.blobs.len(), world.current_size("box", &token).await), (1, 0));
    world.wait(60);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 0);
    faulty.deletes_fail.store(false, Ordering::SeqCst);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 1);
    assert_eq!(world.blobs.len(), 0);
}

#[tokio::test]
async fn a_disk_that_is_almost_full_takes_nothing_new() {
    let (world, faulty) = world(full_on_write);
    let token = world.room("box").await;
    let prepare = async |size| {
        world.app.prepare(&at("box"), &Caller::token(&token), vec![FileRequest::new("a", size)]).await
    };
    refused!(prepare(500_001).await, Error::StorageFull);
    assert!(prepare(10).await.is_ok());
    assert!(prepare(499_990).await.is_ok());
    // Nothing is promised twice.
    refused!(prepare(1).await, Error::StorageFull);
    faulty.free.store(499_999, Ordering::SeqCst);
    // What is kept inline, and names alone, fill the disk as well.
    refused!(prepare(10).await, Error::StorageFull);
    refused!(prepare(0).await, Error::StorageFull);
}

#[tokio::test]
async fn a_disk_that_is_almost_full_lets_texts_shrink() {
    let (world, faulty) = world(full_on_write);
    let token = world.room("box").await;
    let text = |len: usize| TextRequest::new("x".repeat(len));
    let add = async |len| world.app.add_text(&at("box"), &Caller::token(&token), text(len)).await;
    let id = add(100).await.unwrap().id;
    faulty.free.store(499_999, Ordering::SeqCst);
    refused!(add(0).await, Error::StorageFull);
    let change = async |len: usize| {
        let edit = Edit::default().text(Some("y".repeat(len)));
        world
            .app
            .change_content(&at("box"), &Caller::token(&token), id, Some(VersionPrecondition::Any), edit)
            .await
    };
    refused!(change(101).await, Error::StorageFull);
    assert_eq!(change(100).await.unwrap().size, 100);
    assert_eq!(change(9).await.unwrap().size, 9);
}

#[tokio::test]
async fn what_was_promised_may_take_half_of_what_is_kept_free() {
    let (world, faulty) = world(fails_to_finish);
    let token = world.room("box").await;
    let (_, mut upload) = world.begin("box", &token, FileRequest::new("a", 50_000)).await;
    upload.write(large(20_000)).await.unwrap();
    faulty.free.store(270_000, Ordering::SeqCst);
    upload.write(large(20_000)).await.unwrap();
    faulty.free.store(259_999, Ordering::SeqCst);
    refused!(upload.write(large(10_000)).await, Error::StorageFull);
    upload.abort().await;
    assert_eq!((world.blobs.len(), world.current_size("box", &token).await), (0, 0));
}

#[tokio::test]
async fn a_pipe_into_a_disk_that_fills_up_leaves_not_even_its_room() {
    let (world, faulty) = world(full_on_write);
    let (maker, _) = world.app.visit_or_create(&at("box"), VisitRequest::default(), None).await.unwrap();
    let mut upload = world.app.begin_file(&at("box"), &maker, FileRequest::new("a", 0), true).await.unwrap();
    upload.start_file("a").await.unwrap();
    upload.write(large(5_000)).await.unwrap();
    refused!(upload.write(large(50_000)).await, Error::Blob(BlobError::Full(_)));
    upload.abort().await;
    assert_eq!((world.blobs.len(), world.app.counts().await.unwrap().rooms), (0, 0));
    // No room is made where nothing could be put into it.
    faulty.free.store(499_999, Ordering::SeqCst);
    refused!(
        world.app.visit_or_create(&at("box"), VisitRequest::default(), Some(0)).await,
        Error::StorageFull
    );
    assert_eq!(world.app.counts().await.unwrap().rooms, 0);
}
