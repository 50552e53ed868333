use elizabeth_core::{
    Caller, Error, Invalid, Result, Unauthorized,
    content::FileRequest,
    id::{ContentId, TicketId},
    permission::Permission,
    ports::ContentPage,
    room::{RoomOptions, RoomSettings, RoomStatus},
    service::{CreatedTicket, TicketRequest, TokenRequest},
    ticket::TicketPurpose,
};
use futures::{TryStreamExt, future::join_all};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    refused,
    support::{World, at, large, with_token},
};

fn for_purpose(purpose: TicketPurpose) -> TicketRequest {
    TicketRequest::new(purpose)
}

fn download(id: ContentId, max_uses: Option<u64>) -> TicketRequest {
    for_purpose(TicketPurpose::Download(id)).max_uses(max_uses)
}

fn invitation(permission: Option<Permission>) -> TicketRequest {
    for_purpose(TicketPurpose::Enter(permission))
}

fn with_ticket(ticket: &SecretString) -> TokenRequest {
    TokenRequest::default().ticket(Some(ticket.clone()))
}

async fn make(world: &World, token: &str, request: TicketRequest) -> Result<CreatedTicket> {
    world.app.create_ticket(&at("room"), &Caller::token(token), request).await
}

async fn read_by(world: &World, ticket: &CreatedTicket, id: ContentId) -> Result<Vec<u8>> {
    let readable = world.app.readable_by_ticket(&at("room"), ticket.secret.expose_secret(), id).await?;
    let pieces: Vec<bytes::Bytes> = readable.open(None).await?.try_collect().await?;
    Ok(pieces.concat())
}

#[tokio::test]
async fn a_ticket_reads_its_content_until_its_time_is_over() {
    let world = World::new();
    let owner = world.room("room").await;
    let id = world.upload("room", &owner, "a", large(20_000)).await.unwrap().contents[0].id;
    let other = world.upload("room", &owner, "b", large(5)).await.unwrap().contents[0].id;
    let made = make(&world, &owner, download(id, Some(2))).await.unwrap();
    assert!(made.secret.expose_secret().starts_with("tkt_"));
    assert_eq!(made.ticket.expires_at, world.app.now().saturating_add(std::time::Duration::from_secs(600)));
    assert_eq!(read_by(&world, &made, id).await.unwrap(), large(20_000));
    refused!(read_by(&world, &made, other).await, Error::Unauthorized(Unauthorized::Ticket));
    world.room("elsewhere").await;
    let elsewhere =
        world.app.readable_by_ticket(&at("elsewhere"), made.secret.expose_secret(), id).await.map(drop);
    refused!(elsewhere, Error::Unauthorized(Unauthorized::Ticket));
    // What is found and not opened costs nothing.
    for _ in 0..5 {
        world.app.readable_by_ticket(&at("room"), made.secret.expose_secret(), id).await.unwrap();
        let seen = world.app.peek_ticket(made.secret.expose_secret()).await.unwrap();
        assert_eq!((seen.ticket.uses, seen.content.map(|content| content.id)), (1, Some(id)));
    }
    world.wait(599);
    assert!(read_by(&world, &made, id).await.is_ok());
    refused!(read_by(&world, &made, id).await, Error::TicketSpent);
    refused!(world.app.peek_ticket(made.secret.expose_secret()).await.map(drop), Error::TicketSpent);
    world.wait(1);
    refused!(read_by(&world, &made, id).await, Error::Unauthorized(Unauthorized::Ticket));
    assert_eq!(world.app.gc(true).await.unwrap().cleaned_tokens, 1);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_tokens, 1);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_tokens, 0);
}

