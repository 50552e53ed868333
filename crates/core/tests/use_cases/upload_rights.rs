//! Who may go on with an upload in pieces, and who ends it.

use elizabeth_core::{
    Caller, Error, Result, Unauthorized,
    id::ReservationId,
    permission::Permission,
    room::{RoomSettings, RoomStatus},
    service::{ChunkWriter, Issued, PreparedUpload, TicketRequest, TokenRequest, UploadAccess},
    ticket::TicketPurpose,
};
use secrecy::ExposeSecret;

use crate::{
    pieces::{CHUNK, begin, by_room_token, by_upload_token, chunk, chunked, complete, part, send, send_all},
    refused,
    support::{World, at, large, with_key, with_token},
};

const SIZE: usize = 2 * CHUNK;

async fn guest(world: &World) -> Issued {
    let request = TokenRequest::default().with_refresh_token(true);
    world.app.issue_token(&at("box"), request).await.unwrap()
}

/// A guest's upload of which one chunk has arrived and another is on its way.
async fn under_way(world: &World, token: &str) -> (PreparedUpload, UploadAccess, Box<ChunkWriter>) {
    let (prepared, access) = world.chunked_upload(token, SIZE).await;
    send(&world.app, &access, chunk(0), part(&large(SIZE), 0)).await.unwrap();
    let mut writer = begin(&world.app, &access, chunk(1)).await;
    writer.write(part(&large(SIZE), 1).slice(..CHUNK - 1)).await.unwrap();
    (prepared, access, writer)
}

#[tokio::test]
async fn an_upload_belongs_to_the_session_that_made_it() {
    let world = World::new();
    let owner = world.room("box").await;
    let (one, other) = (guest(&world).await, world.enter("box").await.unwrap());
    let token = one.token.expose_secret();
    let (prepared, _) = world.chunked_upload(token, SIZE).await;
    let bytes = large(SIZE);
    let by = |token: &str| by_room_token(token, &prepared.upload);
    let list = async |token: &str| -> Vec<bool> {
        let listed = world.app.uploads(&at("box"), &Caller::token(token), None, 1_000).await.unwrap().items;
        listed.into_iter().map(|listed| listed.mine).collect()
    };

    // A renewed token and a refreshed one go on, also when the first is over.
    send(&world.app, &by(token), chunk(0), part(&bytes, 0)).await.unwrap();
    world.wait(3_000);
    let renewed = world.issue("box", with_token(token)).await.unwrap();
    send(&world.app, &by(&renewed), chunk(1), part(&bytes, 1)).await.unwrap();
    world.wait(3_000);
    refused!(
        send(&world.app, &by(token), chunk(1), part(&bytes, 1)).await,
        Error::Unauthorized(Unauthorized::Expired)
    );
    let refreshed = world.app.refresh(one.refresh.unwrap().token.expose_secret()).await.unwrap();
    let refreshed = refreshed.token.expose_secret();
    assert_eq!(list(refreshed).await, [true]);

    // To another guest there is no such upload, but that it is under way.
    let other_renewed = world.enter("box").await.unwrap();
    assert!(world.issue("box", with_token(&other)).await.is_err());
    assert_eq!(list(&other_renewed).await, [false]);
    let stranger = by(&other_renewed);
    refused!(send(&world.app, &stranger, chunk(0), part(&bytes, 0)).await, Error::ReservationNotFound);
    refused!(world.app.upload_state(&at("box"), &stranger).await, Error::ReservationNotFound);
    refused!(complete(&world.app, &stranger, &bytes).await, Error::ReservationNotFound);
    refused!(world.app.abandon_upload(&at("box"), &stranger).await, Error::ReservationNotFound);
    // Whoever has nothing at all is told so.
    let nobody = UploadAccess::Caller { caller: Caller::Nobody, upload: prepared.upload.id };
    refused!(world.app.upload_state(&at("box"), &nobody).await, Error::Unauthorized(Unauthorized::Missing));

    assert!(
        world.app.room(&at("box"), &Caller::token(&owner)).await.is_err(),
        "the owner's token is over too"
    );
    let content = complete(&world.app, &by(refreshed), &bytes).await.unwrap().content;
    assert_eq!(world.read("box", refreshed, content.id).await.unwrap(), bytes);
    assert!(list(refreshed).await.is_empty());
}

