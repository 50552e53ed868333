//! A room in a program of one's own: no HTTP, no files, no runtime but the one that polls.

use elizabeth_core::prelude::*;
use futures::{TryStreamExt, executor::block_on};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = Elizabeth::builder().in_memory().build()?;
    block_on(async {
        let room = RoomRef::parse("team-lunch")?;
        app.create_room(RoomName::parse("team-lunch")?, RoomOptions::default()).await?;
        let entered = app.issue_token(&room, TokenRequest::default()).await?;
        let caller = Caller::Token(entered.token);

        let menu = ("menu.txt".to_owned(), Bytes::from("pizza"));
        let prepared = app.prepare(&room, &caller, vec![FileRequest::new("menu.txt", 5)]).await?;
        let uploaded = app.upload_whole(&room, &caller, prepared.reservation_id, vec![menu]).await?;

        let readable = app.readable(&room, &caller, uploaded.contents[0].id).await?;
        let bytes: Vec<Bytes> = readable.open(None).await?.try_collect().await?;
        assert_eq!(bytes.concat(), b"pizza");
        Ok(())
    })
}