/// Openings that were found in time and come too late are refused, and cost the other limit nothing.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_no_more_read_than_ticket_and_content_allow() {
    let world = World::new();
    let owner = world.room("room").await;
    let file = FileRequest::new("a", 0).max_downloads(Some(3));
    let (_, mut upload) = world.begin("room", &owner, file).await;
    upload.finish_file().await.unwrap();
    let id = upload.commit().await.unwrap().contents[0].id;
    let (tight, wide) = (
        make(&world, &owner, download(id, Some(2))).await.unwrap(),
        make(&world, &owner, download(id, Some(9))).await.unwrap(),
    );
    let mut found = Vec::new();
    for ticket in [&tight; 25].into_iter().chain([&wide; 25]) {
        let secret = ticket.secret.expose_secret();
        found.push(world.app.readable_by_ticket(&at("room"), secret, id).await.unwrap());
    }
    let opened =
        found.into_iter().map(|readable| tokio::spawn(async move { readable.open(None).await.is_ok() }));
    let won = join_all(opened).await.into_iter().filter(|won| *won.as_ref().unwrap()).count();
    assert_eq!(won, 3);
    let uses: Vec<u64> = world
        .app
        .tickets(&at("room"), &Caller::token(&owner), None, 1_000)
        .await
        .unwrap()
        .items
        .iter()
        .map(|ticket| ticket.uses)
        .collect();
    assert_eq!(uses.iter().sum::<u64>(), 3, "{uses:?}");
    assert!(uses[0] <= 2);
}

#[tokio::test]
async fn an_entry_by_ticket_is_as_narrow_as_the_ticket_and_stays_so() {
    let world = World::new();
    let owner = world.room("room").await;
    let looker = Permission::VIEW | Permission::SHARE;
    let made = make(&world, &owner, invitation(Some(looker))).await.unwrap();
    assert_eq!(made.ticket.max_uses, Some(1));
    let request = with_ticket(&made.secret).with_refresh_token(true);
    let entered = world.app.issue_token(&at("room"), request).await.unwrap();
    assert_eq!((entered.claims.permission, entered.claims.owner), (looker.bits(), false));
    refused!(world.issue("room", with_ticket(&made.secret)).await, Error::TicketSpent);
    let token = entered.token.expose_secret();
    let renewed = world.app.issue_token(&at("room"), with_token(token)).await.unwrap();
    let refreshed = world.app.refresh(entered.refresh.unwrap().token.expose_secret()).await.unwrap();
    assert_eq!((renewed.claims.permission, refreshed.claims.permission), (looker.bits(), looker.bits()));

    // It hands on what it has, and no more.
    refused!(
        make(&world, token, invitation(Some(Permission::all()))).await,
        Error::PermissionDenied(missing) if missing == Permission::EDIT | Permission::DELETE
    );
    let handed_on = make(&world, token, invitation(None)).await.unwrap();
    assert_eq!(handed_on.ticket.scope, looker);
    let next = world.app.issue_token(&at("room"), with_ticket(&handed_on.secret)).await.unwrap();
    assert_eq!(next.claims.permission, looker.bits());
    let view = make(&world, &owner, invitation(Some(Permission::VIEW))).await.unwrap();
    let viewer = world.issue("room", with_ticket(&view.secret)).await.unwrap();
    refused!(
        make(&world, &viewer, invitation(None)).await,
        Error::PermissionDenied(missing) if missing == Permission::SHARE
    );
}

#[tokio::test]
async fn a_room_that_lets_nobody_in_spends_no_ticket() {
    let world = World::new();
    let owner = world.room("room").await;
    let made = make(&world, &owner, invitation(None)).await.unwrap();
    let enter = || world.issue("room", with_ticket(&made.secret));
    let set = async |settings| {
        world.app.change_settings(&at("room"), &Caller::token(&owner), settings).await.unwrap()
    };
    let status = |status| RoomSettings::default().status(Some(Some(status)));
    set(status(RoomStatus::Locked)).await;
    refused!(enter().await, Error::RoomLocked);
    refused!(world.app.peek_ticket(made.secret.expose_secret()).await.map(drop), Error::RoomLocked);
    set(status(RoomStatus::Closed)).await;
    refused!(enter().await, Error::RoomClosed);
    let exhausted = status(RoomStatus::Open).max_entries(Some(Some(1)));
    let before = set(exhausted).await.entries;
    refused!(enter().await, Error::EntriesExhausted);
    let room = set(RoomSettings::default().max_entries(Some(None))).await;
    assert_eq!((before, room.entries), (1, 1));
    enter().await.unwrap();
    assert_eq!(world.app.room(&at("room"), &Caller::token(&owner)).await.unwrap().entries, 2);
}

