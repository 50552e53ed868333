use std::{sync::Arc, time::Duration};

use elizabeth_core::{
    Caller, Error, Invalid,
    change::{Edit, VersionPrecondition},
    content::Content,
    crypto::JwtSigner,
    id::{ContentId, Jti, SessionId},
    memory::{MemoryBlobs, MemoryStore},
    permission::Permission,
    policy::{Policy, TEXT_LISTED_MAX},
    ports::{ContentPage, Store, TokenSigner},
    text::{LinkRequest, TextRequest},
    token::{Session, TokenRecord},
};
use futures::future::join_all;
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::{
    refused,
    support::{World, at},
};

fn text(text: impl Into<String>) -> TextRequest {
    TextRequest::new(text)
}

fn says(text: impl Into<String>) -> Edit {
    Edit::default().text(Some(text.into()))
}

fn from(version: u64) -> Option<VersionPrecondition> {
    Some(VersionPrecondition::Versions(vec![version]))
}

async fn add(world: &World, token: &str, what: &str) -> Content {
    world.app.add_text(&at("room"), &Caller::token(token), text(what)).await.unwrap()
}

#[tokio::test]
async fn texts_and_links_are_contents_as_any() {
    let world = World::new();
    let token = world.room("room").await;
    let note = add(&world, &token, "ein Text").await;
    let link = LinkRequest::new("https://a.example");
    let link = world.app.add_link(&at("room"), &Caller::token(&token), link).await.unwrap();
    assert_eq!((note.text.as_deref(), link.text.as_deref()), (Some("ein Text"), Some("https://a.example")));
    let listed =
        world.app.contents(&at("room"), &Caller::token(&token), ContentPage::default()).await.unwrap();
    assert_eq!(listed, [note.clone(), link.clone()]);
    assert_eq!(world.read("room", &token, note.id).await.unwrap(), b"ein Text");
    assert_eq!(world.read("room", &token, link.id).await.unwrap(), b"https://a.example");
    assert_eq!(world.current_size("room", &token).await, 8 + 17);
    assert_eq!(world.blobs.len(), 0);
    world.app.delete_contents(&at("room"), &Caller::token(&token), vec![note.id, link.id]).await.unwrap();
    assert_eq!(world.current_size("room", &token).await, 0);
}

#[tokio::test]
async fn a_change_starts_from_a_version_or_not_at_all() {
    let world = World::new();
    let token = world.room("room").await;
    let id = add(&world, &token, "one").await.id;
    let change = async |expected, edit| {
        world.app.change_content(&at("room"), &Caller::token(&token), id, expected, edit).await
    };
    refused!(change(None, says("two")).await, Error::PreconditionRequired);
    world.wait(1);
    let two = change(from(1), says("two")).await.unwrap();
    assert_eq!((two.text.as_deref(), two.version, two.updated_at), (Some("two"), 2, world.app.now()));
    let current = change(from(1), says("late")).await;
    refused!(current, Error::PreconditionFailed(current) if *current == two);
    assert_eq!(world.app.content(&at("room"), &Caller::token(&token), id).await.unwrap(), two);
    assert_eq!(change(Some(VersionPrecondition::Any), says("three")).await.unwrap().version, 3);
    let past = Edit::default().expire_at(Some(Some(world.app.now())));
    refused!(change(from(3), past).await, Error::Invalid(Invalid::ContentExpireAt));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_editors_at_once_each_version_has_one_author() {
    let world = World::new();
    let token = world.room("room").await;
    let id = add(&world, &token, "").await.id;
    let editors = (0..40).map(|n| {
        let (app, token) = (world.app.clone(), token.clone());
        tokio::spawn(async move {
            app.change_content(&at("room"), &Caller::token(&token), id, from(1), says(format!("{n}"))).await
        })
    });
    let outcomes = join_all(editors).await.into_iter().map(|outcome| outcome.unwrap());
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 39));
    let end = world.app.content(&at("room"), &Caller::token(&token), id).await.unwrap();
    assert_eq!(*won[0].as_ref().unwrap(), end);
    for outcome in lost {
        refused!(outcome, Error::PreconditionFailed(current) if *current == end);
    }
}

/// What cannot be seen cannot be changed either, nor told of by a version that does not match.
#[tokio::test]
async fn who_may_only_add_changes_only_what_the_own_session_added() {
    let store = MemoryStore::default();
    let blobs = MemoryBlobs::default();
    let world = World::over(blobs.clone(), Arc::new(store.clone()), Arc::new(blobs), Policy::default());
    let owner = world.room("room").await;
    let foreign = add(&world, &owner, "not yours").await;
    let room = world.app.room(&at("room"), &Caller::token(&owner)).await.unwrap();
    let session = Session {
        sid: SessionId(Uuid::from_u128(5)),
        owner: false,
        scope: Permission::EDIT,
        granted: Permission::empty(),
    };
    let jti = Jti(Uuid::from_u128(6));
    let lifetime = Duration::from_secs(60);
    let record = TokenRecord::issue(&room, jti, session, world.app.now(), lifetime);
    let mut tx = store.begin().await.unwrap();
    tx.insert_token(&record).await.unwrap();
    tx.commit().await.unwrap();
    let signer = JwtSigner::new(vec![vec![7; 32].into()]).unwrap();
    let box_token = signer.sign(&record.claims(&room)).unwrap().expose_secret().to_owned();

    let own = add(&world, &box_token, "mine").await;
    let change = async |id, version| {
        world
            .app
            .change_content(&at("room"), &Caller::token(&box_token), id, from(version), says("changed"))
            .await
    };
    assert_eq!(change(own.id, 1).await.unwrap().version, 2);
    refused!(change(own.id, 1).await, Error::PreconditionFailed(_));
    for version in [1, 9] {
        refused!(change(foreign.id, version).await, Error::ContentNotFound(_));
    }
    assert_eq!(world.app.content(&at("room"), &Caller::token(&owner), foreign.id).await.unwrap(), foreign);
}

/// The pieces of a list, put together, are the list; and each is as small as was asked for.
#[tokio::test]
async fn a_list_is_told_in_pieces_that_fit() {
    let world = World::new();
    let token = world.room("room").await;
    let limit = usize::try_from(TEXT_LISTED_MAX).unwrap();
    for len in [0, 300, 300, limit, limit + 1, 100, 400, 0, limit, 7] {
        add(&world, &token, &"x".repeat(len)).await;
        world.upload("room", &token, "a", bytes::Bytes::from_static(b"file")).await.unwrap();
    }
    let whole =
        world.app.contents(&at("room"), &Caller::token(&token), ContentPage::default()).await.unwrap();
    for (budget, limit) in [(0, None), (600, None), (700, Some(3)), (1 << 20, None), (1 << 20, Some(20))] {
        let mut listed = Vec::new();
        let mut after: Option<ContentId> = None;
        loop {
            let page = ContentPage { after, limit, ..ContentPage::default() };
            let part =
                world.app.contents_within(&at("room"), &Caller::token(&token), page, budget).await.unwrap();
            let sizes: Vec<u64> =
                part.contents.iter().filter_map(|c| c.text.as_ref()).map(|text| text.len() as u64).collect();
            assert!(sizes.iter().sum::<u64>() <= budget || part.contents.len() == 1, "{budget}: {sizes:?}");
            assert!(limit.is_none_or(|limit| part.contents.len() as u64 <= limit));
            listed.extend(part.contents);
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert!(listed == whole, "{budget} {limit:?}");
    }
}
