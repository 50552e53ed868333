//! What goes wrong, and how that is told: one line, and a code that means something.

use std::net::TcpListener;

use crate::server::{Person, Server, names};

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_mean_something() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    person.write("a.txt", "a");
    person.write("big.bin", vec![1; 5_000]);
    person.run(&["room", "create", &room, "--max-size=4KiB", "--permission=view,share"]).ok();

    assert!(person.run(&["put", "big.bin", &room]).failed(5).contains("(room_full)"));
    let guest = Person::new();
    guest.write("a.txt", "a");
    assert!(guest.run(&["put", "a.txt", &room]).failed(3).contains("(permission_denied)"));
    assert!(guest.run(&["room", "delete", &room, "--yes"]).failed(3).contains("(permission_denied)"));
    assert!(
        guest.run(&["put", "a.txt", &server.at("no"), "--no-create"]).failed(4).contains("(room_not_found)")
    );
    guest.run(&["ls", &server.at("no")]).failed(4);
    guest.run(&["get", &server.at("room/no.txt")]).failed(4);
    guest.run(&["get", &server.at("room#99")]).failed(4);
    assert!(guest.run(&["put", "missing.txt", &room]).failed(1).contains("missing.txt"));
    assert!(guest.run(&["room", "create", &server.at("api")]).failed(1).contains("(invalid_room_name)"));
    for args in [
        &["get", &room][..],
        &["get", &server.at("room/a"), "--all", "x"],
        &["ls", &server.at("room/a")],
        &["put", "a.txt"],
        &["ls", "ftp://example.org/room"],
        &["put", "a.txt", &room, "--expire-in=soon"],
        &["invite", &room, "--permission=everything"],
    ] {
        let ran = guest.run(args);
        assert!(ran.stderr().starts_with("error: "), "{args:?}: {}", ran.stderr());
        assert_eq!(ran.stdout(), "");
        assert_eq!(guest.run(args).code(), Some(2), "{args:?}");
    }
    assert_eq!(names(&guest.work()), ["a.txt"], "nothing appeared");
}

#[test]
fn a_server_that_is_not_there_is_one_line() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = Person::new().run(&["ls", &format!("http://{address}/room")]).failed(1);
    assert!(error.contains(&address.to_string()) && error.contains("onnection refused"), "{error}");
    let error = Person::new().run(&["ls", "https://:hunter2@127.0.0.1/room"]).failed(2);
    assert!(!error.contains("hunter2"), "{error}");
}
