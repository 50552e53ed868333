//! What `cargo xtask check`, `test` and `prove` consist of, each in the order in which its steps begin.

use crate::lanes::{
    Lane::{self, Alone, Build, Data, Page},
    Step,
};

/// Installs the programs that are missing for the others.
const PROGRAMS: Step = step("programs", Alone, "xtask programs");

/// Installs what the page is made of, before steps that run beside each other would both do it.
const PACKAGES: Step = step("packages", Alone, "xtask packages");

const QUICK: [Step; 5] = [
    step("format", Build, "cargo fmt --all --check"),
    step("circles", Build, "xtask circles"),
    step("unused", Data, "xtask unused"),
    step("deny", Data, "xtask deny"),
    step("types", Page, "xtask types"),
];

/// Installs what drives the page, while there is time for it.
const DRIVERS: Step = step("drivers", Page, "xtask packages e2e");

const COMPILED: [Step; 3] = [
    step("clippy", Build, "cargo clippy --workspace --all-targets --all-features -- --deny warnings"),
    step("features", Build, "xtask features"),
    step("docs", Build, "xtask docs"),
];

/// The programs, as everything below runs them.
const BUILD: Step = step("build", Build, "xtask build");

const TESTS: Step = step("tests", Build, "xtask suites");

/// Its servers are killed and its database stopped at times that a busy machine would move.
const CLUSTER: Step = step("cluster", Alone, "cargo test --workspace --all-features --test cluster");

/// A person in a browser waits for so long: a test's steps end in time only where nothing else keeps the machine busy.
const BROWSER: Step = step("browser", Alone, "xtask page --exclude **/audit.test.ts").after("build");

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
    [&[PACKAGES], &QUICK[..], &COMPILED].concat()
}

/// Everything. What others wait for is built first.
pub fn test() -> Vec<Step> {
    let last = [BROWSER, CLUSTER, AUDIT];
    [&[PROGRAMS, PACKAGES], &QUICK[..], &[DRIVERS, BUILD], &COMPILED, &[TESTS], &GIGABYTES, &last].concat()
}

/// What the gigabytes cost.
pub fn prove() -> Vec<Step> {
    [&[PROGRAMS, PACKAGES, BUILD], &GIGABYTES[..]].concat()
}

const fn step(name: &'static str, lane: Lane, command: &'static str) -> Step {
    Step { name, lane, after: None, command }
}
