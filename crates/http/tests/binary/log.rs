//! The log of a whole run: every line about a request has its id, and no credential stands in any.

use std::{collections::BTreeSet, fs};

use data_encoding::BASE64;
use reqwest::multipart::Form;
use serde_json::{Value, json};

use crate::server::{Server, client, create_and_enter, ok, prepare, upload};

const ADMIN: &str = "admin-token-of-this-test";
const PASSWORD: &str = "correct horse battery staple";
const WRONG_PASSWORD: &str = "Tr0ub4dor-and-3";
const GARBAGE: &str = "garbage.that.nobody-signed";

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_stands_in_the_log_and_each_request_has_its_id() {
    let data = tempfile::tempdir().unwrap();
    let log = data.path().join("server.log");
    let env = [
        ("RUST_LOG", "trace"),
        ("ELIZABETH_LOG_FORMAT", "json"),
        ("ELIZABETH_ADMIN_TOKEN", ADMIN),
        // As if they were not set.
        ("ELIZABETH_ROOM_TTL", ""),
        ("ELIZABETH_DATABASE_URL", ""),
        ("ELIZABETH_MAX_CONNECTIONS", ""),
    ];
    let server = Server::start_logging_to(data.path(), &env, Server::log_file(&log));
    let mut secrets: BTreeSet<String> =
        [ADMIN, PASSWORD, WRONG_PASSWORD, GARBAGE].into_iter().map(str::to_owned).collect();
    let ids = run(&server, &mut secrets).await;
    server.terminate();

    let text = fs::read_to_string(&log).unwrap();
    assert!(text.lines().count() > ids.len());
    for secret in &secrets {
        for form in [secret.clone(), secret.replace(' ', "%20"), secret.replace(' ', "+")] {
            let line = text.lines().find(|line| line.contains(&form));
            assert!(line.is_none(), "{form:?} stands in {line:?}");
        }
    }
    // A token's signature alone, or a piece of any secret, is no better.
    for secret in secrets.iter().filter(|secret| secret.len() > 40) {
        let tail = &secret[secret.len() - 20..];
        assert!(!text.contains(tail), "a part of a secret stands in the log: {tail}");
    }
    for id in &ids {
        assert!(text.contains(id.as_str()), "no line of request {id}");
    }
    let requests = text.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    let requests: Vec<Value> = requests.filter(|line| line["fields"]["message"] == "answered").collect();
    assert!(requests.len() >= ids.len());
    for line in &requests {
        assert!(line["span"]["request_id"].is_string(), "{line}");
    }
    assert_accusing(&requests);
    assert_audited(&text);
}

/// Who it was, what of, and what came of it: by numbers and hashes.
fn assert_accusing(requests: &[Value]) {
    let is_hash = |value: &Value| value.as_str().is_some_and(|text| text.len() == 16);
    for line in requests {
        let fields = &line["fields"];
        assert_eq!(fields["client"], "127.0.0.1", "{line}");
        assert_eq!(fields["code"].is_string(), fields["status"].as_u64() >= Some(400), "{line}");
        assert!(fields["bytes_in"].is_u64() && fields["bytes_out"].is_u64(), "{line}");
        assert!(fields["room"].is_null() || fields["room"].is_u64(), "{line}");
        assert!(fields["session"].is_null() || is_hash(&fields["session"]), "{line}");
    }
    let of = |method: &str, route: &str, status: u64| {
        let found = requests.iter().find(|line| {
            let span = &line["span"];
            span["method"] == method && span["route"] == route && line["fields"]["status"] == status
        });
        assert!(found.is_some(), "{method} {route} {status}");
        found.unwrap()["fields"].clone()
    };
    let upload = of("POST", "/api/v1/rooms/{room}/contents", 200);
    assert!(upload["bytes_in"].as_u64() > Some(3) && upload["room"].is_u64(), "{upload}");
    assert!(is_hash(&upload["session"]), "{upload}");
    // A guess is of a room, and of nobody's session.
    let guess = of("POST", "/api/v1/rooms/{room}/tokens", 403);
    assert!(guess["room"].is_u64() && guess["session"].is_null(), "{guess}");
    // What a task of its own does is the request's too.
    let chunk = of("PUT", "/api/v1/rooms/{room}/uploads/chunks/{file_index}/{chunk_index}", 400);
    assert!(chunk["room"].is_u64() && is_hash(&chunk["session"]), "{chunk}");
    let read = of("GET", "/api/v1/rooms/{room}/contents/{id}", 200);
    assert_eq!(read["bytes_out"], 3, "{read}");
}

