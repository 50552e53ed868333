use std::{
    io::{self, IsTerminal, Write},
    sync::Arc,
};

use elizabeth_client::{self as client, Event};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    plain::{failure_line, plain},
    units::human_size,
};

/// What is shown while something goes on: a bar on a terminal, and remarks. Both go to standard error. Clones are of
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

    /// The same for what moves the bytes.
    pub(crate) fn heard(&self) -> Arc<dyn client::Progress> {
        Arc::new(self.clone())
    }

    /// Prints something that is no error.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            self.print(&format!("note: {}", plain(text)));
        }
    }

    /// Prints that one of several things failed, and the others go on, also where it is to be quiet.
    pub(crate) fn fail(&self, failure: &str) {
        self.print(&failure_line(failure));
    }

    fn print(&self, line: &str) {
        // Nobody is left to hear it.
        self.bar.suspend(|| drop(writeln!(io::stderr().lock(), "{line}")));
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl client::Progress for Progress {
    fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn already(&self, bytes: u64) {
        self.bar.inc(bytes);
        self.bar.reset_eta();
    }

    fn retreat(&self, bytes: u64) {
        self.bar.dec(bytes);
    }

    fn event(&self, event: Event<'_>) {
        match event {
            Event::Resumed { arrived, size } => {
                let (arrived, size) = (human_size(arrived), human_size(size));
                self.remark(&format!("{arrived} of {size} are there already"));
            }
            Event::Restarted { names } => {
                let names = names.join(", ");
                self.remark(&format!("{names}: changed since the upload was broken off; it begins anew"));
            }
            Event::Gone { name } => self.remark(&format!("{name}: was complete, and is gone by now")),
            Event::Interrupted => self.remark("broken off; the same command goes on with what has arrived"),
        }
    }
}
