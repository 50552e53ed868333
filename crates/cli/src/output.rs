use clap::Args;

/// How results are printed.
#[derive(Args, Clone, Copy)]
pub(crate) struct Output {
    /// Print the result as one line of JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print the result only: no progress, no remarks
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

impl Output {
    /// Whether there is to be no progress and no remark.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet || self.json
    }
}
