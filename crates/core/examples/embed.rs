//! A room in a program of one's own: no HTTP, no files, no runtime but the one that polls.
//!
//! `cargo run -p elizabeth-core --example embed --features memory,crypto`

use std::sync::Arc;

use elizabeth_core::content::FileRequest;
use elizabeth_core::crypto::{Argon2Passwords, JwtSigner};
use elizabeth_core::memory::{MemoryBlobs, MemoryStore};
use elizabeth_core::name::{RoomName, RoomRef};
use elizabeth_core::policy::Policy;
use elizabeth_core::room::RoomOptions;
use elizabeth_core::service::TokenRequest;
use elizabeth_core::{Elizabeth, Ports};
use elizabeth_testing::{ManualClock, SeededEntropy};
use futures::TryStreamExt;
use secrecy::ExposeSecret;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ports = Ports {
        store: Arc::new(MemoryStore::default()),
        blobs: Arc::new(MemoryBlobs::default()),
        clock: Arc::new(ManualClock::default()),
        entropy: Arc::new(SeededEntropy::new(7)),
        passwords: Arc::new(Argon2Passwords),
        signer: Arc::new(JwtSigner::new(vec![vec![7; 32].into()])?),
    };
    let app = Elizabeth::new(ports, Policy::default());
    futures::executor::block_on(async {
        let name = RoomName::parse("team-lunch")?;
        let room = RoomRef::from(name.clone());
        app.create_room(name, RoomOptions::default()).await?;
        let entered = app.issue_token(&room, TokenRequest::default()).await?;
        let token = Some(entered.token.expose_secret());

        let menu = FileRequest::new("menu.txt", 5);
        let prepared = app.prepare(&room, token, vec![menu]).await?;
        let mut upload = app.begin_upload(&room, token, prepared.reservation_id).await?;
        upload.start_file("menu.txt").await?;
        upload.write("pizza".into()).await?;
        upload.finish_file().await?;
        let uploaded = upload.commit().await?;

        let readable = app.readable(&room, token, uploaded.contents[0].id).await?;
        let bytes: Vec<_> = readable.open(None).await?.try_collect().await?;
        assert_eq!(bytes.concat(), b"pizza");
        Ok(())
    })
}