#[tokio::test]
async fn a_drop_box_sees_what_its_session_added() {
    let world = World::new();
    let owner = world.room("room").await;
    let ours = world.upload("room", &owner, "ours", large(3)).await.unwrap().contents[0].id;
    let drop_box = invitation(Some(Permission::EDIT)).max_uses(Some(2));
    let made = make(&world, &owner, drop_box).await.unwrap();
    let guest = world.issue("room", with_ticket(&made.secret)).await.unwrap();
    let other = world.issue("room", with_ticket(&made.secret)).await.unwrap();
    let mine = world.upload("room", &guest, "mine", large(7)).await.unwrap().contents[0].id;
    // A renewed token is the same session.
    let guest = world.issue("room", with_token(&guest)).await.unwrap();
    let list = async |token: &str| {
        let contents =
            world.app.contents(&at("room"), &Caller::token(token), ContentPage::default()).await.unwrap();
        contents.into_iter().map(|content| content.id).collect::<Vec<_>>()
    };
    assert_eq!(list(&guest).await, [mine]);
    assert_eq!(list(&other).await, []);
    assert_eq!(list(&owner).await, [ours, mine]);
    assert_eq!(world.read("room", &guest, mine).await.unwrap(), large(7));
    refused!(world.read("room", &guest, ours).await, Error::ContentNotFound(id) if id == ours);
    refused!(world.app.content(&at("room"), &Caller::token(&other), mine).await, Error::ContentNotFound(id) if id == mine);
    refused!(make(&world, &guest, download(ours, None)).await, Error::ContentNotFound(_));
    let followed = make(&world, &guest, download(mine, None)).await.unwrap();
    assert_eq!(read_by(&world, &followed, mine).await.unwrap(), large(7));

    // Neither looking nor adding: there is nothing to see at all.
    let blind = make(&world, &owner, invitation(Some(Permission::DELETE))).await.unwrap();
    let blind = world.issue("room", with_ticket(&blind.secret)).await.unwrap();
    let page = ContentPage::default();
    refused!(world.app.contents(&at("room"), &Caller::token(&blind), page).await, Error::PermissionDenied(_));
    refused!(world.read("room", &blind, mine).await, Error::PermissionDenied(_));
    assert!(world.app.room(&at("room"), &Caller::token(&blind)).await.is_ok());
}

/// An owner's invitation that names what it allows holds in a room where guests may only look, and through every token
/// that its session gets; it still sees nothing that it did not add.
#[tokio::test]
async fn what_an_owner_names_holds_whatever_guests_may_do() {
    let world = World::new();
    let owner = world.room("room").await;
    let ours = world.upload("room", &owner, "ours", large(3)).await.unwrap().contents[0].id;
    let permit = async |permission| {
        world.app.set_permission(&at("room"), &Caller::token(&owner), permission).await.unwrap();
    };
    let usual = make(&world, &owner, invitation(None)).await.unwrap();
    let made = make(&world, &owner, invitation(Some(Permission::EDIT | Permission::SHARE))).await.unwrap();
    assert_eq!((usual.ticket.granted, made.ticket.granted), (Permission::empty(), Permission::EDIT));
    permit(Permission::VIEW).await;
    let slug = world.app.room(&at("room"), &Caller::token(&owner)).await.unwrap().slug;
    let request = with_ticket(&made.secret).with_refresh_token(true);
    let entered = world.app.issue_token(&at(&slug), request).await.unwrap();
    assert_eq!((entered.claims.permission, entered.claims.granted), (2, 2), "SHARE is the room's own");
    let renewed = world.app.issue_token(&at(&slug), with_token(entered.token.expose_secret())).await.unwrap();
    let refreshed = world.app.refresh(entered.refresh.unwrap().token.expose_secret()).await.unwrap();
    for issued in [&renewed, &refreshed] {
        assert_eq!((issued.claims.permission, issued.claims.granted), (2, 2));
    }
    let guest = refreshed.token.expose_secret();
    let mine = world.upload(&slug, guest, "mine", large(7)).await.unwrap().contents[0].id;
    refused!(world.read(&slug, guest, ours).await, Error::ContentNotFound(_));
    assert_eq!(world.read(&slug, guest, mine).await.unwrap(), large(7));

    // Whoever came by what names nothing has what the room gives, and no more.
    let plain = world.app.issue_token(&at(&slug), with_ticket(&usual.secret)).await.unwrap();
    assert_eq!((plain.claims.permission, plain.claims.granted), (Permission::VIEW.bits(), 0));
    let late = world.upload(&slug, plain.token.expose_secret(), "no", large(1)).await.map(drop);
    refused!(late, Error::PermissionDenied(Permission::EDIT));

    // Widening the room gives it no more than was named; who is thrown out keeps nothing.
    permit(Permission::all()).await;
    refused!(world.read("room", guest, ours).await, Error::ContentNotFound(_));
    world.app.revoke_token(&at("room"), &Caller::token(&owner), refreshed.claims.jti).await.unwrap();
    refused!(world.read("room", guest, mine).await, Error::Unauthorized(Unauthorized::Revoked));
}

