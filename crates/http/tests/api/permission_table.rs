//! The permission table of the contract: every bit against every endpoint, for guest, narrowed guest, owner,
//! another room's token, a revoked one, none.

use reqwest::{Method, RequestBuilder, StatusCode, multipart};
use serde_json::{Value, json};

use crate::support::TestServer;

/// What an endpoint needs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Needs {
    Token,
    /// One of these bits at least.
    Any(u64),
    Owner,
}

/// VIEW, or EDIT for what one added oneself.
const LOOK: Needs = Needs::Any(1 | 2);
const EDIT: Needs = Needs::Any(2);
const SHARE: Needs = Needs::Any(4);
const DELETE: Needs = Needs::Any(8);
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// One endpoint. Where it is let through, what it names does not exist or fit, or is an empty file, so that the next row
/// finds the same room; the last row deletes the room.
struct Row {
    method: Method,
    path: &'static str,
    body: Body,
    needs: Needs,
    let_through: StatusCode,
}

enum Body {
    Nothing,
    Json(fn(u64) -> Value),
    Form,
    Chunk,
    Empty,
    Picture,
}

fn table() -> Vec<Row> {
    let row = |method: &str, path, body, needs, let_through: u16| Row {
        method: method.parse().unwrap(),
        path,
        body,
        needs,
        let_through: StatusCode::from_u16(let_through).unwrap(),
    };
    let too_much_in_chunks =
        |_| json!({"files": [{"name": "a", "size": 11u64 << 30, "chunk_size": 64 << 20}]});
    let edits = |_| json!({"version": 1, "client": "a", "edits": [[[0, "x"]]]});
    let complete = |_| json!({"reservation_id": NOBODY});
    let too_much = |_| json!({"files": [{"name": "a", "size": 1u64 << 60}]});
    vec![
        row("GET", "", Body::Nothing, Needs::Token, 200),
        row("POST", "/permissions", Body::Json(|now| json!({"permission": now})), Needs::Owner, 200),
        row("POST", "/settings", Body::Json(|_| json!({})), Needs::Owner, 200),
        row("GET", "/events", Body::Nothing, LOOK, 200),
        row("GET", "/presence", Body::Nothing, LOOK, 200),
        row("POST", "/presence", Body::Json(|_| json!({"doing": "typing"})), LOOK, 200),
        row("POST", "/signals", Body::Json(|_| json!({"to": "0000000000000000", "data": ""})), LOOK, 404),
        row("GET", "/tokens", Body::Nothing, Needs::Token, 200),
        row("DELETE", "/tokens/00000000-0000-4000-8000-000000000000", Body::Nothing, Needs::Token, 404),
        row("POST", "/tokens/revoke", Body::Json(|_| json!({"jti": NOBODY})), Needs::Token, 404),
        row("GET", "/tickets", Body::Nothing, Needs::Token, 200),
        row("DELETE", "/tickets/999", Body::Nothing, Needs::Token, 404),
        row("POST", "/tickets", Body::Json(|_| json!({"action": "download", "content_id": 999})), LOOK, 404),
        row("POST", "/tickets", Body::Json(|_| json!({"action": "enter"})), SHARE, 201),
        row("GET", "/contents", Body::Nothing, LOOK, 200),
        row("POST", "/contents/prepare", Body::Json(too_much), EDIT, 413),
        row("POST", "/contents?reservation_id=999", Body::Form, EDIT, 404),
        row("PUT", "/files/dir/empty", Body::Empty, EDIT, 201),
        row("DELETE", "/reservations/999", Body::Nothing, EDIT, 404),
        row("POST", "/uploads/chunks/prepare", Body::Json(too_much_in_chunks), EDIT, 413),
        row(
            "POST",
            "/uploads/chunks?reservation_id=00000000-0000-4000-8000-000000000000",
            Body::Chunk,
            EDIT,
            404,
        ),
        row(
            "PUT",
            "/uploads/chunks/0/0?reservation_id=00000000-0000-4000-8000-000000000000",
            Body::Empty,
            EDIT,
            404,
        ),
        row(
            "GET",
            "/uploads/chunks/status?reservation_id=00000000-0000-4000-8000-000000000000",
            Body::Nothing,
            Needs::Token,
            404,
        ),
        row("POST", "/uploads/chunks/complete", Body::Json(complete), EDIT, 404),
        row(
            "DELETE",
            "/uploads/chunks/00000000-0000-4000-8000-000000000000",
            Body::Nothing,
            Needs::Token,
            404,
        ),
        row("GET", "/uploads", Body::Nothing, LOOK, 200),
        row("GET", "/contents/999", Body::Nothing, LOOK, 404),
        row("HEAD", "/contents/999", Body::Nothing, LOOK, 404),
        row("GET", "/contents/999/download", Body::Nothing, LOOK, 404),
        row("HEAD", "/contents/999/download", Body::Nothing, LOOK, 404),
        row("PUT", "/contents/999/thumbnail", Body::Picture, EDIT, 404),
        row("GET", "/contents/999/thumbnail", Body::Nothing, LOOK, 404),
        row("HEAD", "/contents/999/thumbnail", Body::Nothing, LOOK, 404),
        row("GET", "/contents/999/meta", Body::Nothing, LOOK, 404),
        row("POST", "/texts", Body::Json(|_| json!({"text": ""})), EDIT, 201),
        row("POST", "/urls", Body::Json(|_| json!({"url": "https://example.org"})), EDIT, 201),
        row("PATCH", "/contents/999999", Body::Json(|_| json!({"pinned": true})), EDIT, 404),
        row("POST", "/contents/999999/edits", Body::Json(edits), EDIT, 404),
        row("GET", "/contents/999999/edits?since=1", Body::Nothing, LOOK, 404),
        row("GET", "/archive.zip", Body::Nothing, LOOK, 200),
        row("HEAD", "/archive.zip", Body::Nothing, LOOK, 200),
        row("DELETE", "/contents", Body::Json(|_| json!({"ids": [999]})), DELETE, 404),
        row("DELETE", "", Body::Nothing, DELETE, 200),
    ]
}

