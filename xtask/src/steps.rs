//! What `cargo xtask check`, `test` and `prove` consist of, each in the order in which its steps begin.

use crate::lanes::{
    Lane::{self, Alone, Build, Data, Page},
    Step,
};

/// Installs what is missing for the others.
const SETUP: Step = step("setup", Alone, "xtask setup");

const QUICK: [Step; 5] = [
    step("format", Build, "cargo fmt --all --check"),
    step("circles", Build, "xtask circles"),
    step("unused", Data, "xtask unused"),
    step("deny", Data, "xtask deny"),
    step("types", Page, "xtask types"),
];

const COMPILED: [Step; 3] = [
    step("clippy", Build, "cargo clippy --workspace --all-targets --all-features -- --deny warnings"),
    step("features", Build, "xtask features"),
    step("docs", Build, "xtask docs"),
];

/// The programs, as everything below runs them.
const PROGRAMS: Step = step("build", Build, "xtask build");

const TESTS: Step = step("tests", Build, "xtask suites");

/// It expects so many answers in so many seconds.
const CLUSTER: Step = step("cluster", Alone, "cargo test --workspace --all-features --test cluster");

const BROWSER: Step = step("browser", Page, "xtask page --exclude **/audit.test.ts").after("build");

/// It measures how long a browser needs.
const AUDIT: Step = step("audit", Alone, "xtask page audit").after("build");

const GIGABYTES: [Step; 5] = [
    step("memory", Data, "xtask memory").after("build"),
    step("memory-s3", Data, "xtask memory --size 2GiB --limit 96MiB --s3").after("build"),
    step("archive", Data, "xtask archive").after("build"),
    step("chunks", Data, "xtask chunks").after("build"),
    step("chunks-s3", Data, "xtask chunks --s3").after("build"),
];

/// What is known without running the server.
pub fn check() -> Vec<Step> {
    [&[SETUP], &QUICK[..], &COMPILED].concat()
}

/// Everything. What others wait for is built first.
pub fn test() -> Vec<Step> {
    [&[SETUP], &QUICK[..], &[PROGRAMS], &COMPILED, &[TESTS, BROWSER], &GIGABYTES, &[CLUSTER, AUDIT]].concat()
}

/// What the gigabytes cost.
pub fn prove() -> Vec<Step> {
    [&[SETUP, PROGRAMS], &GIGABYTES[..]].concat()
}

const fn step(name: &'static str, lane: Lane, command: &'static str) -> Step {
    Step { name, lane, after: None, command }
}