#[tokio::test]
async fn what_an_owner_granted_is_not_for_its_guest_to_give() {
    let world = World::new();
    let owner = world.room("room").await;
    let all = invitation(Some(Permission::all()));
    let made = make(&world, &owner, all).await.unwrap();
    let narrow = Permission::VIEW | Permission::SHARE;
    world.app.set_permission(&at("room"), &Caller::token(&owner), narrow).await.unwrap();
    let friend = world.issue("room", with_ticket(&made.secret)).await.unwrap();
    world.upload("room", &friend, "a", large(1)).await.unwrap();
    refused!(
        make(&world, &friend, invitation(Some(Permission::EDIT))).await,
        Error::PermissionDenied(missing) if missing == Permission::EDIT
    );
    for asked in [None, Some(Permission::VIEW)] {
        let handed_on = make(&world, &friend, invitation(asked)).await.unwrap();
        assert_eq!(handed_on.ticket.granted, Permission::empty());
        let next = world.issue("room", with_ticket(&handed_on.secret)).await.unwrap();
        let refused = world.upload("room", &next, "b", large(1)).await.map(drop);
        refused!(refused, Error::PermissionDenied(Permission::EDIT));
    }
}

/// A guest's drop box follows the room: where that takes nothing, the link says so and keeps its use.
#[tokio::test]
async fn a_ticket_that_would_allow_nothing_spends_no_use() {
    let world = World::new();
    let owner = world.room("room").await;
    let guest = world.enter("room").await.unwrap();
    let made = make(&world, &guest, invitation(Some(Permission::EDIT))).await.unwrap();
    let permit = async |permission| {
        world.app.set_permission(&at("room"), &Caller::token(&owner), permission).await.unwrap();
    };
    permit(Permission::VIEW | Permission::SHARE).await;
    for _ in 0..2 {
        refused!(world.issue("room", with_ticket(&made.secret)).await, Error::TicketIdle(Permission::EDIT));
        let seen = world.app.peek_ticket(made.secret.expose_secret()).await.map(drop);
        refused!(seen, Error::TicketIdle(Permission::EDIT));
    }
    permit(Permission::all()).await;
    world.issue("room", with_ticket(&made.secret)).await.unwrap();
    refused!(world.issue("room", with_ticket(&made.secret)).await, Error::TicketSpent);
}