#[tokio::test]
async fn an_owner_sees_and_ends_a_guests_upload_and_adds_nothing_to_it() {
    let world = World::new();
    let made = world.create("box", Default::default()).await.unwrap();
    let owner = world.enter("box").await.unwrap();
    let token = world.enter("box").await.unwrap();
    let (prepared, access) = world.chunked_upload(&token, SIZE).await;
    send_all(&world.app, &access, 0, &large(SIZE), [1, 0]).await;
    let by_owner = by_room_token(&owner, &prepared.upload);
    let listed = world.app.uploads(&at("box"), &Caller::token(&owner), None, 1_000).await.unwrap().items;
    assert_eq!((listed.len(), listed[0].mine), (1, false));
    assert_eq!(world.app.upload_state(&at("box"), &by_owner).await.unwrap().chunks.len(), 2);
    refused!(send(&world.app, &by_owner, chunk(0), part(&large(SIZE), 0)).await, Error::ReservationNotFound);
    refused!(complete(&world.app, &by_owner, &large(SIZE)).await, Error::ReservationNotFound);
    let released = world.app.abandon_upload(&at("box"), &by_owner).await.unwrap();
    assert_eq!((released.released, released.current_size), (SIZE as u64, 0));
    refused!(send(&world.app, &access, chunk(0), part(&large(SIZE), 0)).await, Error::Unauthorized(_));
    world.check_swept(0).await;

    // Owners are one: what one began another goes on with.
    let (prepared, _) = world.chunked_upload(&owner, SIZE).await;
    let again = world.issue("box", with_key(&made.owner_key)).await.unwrap();
    let access = by_room_token(&again, &prepared.upload);
    assert!(world.app.uploads(&at("box"), &Caller::token(&again), None, 1_000).await.unwrap().items[0].mine);
    send_all(&world.app, &access, 0, &large(SIZE), [0, 1]).await;
    complete(&world.app, &access, &large(SIZE)).await.unwrap();
}

/// What ends a session ends its uploads: nothing is written any more, and nothing kept.
async fn is_ended(world: &World, upload: (PreparedUpload, UploadAccess, Box<ChunkWriter>)) {
    let (prepared, access, mut writer) = upload;
    let held =
        |traces: &[(ReservationId, u64)]| traces.iter().any(|(id, _)| *id == prepared.upload.reservation);
    assert!(!held(&world.traces().await.holds));
    refused!(send(&world.app, &access, chunk(0), part(&large(SIZE), 0)).await, Error::ReservationExpired);
    refused!(complete(&world.app, &access, &large(SIZE)).await, Error::ReservationExpired);
    refused!(world.app.abandon_upload(&at("box"), &access).await, Error::ReservationExpired);
    writer.write(part(&large(SIZE), 1).slice(CHUNK - 1..)).await.unwrap();
    refused!(writer.finish().await, Error::ReservationExpired);
    let state = world.app.upload_state(&at("box"), &access).await.unwrap();
    assert_eq!(state.chunks.len(), 1);
    world.check_blobs().await;
}

#[tokio::test]
async fn who_is_thrown_out_uploads_nothing_more() {
    let world = World::new();
    let owner = world.room("box").await;
    let thrown_out = guest(&world).await;
    let stays = world.enter("box").await.unwrap();
    let ended = under_way(&world, thrown_out.token.expose_secret()).await;
    let (_, other, writer) = under_way(&world, &stays).await;
    world.app.revoke_token(&at("box"), &Caller::token(&owner), thrown_out.claims.jti).await.unwrap();
    is_ended(&world, ended).await;
    writer.abort().await;
    send(&world.app, &other, chunk(1), part(&large(SIZE), 1)).await.unwrap();
    complete(&world.app, &other, &large(SIZE)).await.unwrap();
    world.check_swept(2).await;
}

/// The next stroke finds out, when it comes late enough to ask whether the upload lives.
#[tokio::test]
async fn a_slow_chunk_of_one_who_is_thrown_out_breaks_off() {
    let world = World::new();
    let owner = world.room("box").await;
    let thrown_out = guest(&world).await;
    let (_, _, mut writer) = under_way(&world, thrown_out.token.expose_secret()).await;
    world.app.revoke_token(&at("box"), &Caller::token(&owner), thrown_out.claims.jti).await.unwrap();
    world.wait(6);
    refused!(writer.write(large(1)).await, Error::ReservationExpired);
    writer.abort().await;
    world.check_swept(0).await;
}

#[tokio::test]
async fn a_new_password_ends_the_uploads_of_guests() {
    let world = World::new();
    let owner = world.room("box").await;
    let token = world.enter("box").await.unwrap();
    let ended = under_way(&world, &token).await;
    let (_, owners, writer) = under_way(&world, &owner).await;
    let settings = RoomSettings::default().password(Some(Some("secret".into())));
    world.app.change_settings(&at("box"), &Caller::token(&owner), settings).await.unwrap();
    is_ended(&world, ended).await;
    writer.abort().await;
    send(&world.app, &owners, chunk(1), part(&large(SIZE), 1)).await.unwrap();
    complete(&world.app, &owners, &large(SIZE)).await.unwrap();
    world.check_swept(2).await;
}

