//! By which names a server is reached.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::server::Server;

/// The status that a head is answered with.
fn status(server: &Server, head: &str) -> u16 {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn on_this_machine_only_its_own_names_lead_to_a_server() {
    let data = tempfile::tempdir().unwrap();
    let at =
        |server: &Server, host: &str| status(server, &format!("GET /api/v1/health HTTP/1.1\r\nhost: {host}"));
    let server = Server::start(data.path(), &[("ELIZABETH_PUBLIC_URL", "https://share.example.org:8443/x")]);
    for (host, expected) in [
        ("localhost:4092", 200),
        ("127.0.0.1", 200),
        ("[::1]", 200),
        ("share.example.org", 200),
        ("rebound.example", 421),
    ] {
        assert_eq!(at(&server, host), expected, "{host}");
    }
    assert_eq!(status(&server, "GET / HTTP/1.1\r\nx: y"), 400);
    assert_eq!(at(&server, "localhost\r\nhost: localhost"), 400);
    assert_eq!(status(&server, "GET / HTTP/1.0\r\nhost: localhost"), 200);
    server.kill();

    let server = Server::start(data.path(), &[("ELIZABETH_ALLOWED_HOSTS", "a.example,b.example")]);
    assert_eq!(
        (at(&server, "a.example"), at(&server, "B.example:80"), at(&server, "localhost")),
        (200, 200, 421)
    );
    server.kill();

    let server = Server::start(data.path(), &[("ELIZABETH_ALLOWED_HOSTS", "*")]);
    assert_eq!(at(&server, "rebound.example"), 200);
}
