//! What is written for people, and what is asked of them.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, IsTerminal, Write},
};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;
use serde::Serialize;

use crate::{
    error::Error,
    plain::{plain, steers},
};

/// Prints a line of the result.
pub(crate) fn print_line(text: &str) -> Result<(), Error> {
    Ok(write_out(&line(text))?)
}

/// Prints the result as one line of JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Error> {
    Ok(write_out(&json_line(value)?)?)
}

/// A line of the result for people.
pub(crate) fn line(text: &str) -> String {
    plain(text) + "\n"
}

/// One line of JSON. What would steer a terminal is escaped, which JSON reads as the same.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, Error> {
    let json = serde_json::to_string(value)?;
    let mut line = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if steers(c) {
            // All of them are in the basic plane: four digits do.
            line.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            line.push(c);
        }
    }
    line.push('\n');
    Ok(line)
}

/// Writes lines to standard output. It may take as long as whoever reads them likes.
pub(crate) fn write_out(lines: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(lines.as_bytes())?;
    out.flush()
}

/// Whether somebody could answer a question.
pub(crate) fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question that is answered by y or yes; anything else is no.
pub(crate) async fn confirm(question: &str) -> Result<bool, Error> {
    let question = plain(question);
    let answer = blocking(move || {
        write_to_stderr(&format!("{question} [y/N] "))?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    })
    .await?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a password on the terminal, without showing it; `None` where there is no terminal, and for an empty
/// one. Standard input is left alone: files may come from there. Cancelling it shows again what is typed.
pub(crate) async fn ask_password(question: &str) -> Result<Option<SecretString>, Error> {
    if !io::stderr().is_terminal() {
        return Ok(None);
    }
    let Ok(terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty") else { return Ok(None) };
    let reader = BufReader::new(terminal.try_clone().map_err(Error::Input)?);
    let hidden = Hidden::on(terminal).map_err(Error::Input)?;
    write_to_stderr(&format!("{}: ", plain(question)))?;
    let line = blocking(move || first_line(reader)).await;
    drop(hidden);
    write_to_stderr("\n")?;
    line
}

/// The first line of standard input, as a password.
pub(crate) async fn read_password() -> Result<Option<SecretString>, Error> {
    blocking(|| first_line(io::stdin().lock())).await
}

fn first_line(mut reader: impl BufRead) -> io::Result<Option<SecretString>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    Ok((!line.is_empty()).then(|| SecretString::from(line)))
}

/// A terminal that does not show what is typed, until this is dropped.
struct Hidden {
    terminal: File,
    before: Termios,
}

impl Hidden {
    fn on(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut after = before.clone();
        after.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &after)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A terminal that is gone shows nothing either.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

fn write_to_stderr(text: &str) -> io::Result<()> {
    let mut err = io::stderr().lock();
    err.write_all(text.as_bytes())?;
    err.flush()
}

/// Does what waits for somebody, off the threads that must not wait.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
    done.and_then(|done| done).map_err(Error::Input)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_password_is_a_line_without_its_end() {
        for (input, password) in [
            ("secret\n", Some("secret")),
            (" se cret \r\nmore", Some(" se cret ")),
            ("secret", Some("secret")),
            ("\n", None),
            ("", None),
        ] {
            let read = first_line(input.as_bytes()).unwrap();
            assert_eq!(read.as_ref().map(|secret| secret.expose_secret()), password, "{input:?}");
        }
    }
}