/// Whoever stole the refresh token may have made the upload, or read its token.
#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_uploads_of_its_session() {
    let world = World::new();
    world.room("box").await;
    let guest = guest(&world).await;
    let ended = under_way(&world, guest.token.expose_secret()).await;
    let refresh = guest.refresh.unwrap().token;
    world.app.refresh(refresh.expose_secret()).await.unwrap();
    refused!(
        world.app.refresh(refresh.expose_secret()).await,
        Error::Unauthorized(Unauthorized::RefreshTokenReused)
    );
    is_ended(&world, ended).await;
    world.check_swept(0).await;
}

#[tokio::test]
async fn narrowing_and_closing_a_room_stop_guests_at_once() {
    let world = World::new();
    let owner = world.room("box").await;
    let token = world.enter("box").await.unwrap();
    let bytes = large(SIZE);
    let (prepared, by_upload) = world.chunked_upload(&token, SIZE).await;
    let by_room = by_room_token(&token, &prepared.upload);
    send(&world.app, &by_upload, chunk(0), part(&bytes, 0)).await.unwrap();
    let permit = async |permission| {
        world.app.set_permission(&at("box"), &Caller::token(&owner), permission).await.unwrap();
    };
    let status = async |status| {
        let settings = RoomSettings::default().status(Some(Some(status)));
        world.app.change_settings(&at("box"), &Caller::token(&owner), settings).await.unwrap();
    };
    for access in [&by_upload, &by_room] {
        let chunk_again = async || send(&world.app, access, chunk(0), part(&bytes, 0)).await.map(drop);
        permit(Permission::all() - Permission::EDIT).await;
        refused!(chunk_again().await, Error::PermissionDenied(Permission::EDIT));
        refused!(complete(&world.app, access, &bytes).await, Error::PermissionDenied(Permission::EDIT));
        // How it stands may be asked all the same.
        world.app.upload_state(&at("box"), access).await.unwrap();
        permit(Permission::all()).await;
        status(RoomStatus::Closed).await;
        refused!(chunk_again().await, Error::RoomClosed);
        refused!(world.app.upload_state(&at("box"), access).await, Error::RoomClosed);
        refused!(world.app.abandon_upload(&at("box"), access).await, Error::RoomClosed);
        // Those who are in go on in a locked room.
        status(RoomStatus::Locked).await;
        chunk_again().await.unwrap();
        status(RoomStatus::Open).await;
    }
    permit(Permission::VIEW).await;
    // And who may not add may still give it up.
    let released = world.app.abandon_upload(&at("box"), &by_room).await.unwrap();
    assert_eq!(released.released, SIZE as u64);
    // None of this is for owners.
    status(RoomStatus::Closed).await;
    let (_, owners) = world.chunked_upload(&owner, SIZE).await;
    send_all(&world.app, &owners, 0, &bytes, [0, 1]).await;
    complete(&world.app, &owners, &bytes).await.unwrap();
}

#[tokio::test]
async fn a_drop_box_lists_its_own_uploads() -> Result<()> {
    let world = World::new();
    let owner = world.room("box").await;
    let (_, _) = world.chunked_upload(&owner, 10).await;
    let purpose = TicketPurpose::Enter(Some(Permission::EDIT));
    let request = TicketRequest::new(purpose).max_uses(Some(2));
    let ticket = world.app.create_ticket(&at("box"), &Caller::token(&owner), request).await?.secret;
    let enter = || TokenRequest::default().ticket(Some(ticket.clone()));
    let (one, other) = (world.issue("box", enter()).await?, world.issue("box", enter()).await?);
    let mine = world.prepare_upload(&one, vec![chunked("mine", SIZE)]).await;
    world.prepare_upload(&other, vec![chunked("other", SIZE)]).await;
    let listed = world.app.uploads(&at("box"), &Caller::token(&one), None, 1_000).await?.items;
    assert_eq!(listed.iter().map(|listed| listed.upload.id).collect::<Vec<_>>(), [mine.upload.id]);
    assert!(listed[0].mine);
    assert_eq!(world.app.uploads(&at("box"), &Caller::token(&owner), None, 1_000).await?.items.len(), 3);
    let access = by_upload_token(&mine);
    send_all(&world.app, &access, 0, &large(SIZE), [0, 1]).await;
    let content = complete(&world.app, &access, &large(SIZE)).await?.content;
    assert_eq!(world.app.content(&at("box"), &Caller::token(&one), content.id).await?, content);
    refused!(
        world.app.content(&at("box"), &Caller::token(&other), content.id).await,
        Error::ContentNotFound(_)
    );
    Ok(())
}
