//! A service in memory, and the few steps that every test begins with.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use elizabeth_core::{
    Caller, Elizabeth, Ports, Result,
    content::FileRequest,
    crypto::{Argon2Passwords, JwtSigner},
    id::{ContentId, ReservationId},
    memory::{MemoryBlobs, MemoryStore},
    name::{RoomName, RoomRef},
    policy::Policy,
    ports::{Blobs, Store},
    room::RoomOptions,
    service::{CreatedRoom, TokenRequest, Upload, Uploaded},
};
use elizabeth_testing::{ManualClock, SeededEntropy};
use futures::TryStreamExt;
use secrecy::{ExposeSecret, SecretString};

pub struct World {
    pub app: Elizabeth,
    pub clock: ManualClock,
    pub store: Arc<dyn Store>,
    pub blobs: MemoryBlobs,
}

impl World {
    pub fn new() -> Self {
        Self::with_policy(Policy::default())
    }

    pub fn with_policy(policy: Policy) -> Self {
        let (store, blobs) = (MemoryStore::default(), MemoryBlobs::default());
        Self::over(blobs.clone(), Arc::new(store), Arc::new(blobs), policy)
    }

    /// A service whose ports may be others than the memory adapters themselves: wrapped ones that fail.
    pub fn over(
        blobs: MemoryBlobs,
        store_port: Arc<dyn Store>,
        blobs_port: Arc<dyn Blobs>,
        policy: Policy,
    ) -> Self {
        Self::by_clock(ManualClock::default(), 1, blobs, (store_port, blobs_port), policy)
    }

    /// Another process: by the same clock, and with randomness of its own.
    pub fn beside(
        first: &Self,
        blobs: MemoryBlobs,
        store_port: Arc<dyn Store>,
        blobs_port: Arc<dyn Blobs>,
    ) -> Self {
        let policy = first.app.policy().clone();
        Self::by_clock(first.clock.clone(), 2, blobs, (store_port, blobs_port), policy)
    }

    /// A process that starts by a clock of its own, so many seconds later.
    pub fn started_later(
        first: &Self,
        seconds: u64,
        blobs: MemoryBlobs,
        store_port: Arc<dyn Store>,
        blobs_port: Arc<dyn Blobs>,
    ) -> Self {
        let clock = ManualClock::new(first.app.now().saturating_add(Duration::from_secs(seconds)));
        Self::by_clock(clock, 2, blobs, (store_port, blobs_port), first.app.policy().clone())
    }

    fn by_clock(
        clock: ManualClock,
        seed: u64,
        blobs: MemoryBlobs,
        (store_port, blobs_port): (Arc<dyn Store>, Arc<dyn Blobs>),
        policy: Policy,
    ) -> Self {
        let ports = Ports {
            store: store_port.clone(),
            blobs: blobs_port,
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(SeededEntropy::new(seed)),
            passwords: Arc::new(Argon2Passwords::default()),
            signer: Arc::new(JwtSigner::new(vec![vec![7; 32].into()]).unwrap()),
        };
        Self { app: Elizabeth::new(ports, policy), clock, store: store_port, blobs }
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub async fn create(&self, name: &str, options: RoomOptions) -> Result<CreatedRoom> {
        self.app.create_room(RoomName::parse(name).unwrap(), options).await
    }

    pub async fn enter(&self, room: &str) -> Result<String> {
        self.issue(room, TokenRequest::default()).await
    }

    pub async fn issue(&self, room: &str, request: TokenRequest) -> Result<String> {
        let issued = self.app.issue_token(&at(room), request).await?;
        Ok(issued.token.expose_secret().to_owned())
    }

    /// A room with its owner's token.
    pub async fn room(&self, name: &str) -> String {
        self.create(name, RoomOptions::default()).await.unwrap();
        self.enter(name).await.unwrap()
    }

    /// An upload of one file that has begun: the reservation is claimed, the file is started.
    pub async fn begin(&self, room: &str, token: &str, file: FileRequest) -> (ReservationId, Upload) {
        let name = file.name.clone();
        let prepared = self.app.prepare(&at(room), &Caller::token(token), vec![file]).await.unwrap();
        let id = prepared.reservation_id;
        let mut upload = self.app.begin_upload(&at(room), &Caller::token(token), id).await.unwrap();
        upload.start_file(&name).await.unwrap();
        (id, upload)
    }

    pub async fn upload(&self, room: &str, token: &str, name: &str, bytes: Bytes) -> Result<Uploaded> {
        let file = FileRequest::new(name, bytes.len() as u64);
        let prepared = self.app.prepare(&at(room), &Caller::token(token), vec![file]).await?;
        let mut upload =
            self.app.begin_upload(&at(room), &Caller::token(token), prepared.reservation_id).await?;
        upload.start_file(name).await?;
        upload.write(bytes).await?;
        upload.finish_file().await?;
        upload.commit().await
    }

    pub async fn read(&self, room: &str, token: &str, id: ContentId) -> Result<Vec<u8>> {
        let readable = self.app.readable(&at(room), &Caller::token(token), id).await?;
        let pieces: Vec<Bytes> = readable.open(None).await?.try_collect().await?;
        Ok(pieces.concat())
    }

    pub async fn current_size(&self, room: &str, token: &str) -> u64 {
        self.app.room(&at(room), &Caller::token(token)).await.unwrap().current_size()
    }
}

pub fn at(room: &str) -> RoomRef {
    RoomRef::parse(room).unwrap()
}

pub fn with_password(password: &str) -> TokenRequest {
    TokenRequest::default().password(Some(password.into()))
}

pub fn with_token(token: &str) -> TokenRequest {
    TokenRequest::default().token(Some(token.into()))
}

pub fn with_key(key: &SecretString) -> TokenRequest {
    TokenRequest::default().owner_key(Some(key.clone()))
}

/// Bytes too many to be kept inline.
pub fn large(len: usize) -> Bytes {
    (0..len).map(|i| (i % 251) as u8).collect::<Vec<u8>>().into()
}

/// Asserts that a result is an error of a pattern.
#[macro_export]
macro_rules! refused {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {
        match $result {
            Err($pattern) $(if $guard)? => {}
            Err(other) => panic!("refused otherwise: {other:?}"),
            Ok(_) => panic!("not refused"),
        }
    };
}
