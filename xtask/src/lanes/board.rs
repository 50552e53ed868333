//! Which steps run, and what those that have ended cost.

use std::time::{Duration, Instant};

use super::{
    Lane, Step,
    process::{Cost, End},
};

/// All steps, each with how far it has come.
pub struct Board {
    steps: Vec<(Step, State)>,
    started: Instant,
}

enum State {
    Waiting,
    Running,
    Ended { passed: bool, cost: Cost, last_words: String },
}

/// So many lines of a failed step's output tell why it failed.
const LAST_WORDS: usize = 40;

impl Board {
    /// None has begun.
    pub fn new(steps: Vec<Step>) -> Self {
        let steps = steps.into_iter().map(|step| (step, State::Waiting)).collect();
        Self { steps, started: Instant::now() }
    }

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    pub fn is_running(&self) -> bool {
        self.running().next().is_some()
    }

    /// The first step that may begin now, if there is one: from here on it runs.
    pub fn begin(&mut self) -> Option<(usize, Step)> {
        let at = (0..self.steps.len()).find(|at| self.may_begin(*at))?;
        self.steps[at].1 = State::Running;
        Some((at, self.steps[at].0))
    }

    /// A step has ended: what is to be shown of it.
    pub fn end(&mut self, at: usize, End { passed, cost, output }: End) -> String {
        let (step, state) = &mut self.steps[at];
        let lines: Vec<&str> = output.lines().collect();
        let last_words = lines[lines.len().saturating_sub(LAST_WORDS)..].join("\n");
        *state = State::Ended { passed, cost, last_words };
        let verdict = if passed { "passed" } else { "FAILED" };
        format!(
            "{output}< {} {verdict} in {}, {} of processor time",
            step.name,
            time(cost.wall),
            time(cost.cpu)
        )
    }

    /// The names of those that failed.
    pub fn failed(&self) -> Vec<&'static str> {
        let failed =
            self.steps.iter().filter(|(_, state)| matches!(state, State::Ended { passed: false, .. }));
        failed.map(|(step, _)| step.name).collect()
    }

    /// What each cost and what became of it, and at the end how many came to what.
    pub fn table(&self) -> String {
        let mut lines = format!("\n{:12} {:>8} {:>10}\n", "step", "time", "processor");
        let (mut passed, mut skipped, mut cpu) = (0, 0, Duration::ZERO);
        for (step, state) in &self.steps {
            lines += &match state {
                State::Ended { cost, passed: well, .. } => {
                    passed += usize::from(*well);
                    cpu += cost.cpu;
                    let remark = if *well { "" } else { "  FAILED" };
                    format!("{:12} {:>8} {:>10}{remark}\n", step.name, time(cost.wall), time(cost.cpu))
                }
                State::Waiting | State::Running => {
                    skipped += 1;
                    format!("{:12} {:>8}\n", step.name, "not run")
                }
            };
        }
        lines += &format!("{:12} {:>8} {:>10}\n", "all", time(self.started.elapsed()), time(cpu));
        lines + &format!("steps: {passed} passed, {} failed, {skipped} skipped", self.failed().len())
    }

    /// What each that failed printed last, if it has not been shown as it came.
    pub fn last_words(&self) -> impl Iterator<Item = String> {
        self.steps.iter().filter_map(|(step, state)| match state {
            State::Ended { passed: false, last_words, .. } if !last_words.is_empty() => {
                Some(format!("\n{} failed, and printed last:\n{last_words}", step.name))
            }
            _ => None,
        })
    }

    fn running(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|(_, state)| matches!(state, State::Running)).map(|(step, _)| step)
    }

    fn may_begin(&self, at: usize) -> bool {
        let (step, state) = &self.steps[at];
        let is_free = match step.lane {
            Lane::Alone => !self.is_running(),
            lane => self.running().all(|other| other.lane != lane && other.lane != Lane::Alone),
        };
        let is_due = step.after.is_none_or(|after| {
            let before = self.steps.iter().find(|(step, _)| step.name == after);
            before.is_none_or(|(_, state)| matches!(state, State::Ended { passed: true, .. }))
        });
        matches!(state, State::Waiting) && is_free && is_due && self.failed().is_empty()
    }
}

/// Minutes and seconds.
fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
