use std::{
    fs::File,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

use super::account::Account;

/// Runs a server, and beside it waits for a line. `keep` stops the server and keeps the data. The end of the input
/// is our own end, however it came about: then the server goes at once, and its folder, which is the first argument,
/// with it. (INT throws out whoever is connected; QUIT does not even write down what is in memory.)
const KEEPER: &str = r#"
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- >>log 2>&1 &
server=$!
(
    read -r word <&3
    if [ "$word" = keep ]; then
        kill -INT $server
    else
        kill -QUIT $server
        while kill -0 $server; do sleep 0.05; done
        cd / && rm -rf "$folder"
    fi
) 2>/dev/null &
wait $server
"#;

/// How long a server may take to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with the shell that watches over it. Dropping it stops both and keeps the data.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn spawn(server: &Command, folder: &Path, account: Option<&Account>) -> Self {
        let mut keeper = Command::new("/bin/sh");
        keeper
            .arg("-c")
            .arg(KEEPER)
            .arg("keeper")
            .arg(folder)
            .arg(server.get_program())
            .args(server.get_args());
        keeper.current_dir(folder).env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin");
        let log = File::options().create(true).append(true).open(folder.join("log")).unwrap();
        if let Some(account) = account {
            account.own(&folder.join("log"));
            account.run(&mut keeper);
        }
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
        // A group of its own: an interrupt from the terminal is for us, and we end all of it.
        Self(keeper.process_group(0).spawn().unwrap())
    }

    /// Whether it has ended by itself.
    pub(crate) fn is_over(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    fn has_ended_by(&mut self, deadline: Instant) -> bool {
        while Instant::now() < deadline {
            if self.0.try_wait().is_ok_and(|ended| ended.is_some()) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        use std::io::Write;
        if let Some(mut input) = self.0.stdin.take() {
            let _ = input.write_all(b"keep\n");
        }
        if !self.has_ended_by(Instant::now() + PATIENCE) {
            if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = self.0.wait();
        }
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let printed = || String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}: {}", command.get_program().display(), printed());
}