#[tokio::test]
async fn a_guest_handles_the_tickets_of_its_session_an_owner_all() {
    let world = World::new();
    let owner = world.room("room").await;
    let guest = world.enter("room").await.unwrap();
    let (ours, theirs) = (
        make(&world, &owner, invitation(None)).await.unwrap(),
        make(&world, &guest, invitation(None)).await.unwrap(),
    );
    let list = async |token: &str| {
        world.app.tickets(&at("room"), &Caller::token(token), None, 1_000).await.unwrap().items
    };
    assert_eq!(list(&guest).await, std::slice::from_ref(&theirs.ticket));
    assert_eq!(list(&owner).await, [ours.ticket.clone(), theirs.ticket.clone()]);
    let revoke =
        async |token: &str, id| world.app.revoke_ticket(&at("room"), &Caller::token(token), id).await;
    refused!(revoke(&guest, ours.ticket.id).await, Error::NotYourTicket);
    refused!(revoke(&owner, TicketId(i64::MAX)).await, Error::TicketNotFound);
    // Whoever leaves has given the ticket away all the same.
    world.app.logout(&guest).await.unwrap();
    assert!(world.app.peek_ticket(theirs.secret.expose_secret()).await.is_ok());
    revoke(&owner, theirs.ticket.id).await.unwrap();
    revoke(&owner, theirs.ticket.id).await.unwrap();
    refused!(
        world.issue("room", with_ticket(&theirs.secret)).await,
        Error::Unauthorized(Unauthorized::Ticket)
    );
    assert_eq!(list(&owner).await, [ours.ticket]);
}

#[tokio::test]
async fn an_invitation_ends_with_the_guest_who_is_thrown_out_and_with_sharing() {
    let world = World::new();
    let owner = world.room("room").await;
    let guest = world.enter("room").await.unwrap();
    let (ours, theirs) = (
        make(&world, &owner, invitation(None)).await.unwrap(),
        make(&world, &guest, invitation(None)).await.unwrap(),
    );
    let good =
        async |ticket: &CreatedTicket| world.app.peek_ticket(ticket.secret.expose_secret()).await.is_ok();
    assert!(good(&ours).await && good(&theirs).await);
    let switch = async |share| {
        let permission = if share { Permission::all() } else { Permission::all() - Permission::SHARE };
        world.app.set_permission(&at("room"), &Caller::token(&owner), permission).await.unwrap();
    };
    switch(false).await;
    assert!(good(&ours).await && !good(&theirs).await);
    switch(true).await;
    assert!(good(&theirs).await);
    let tokens = world.app.tokens(&at("room"), &Caller::token(&guest), None, 1_000).await.unwrap();
    world.app.revoke_token(&at("room"), &Caller::token(&owner), tokens.current).await.unwrap();
    assert!(good(&ours).await && !good(&theirs).await);
}

#[tokio::test]
async fn who_sees_only_the_own_contents_deletes_only_those() {
    let world = World::new();
    let owner = world.room("room").await;
    let theirs = world.upload("room", &owner, "a", large(5)).await.unwrap().contents[0].id;
    let tidy = make(&world, &owner, invitation(Some(Permission::EDIT | Permission::DELETE))).await.unwrap();
    let tidy = world.issue("room", with_ticket(&tidy.secret)).await.unwrap();
    let own = world.upload("room", &tidy, "b", large(5)).await.unwrap().contents[0].id;
    let delete = async |ids| world.app.delete_contents(&at("room"), &Caller::token(&tidy), ids).await;
    refused!(delete(vec![theirs, own]).await, Error::ContentNotFound(id) if id == theirs);
    assert_eq!(delete(vec![own]).await.unwrap().deleted, [own]);
    assert!(world.read("room", &owner, theirs).await.is_ok());
}

#[tokio::test]
async fn terms_are_read_before_anything_else_and_end_with_the_room() {
    let world = World::new();
    let none = invitation(None).ttl_seconds(Some(0));
    let nobody = world.app.create_ticket(&at("nowhere"), &Caller::Nobody, none).await;
    refused!(nobody, Error::Invalid(Invalid::TicketTtl));
    let end = world.app.now().saturating_add(std::time::Duration::from_millis(90_500));
    world.create("room", RoomOptions::default().expire_at(Some(end))).await.unwrap();
    let owner = world.enter("room").await.unwrap();
    let made = make(&world, &owner, invitation(None)).await.unwrap();
    assert_eq!(made.ticket.expires_at, end);
    world.wait(91);
    refused!(world.app.peek_ticket(made.secret.expose_secret()).await.map(drop), Error::RoomExpired);
    world.app.gc(false).await.unwrap();
    refused!(
        world.app.peek_ticket(made.secret.expose_secret()).await.map(drop),
        Error::Unauthorized(Unauthorized::Ticket)
    );
}
