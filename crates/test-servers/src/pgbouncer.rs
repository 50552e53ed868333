use std::{
    fs,
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::postgres::{Account, Postgres, USER, free_port};

/// It is there within a moment; on a machine that is busy building, later.
const PATIENCE: Duration = Duration::from_secs(30);

/// A PgBouncer in front of a Postgres. Dropping it ends it.
pub struct PgBouncer {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl PgBouncer {
    /// Starts one with a `pool_mode`: `session` or `transaction`.
    ///
    /// # Panics
    ///
    /// When it is not installed, or does not work.
    pub fn launch(server: &Postgres, mode: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("elizabeth-pool-").tempdir().unwrap();
        let port = free_port();
        let config = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = users\npool_mode = {mode}\n\
             ignore_startup_parameters = extra_float_digits\n",
            server.port()
        );
        fs::write(folder.path().join("config"), config).unwrap();
        fs::write(folder.path().join("users"), format!("\"{USER}\" \"\"\n")).unwrap();
        let mut command = Command::new("pgbouncer");
        command.arg("config").current_dir(folder.path()).stdin(Stdio::null()).stderr(Stdio::null());
        if let Some(account) = Account::for_server() {
            for path in [folder.path().to_owned(), folder.path().join("config"), folder.path().join("users")]
            {
                account.own(&path);
            }
            account.run(&mut command);
        }
        let Ok(mut child) = command.spawn() else {
            panic!("no PgBouncer here for this test: `apt-get install pgbouncer`")
        };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(child.try_wait().unwrap().is_none(), "pgbouncer ended as it started");
            assert!(Instant::now() < deadline, "pgbouncer does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, port, _folder: folder }
    }

    /// The URL of a database of the server behind it, by way of it.
    pub fn url(&self, of_server: &str) -> String {
        let (place, database) = of_server.rsplit_once('/').unwrap();
        let (user, _) = place.rsplit_once(':').unwrap();
        format!("{user}:{}/{database}", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