impl Row {
    fn request(&self, server: &TestServer, room: &str, token: Option<&str>, now: u64) -> RequestBuilder {
        let url = format!("{}/api/v1/rooms/{room}{}", server.url, self.path);
        let mut request = server.client.request(self.method.clone(), url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        match self.body {
            Body::Nothing => request,
            // Only a change asks for the version it starts from.
            Body::Json(body) => request.header("if-match", "\"1\"").json(&body(now)),
            Body::Empty => request.header("content-length", 0).body(""),
            Body::Picture => {
                let picture = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x01\x00\x01\x03";
                request.header("content-type", "image/jpeg").body(&picture[..])
            }
            Body::Chunk => {
                let fields = [("chunk_index", "0"), ("chunk_size", "1"), ("chunk_data", "x")];
                let form = fields
                    .into_iter()
                    .fold(multipart::Form::new(), |form, (name, value)| form.text(name, value));
                request.multipart(form)
            }
            Body::Form => request
                .multipart(multipart::Form::new().part("file", multipart::Part::text("x").file_name("a"))),
        }
    }

    /// Sends it; checks the status, and the code of a refusal.
    async fn expect(&self, request: RequestBuilder, status: StatusCode, code: &str, who: &str) {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{who}: {} {}", self.method, self.path);
        if self.method != Method::HEAD && status != self.let_through {
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["code"], code, "{who}: {} {}", self.method, self.path);
        }
    }
}

struct Room {
    slug: String,
    owner: String,
}

/// A room of that permission with its owner's token.
async fn room(server: &TestServer, name: &str, permission: u64) -> Room {
    let created = server.post(&format!("/rooms/{name}"), None, json!({"permission": permission})).await;
    let slug = created["slug"].as_str().unwrap().to_owned();
    let owner = enter(server, &slug).await;
    Room { slug, owner }
}

async fn enter(server: &TestServer, slug: &str) -> String {
    let entered = server.post(&format!("/rooms/{slug}/tokens"), None, json!({})).await;
    entered["token"].as_str().unwrap().to_owned()
}

/// Guests whom an owner's ticket of any permission let in, in a room that allows everything, and in one where guests may
/// only look.
#[tokio::test(flavor = "multi_thread")]
async fn a_narrowed_guest_may_do_what_the_ticket_says() {
    let server = TestServer::start().await;
    for (scope, default) in (1..16).flat_map(|scope| [(scope, 15), (scope, 1)]) {
        let Room { slug, owner } = room(&server, &format!("r{scope}-{default}"), default).await;
        // Whether a room is found by its name is the room's to say.
        let scope = if default == 1 { scope & !4 } else { scope };
        if scope == 0 {
            continue;
        }
        let invite = json!({"action": "enter", "permission": scope});
        let invite = server.post(&format!("/rooms/{slug}/tickets"), Some(&owner), invite).await;
        let entry = json!({"ticket": invite["ticket"]});
        let entered = server.post(&format!("/rooms/{slug}/tokens"), None, entry).await;
        let guest = entered["token"].as_str().unwrap();
        for row in table() {
            let (status, code) = match row.needs {
                Needs::Token => (row.let_through, ""),
                Needs::Any(bits) if scope & bits != 0 => (row.let_through, ""),
                Needs::Any(_) => (StatusCode::FORBIDDEN, "permission_denied"),
                Needs::Owner => (StatusCode::FORBIDDEN, "owner_only"),
            };
            let request = row.request(&server, &slug, Some(guest), 15);
            row.expect(request, status, code, &format!("guest narrowed to {scope}")).await;
        }
    }
}

