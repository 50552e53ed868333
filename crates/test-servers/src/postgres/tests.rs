use std::{net::TcpStream, path::PathBuf, process::Command, thread::sleep};

use super::*;

#[test]
fn a_cluster_stops_and_starts_again_and_leaves_nothing() {
    let postgres = Postgres::launch(Settings::default());
    let url = postgres.database("kept");
    assert_ne!(url, postgres.database("kept"));
    postgres.stop();
    postgres.stop();
    assert!(TcpStream::connect((HOST, postgres.port())).is_err());
    postgres.start();
    let name = url.rsplit('/').next().unwrap();
    Session::open((HOST, postgres.port()), USER, name).unwrap().run("SELECT 1").unwrap();
    assert!(Session::open((HOST, postgres.port()), USER, "absent").is_err());
    let folder = postgres.folder().to_owned();
    drop(postgres);
    assert!(!folder.exists());
}

/// What the test below starts and kills.
#[test]
#[ignore = "run by the test of a process that is killed"]
#[expect(clippy::print_stdout, reason = "it tells the other process")]
fn a_process_to_be_killed() {
    println!("folder {}", Postgres::shared().folder().display());
    sleep(PATIENCE);
}

#[test]
fn a_cluster_does_not_outlive_a_process_that_is_killed() {
    use std::io::{BufRead, BufReader};
    let mut victim = Command::new(std::env::current_exe().unwrap());
    victim.args(["--ignored", "--exact", "--nocapture", "postgres::tests::a_process_to_be_killed"]);
    let mut victim = victim.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
    let folder =
        lines.find_map(|line| line.split_once("folder ").map(|(_, path)| PathBuf::from(path))).unwrap();
    assert!(folder.join("data/postmaster.pid").exists());
    victim.kill().unwrap();
    victim.wait().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while folder.exists() {
        assert!(Instant::now() < deadline, "{} is still there", folder.display());
        sleep(Duration::from_millis(20));
    }
}
