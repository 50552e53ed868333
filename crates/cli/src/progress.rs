use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{error::line, terminal::plain};

/// What is said while something goes on: a bar on a terminal, and remarks. Both go to standard error. Clones are of
/// the same bar.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    quiet: bool,
}

impl Progress {
    /// A bar for so many bytes. There is none when it is to be quiet, or where there is no terminal.
    pub(crate) fn new(bytes: u64, quiet: bool) -> Self {
        let shown = !quiet && io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        let template =
            "{wide_bar} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, quiet }
    }

    /// So many more bytes are done.
    pub(crate) fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// So many bytes were done before this began: they say nothing of how fast it goes.
    pub(crate) fn already(&self, bytes: u64) {
        self.bar.inc(bytes);
        self.bar.reset_eta();
    }

    /// So many bytes have to be done again.
    pub(crate) fn retreat(&self, bytes: u64) {
        self.bar.dec(bytes);
    }

    /// Says something that is no error.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            self.say(&format!("note: {}", plain(text)));
        }
    }

    /// Says that one of several things failed, and the others go on. That is told to everybody.
    pub(crate) fn fail(&self, failure: &str) {
        self.say(&line(failure));
    }

    fn say(&self, line: &str) {
        // Nobody is left to hear it.
        self.bar.suspend(|| drop(writeln!(io::stderr().lock(), "{line}")));
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