/// Guests whose token carries any permission, in rooms that have any permission now.
#[tokio::test(flavor = "multi_thread")]
async fn a_guest_may_do_what_token_and_room_both_allow() {
    let server = TestServer::start().await;
    for issued in (1..16).step_by(2) {
        for now in (1..16).step_by(2) {
            let Room { slug, owner } = room(&server, &format!("r{issued}-{now}"), issued).await;
            let guest = enter(&server, &slug).await;
            let set = json!({"permission": now});
            let changed = server.post(&format!("/rooms/{slug}/permissions"), Some(&owner), set).await;
            let slug = changed["slug"].as_str().unwrap();
            for row in table() {
                let allowed = match row.needs {
                    Needs::Token => true,
                    Needs::Any(bits) => issued & now & bits != 0,
                    Needs::Owner => false,
                };
                let (status, code) = match row.needs {
                    _ if allowed => (row.let_through, ""),
                    Needs::Owner => (StatusCode::FORBIDDEN, "owner_only"),
                    Needs::Any(_) | Needs::Token => (StatusCode::FORBIDDEN, "permission_denied"),
                };
                let who = format!("guest issued {issued}, room now {now}");
                let request = row.request(&server, slug, Some(&guest), now);
                row.expect(request, status, code, &who).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_may_do_everything_whatever_the_room_allows() {
    let server = TestServer::start().await;
    for now in (1..16).step_by(2) {
        let Room { slug, owner } = room(&server, &format!("r{now}"), now).await;
        for row in table() {
            let request = row.request(&server, &slug, Some(&owner), now);
            row.expect(request, row.let_through, "", &format!("owner, room now {now}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_no_good_opens_nothing() {
    let server = TestServer::start().await;
    let here = room(&server, "here", 15).await;
    let there = room(&server, "there", 15).await;
    let revoked = enter(&server, "here").await;
    let logout = json!({"access_token": revoked});
    server.post("/auth/logout", None, logout).await;

    // A room of the same name that is gone: its tokens do not open the new one.
    let gone = room(&server, "again", 15).await;
    server.delete("/rooms/again", &gone.owner).await;
    room(&server, "again", 15).await;

    let cases = [
        ("none", "here", None, "token_missing"),
        ("garbage", "here", Some("a.b.c"), "token_invalid"),
        ("another room's owner", "here", Some(there.owner.as_str()), "token_invalid"),
        ("revoked", "here", Some(revoked.as_str()), "token_revoked"),
        ("of a gone room of that name", "again", Some(gone.owner.as_str()), "token_invalid"),
    ];
    for (who, room, token, code) in cases {
        for row in table() {
            // A room that is open to all shows itself without a token.
            if token.is_none() && row.method == Method::GET && row.path.is_empty() {
                continue;
            }
            let request = row.request(&server, room, token, 15);
            row.expect(request, StatusCode::UNAUTHORIZED, code, who).await;
        }
    }
    // The same by query, and the header wins over it.
    let url = format!("{}/api/v1/rooms/here/contents", server.url);
    let by_query = |token: &str| server.client.get(&url).query(&[("token", token)]);
    assert_eq!(by_query(&there.owner).send().await.unwrap().status(), 401);
    assert_eq!(by_query(&here.owner).send().await.unwrap().status(), 200);
    let both = by_query(&there.owner).bearer_auth(&here.owner);
    assert_eq!(both.send().await.unwrap().status(), 200);

    server.clock.advance(std::time::Duration::from_secs(3600));
    for row in table() {
        let request = row.request(&server, "here", Some(&here.owner), 15);
        row.expect(request, StatusCode::UNAUTHORIZED, "token_expired", "expired").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_room_lets_nobody_do_anything_but_its_owner() {
    let server = TestServer::start().await;
    let Room { slug, owner } = room(&server, "closed", 15).await;
    let guest = enter(&server, &slug).await;
    server.post("/rooms/closed/settings", Some(&owner), json!({"status": 2})).await;
    for row in table() {
        let request = row.request(&server, &slug, Some(&guest), 15);
        row.expect(request, StatusCode::FORBIDDEN, "room_closed", "guest of a closed room").await;
    }
    for row in table() {
        let request = row.request(&server, &slug, Some(&owner), 15);
        row.expect(request, row.let_through, "", "owner of a closed room").await;
    }
}