/// Each act of an owner or of the admin has a line.
fn assert_audited(log: &str) {
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let acts: Vec<Value> = lines.filter(|line| line["target"] == "audit").collect();
    for line in &acts {
        let fields = &line["fields"];
        assert_eq!(fields["client"], "127.0.0.0/24", "{line}");
        assert!(fields["act"].is_string() && fields["status"].is_u64(), "{line}");
    }
    let by = |act: &str| acts.iter().map(|line| &line["fields"]).find(|fields| fields["act"] == act).unwrap();
    assert!(by("room.create")["room"].is_u64());
    for act in ["token.issue", "ticket.create", "room.settings"] {
        assert!(by(act)["room"].is_u64() && by(act)["session"].is_string(), "{act}");
    }
    assert!(by("admin.cleanup")["session"].is_null());
    let guest = acts.iter().any(|line| line["fields"]["act"] == "content.delete");
    assert!(!guest, "nobody deleted anything");
}

/// Uses every kind of credential, right and wrong, in every place it can stand.
async fn run(server: &Server, secrets: &mut BTreeSet<String>) -> Vec<String> {
    let client = client();
    // No name stands in the log either.
    let room = server.room("a-quiet-place");
    secrets.insert("a-quiet-place".to_owned());
    let (created, token) = create_and_enter(&client, &room).await;
    let owner_key = created["owner_key"].as_str().unwrap();

    let locked = server.room("locked");
    ok(client.post(&locked).query(&[("password", PASSWORD)])).await;
    let body = json!({"password": PASSWORD, "with_refresh_token": true});
    let entered = ok(client.post(format!("{locked}/tokens")).json(&body)).await;
    let refresh = entered["refresh_token"].as_str().unwrap();
    let refreshed = ok(client
        .post(format!("{}/api/v1/auth/refresh", server.url))
        .json(&json!({"refresh_token": refresh})))
    .await;
    let by_key = ok(client.post(format!("{room}/tokens")).json(&json!({"owner_key": owner_key}))).await;
    let reservation = prepare(&client, &room, &token, "a.txt", 3).await.unwrap();
    upload(&client, &room, &token, reservation, "a.txt", "abc".into(), 3).await.unwrap();

    let tickets = format!("{room}/tickets");
    let contents = ok(client.get(format!("{room}/contents")).bearer_auth(&token)).await;
    let content = contents[0]["id"].as_i64().unwrap();
    let download = json!({"action": "download", "content_id": content});
    let download = ok(client.post(&tickets).bearer_auth(&token).json(&download)).await;
    let invite = ok(client.post(&tickets).bearer_auth(&token).json(&json!({"action": "enter"}))).await;
    let reading = download["ticket"].as_str().unwrap();
    let entering = invite["ticket"].as_str().unwrap();
    let folder = format!("{}/folder/a.txt", server.url);
    let made = client.put(&folder).basic_auth("abc", Some(PASSWORD)).body("x").send().await.unwrap();
    secrets.insert(made.headers()["elizabeth-owner-key"].to_str().unwrap().to_owned());
    let basic = [PASSWORD, WRONG_PASSWORD].map(|word| BASE64.encode(format!("abc:{word}").as_bytes()));
    secrets.extend(basic);

    let chunks = format!("{room}/uploads/chunks");
    let manifest = json!({"files": [{"name": "b.txt", "size": 3}]});
    let prepared = ok(client.post(format!("{chunks}/prepare")).bearer_auth(&token).json(&manifest)).await;
    let uploading = prepared["upload_token"].as_str().unwrap();
    let form = |token: &str| {
        let fields =
            [("upload_token", token), ("chunk_index", "0"), ("chunk_size", "3"), ("chunk_data", "abc")];
        fields.iter().fold(Form::new(), |form, (name, value)| form.text(*name, (*value).to_owned()))
    };

    let known = [
        &prepared["upload_token"],
        &download["ticket"],
        &invite["ticket"],
        &created["owner_key"],
        &entered["token"],
        &entered["refresh_token"],
        &refreshed["access_token"],
        &refreshed["refresh_token"],
        &by_key["token"],
    ];
    secrets.extend(known.map(|secret| secret.as_str().unwrap().to_owned()));
    secrets.insert(token.clone());

    let mut ids = Vec::new();
    for request in [
        client.get(format!("{room}/contents?token={token}")),
        client.get(format!("{room}/contents?token={GARBAGE}")),
        client.get(format!("{room}/contents?x=1;token={token}")),
        client.get(format!("{}/nowhere/{token}?token={token}&ticket={GARBAGE}", server.url)),
        client.get(format!("{room}/contents")).header("authorization", format!("Bearer {token} {PASSWORD}")),
        client.get(format!("{room}/contents/{content}?ticket={reading}")),
        client.get(format!("{room}/contents/{content}/download?ticket={entering}")),
        client.get(format!("{}/s/{reading}", server.url)),
        client.get(format!("{}/s/{entering}", server.url)).header("accept", "text/html"),
        client.get(format!("{}/s/{GARBAGE}", server.url)).header("accept", "text/html"),
        client.get(format!("{chunks}/status?upload_token={uploading}")),
        client.get(format!("{chunks}/status?upload_token={GARBAGE}&x={uploading}")),
        client.get(format!("{chunks}/status?token={uploading}&reservation_id=7")),
        client.put(format!("{chunks}/0/7?upload_token={uploading}")).body("abc"),
        client.put(format!("{chunks}/0/0")).bearer_auth(uploading).body("abcd"),
        client.post(&chunks).multipart(form(uploading)),
        client.post(&chunks).multipart(form(&format!("upl_{GARBAGE}"))),
        client
            .post(format!("{chunks}/complete"))
            .bearer_auth(uploading)
            .json(&json!({"reservation_id": uploading})),
        client.delete(format!("{chunks}/{uploading}")).bearer_auth(uploading),
        client.post(format!("{room}/tokens")).json(&json!({"ticket": reading})),
        client.post(format!("{room}/tokens")).json(&json!({"ticket": entering})),
        client.post(format!("{room}/tokens")).json(&json!({"ticket": [entering]})),
        client.get(format!("{room}/contents")).basic_auth("", Some(PASSWORD)),
        client.get(&folder).basic_auth("abc", Some(PASSWORD)),
        client.put(&folder).basic_auth("abc", Some(WRONG_PASSWORD)).body("x"),
        client.get(format!("{}/folder/?token={token}&text", server.url)),
        client.post(format!("{locked}/tokens")).json(&json!({"password": WRONG_PASSWORD})),
        client.post(format!("{locked}/tokens")).json(&json!({"owner_key": WRONG_PASSWORD})),
        client.post(format!("{room}/tokens")).body(format!("{{\"password\": \"{PASSWORD}\"")),
        client.post(format!("{room}/tokens")).json(&json!({"password": [PASSWORD]})),
        client.post(format!("{room}/tokens/validate")).json(&json!({"token": token})),
        client.post(format!("{room}/settings")).bearer_auth(&token).json(&json!({"password": PASSWORD})),
        client.post(format!("{}/api/v1/auth/cleanup", server.url)).bearer_auth(ADMIN),
        client.post(format!("{}/api/v1/auth/cleanup", server.url)).bearer_auth(GARBAGE),
        client.post(format!("{}/api/v1/auth/refresh", server.url)).json(&json!({"refresh_token": refresh})),
        client.post(format!("{}/api/v1/auth/logout", server.url)).json(&json!({"access_token": token})),
    ] {
        let answer = request.send().await.unwrap();
        ids.push(answer.headers()["x-request-id"].to_str().unwrap().to_owned());
    }
    ids
}
