use std::{
    fmt,
    io::{self, Write},
    time::{Duration, Instant},
};

use bytesize::ByteSize;
use clap::Args;
use elizabeth_core::{leap::Leap, service::GcReport};
use elizabeth_wiring::Options;
use serde::Serialize;

use crate::{error::Error, output::Output};

#[derive(Args)]
pub(crate) struct Gc {
    /// Only count what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Believe the clock: what is over only because it is more than an hour ahead of all that accounts for it goes too.
    /// A running server believes it from its next sweep on
    #[arg(long, conflicts_with = "dry_run")]
    force: bool,
}

impl Gc {
    /// Sweeps once, and prints what was removed.
    pub(crate) async fn run(self, options: Options, output: Output) -> Result<(), Error> {
        let wired = options.build_existing().await?;
        let app = &wired.app;
        let started = Instant::now();
        if self.force {
            app.accept_leap().await?;
        }
        let report = app.gc(self.dry_run).await?;
        wired.close().await;
        let done = Done { report, took: started.elapsed(), dry_run: self.dry_run, leap: app.leap() };
        let mut out = io::stdout().lock();
        if output.json {
            serde_json::to_writer(&mut out, &done.to_json())?;
            writeln!(out)?;
        } else {
            write!(out, "{done}")?;
        }
        Ok(out.flush()?)
    }
}

struct Done {
    report: GcReport,
    took: Duration,
    dry_run: bool,
    /// Where removal does not believe the clock.
    leap: Option<Leap>,
}

#[derive(Serialize)]
struct Json {
    dry_run: bool,
    cleaned_rooms: u64,
    cleaned_contents: u64,
    cleaned_reservations: u64,
    cleaned_tokens: u64,
    cleaned_events: u64,
    cleaned_blobs: u64,
    freed_size: u64,
    execution_time_ms: u64,
    /// What was over by then is removed, the rest waits; null where the clock is believed.
    waits_beyond: Option<String>,
}

impl Done {
    fn to_json(&self) -> Json {
        let report = self.report;
        Json {
            dry_run: self.dry_run,
            cleaned_rooms: report.cleaned_rooms,
            cleaned_contents: report.cleaned_contents,
            cleaned_reservations: report.cleaned_reservations,
            cleaned_tokens: report.cleaned_tokens,
            cleaned_events: report.cleaned_events,
            cleaned_blobs: report.cleaned_blobs,
            freed_size: report.freed_size,
            execution_time_ms: u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
            waits_beyond: self.leap.map(|leap| leap.accounted.to_string()),
        }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let removed = if self.dry_run { "Would remove" } else { "Removed" };
        writeln!(f, "{removed}")?;
        for (what, count) in [
            ("rooms", report.cleaned_rooms),
            ("contents", report.cleaned_contents),
            ("reservations", report.cleaned_reservations),
            ("tokens", report.cleaned_tokens),
            ("events", report.cleaned_events),
            ("blobs", report.cleaned_blobs),
        ] {
            writeln!(f, "  {what:<14}{count}")?;
        }
        let freed = if self.dry_run { "Would free" } else { "Freed" };
        writeln!(f, "{freed} {} in {} ms", ByteSize(report.freed_size), self.took.as_millis())?;
        if let Some(Leap { wall, accounted, .. }) = self.leap {
            writeln!(
                f,
                "What was over by {accounted} was looked at, not by {wall}: is the clock right? --force believes it"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_for_people() {
        let report = GcReport {
            cleaned_rooms: 2,
            cleaned_contents: 30,
            cleaned_reservations: 0,
            cleaned_tokens: 5,
            cleaned_events: 0,
            cleaned_blobs: 29,
            freed_size: 3 << 20,
        };
        let done = Done { report, took: Duration::from_millis(12), dry_run: false, leap: None };
        let lines = [
            "Removed",
            "  rooms         2",
            "  contents      30",
            "  reservations  0",
            "  tokens        5",
            "  events        0",
            "  blobs         29",
            "Freed 3.0 MiB in 12 ms",
            "",
        ];
        assert_eq!(done.to_string(), lines.join("\n"));
        let would = Done { dry_run: true, ..done }.to_string();
        assert!(would.starts_with("Would remove\n") && would.contains("\nWould free 3.0 MiB"), "{would}");
    }
}
