//! A server that lets nobody ask too often.

use crate::server::{Person, Server, names};

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_a_moment_and_goes_on() {
    let (server, person) = (Server::start_with(&["--limit=requests=5"]).await, Person::new());
    for number in 0..30 {
        person.write(&format!("many/{number}.txt"), number.to_string());
    }
    let room = server.at("room");
    person.run(&["put", "many", &room]).ok();
    // One request a file: twice as many as come in a burst.
    person.run(&["get", &room, "--all", "copies"]).ok();
    assert_eq!(names(&person.work().join("copies/many")).len(), 30);
}
