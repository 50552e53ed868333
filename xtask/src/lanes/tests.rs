use std::time::Duration;

use super::{
    Choice,
    Lane::{self, Alone, Build, Data, Page},
    Step,
    board::Board,
    process::{Cost, End},
};

const fn step(name: &'static str, lane: Lane) -> Step {
    Step { name, lane, after: None, command: "cargo" }
}

fn steps() -> Vec<Step> {
    vec![
        step("setup", Alone),
        step("build", Build),
        step("tests", Build),
        step("types", Page),
        step("memory", Data).after("build"),
        step("audit", Alone),
    ]
}

/// Begins whatever may begin; what that is.
fn begin(board: &mut Board) -> Vec<&'static str> {
    std::iter::from_fn(|| board.begin()).map(|(_, step)| step.name).collect()
}

fn end(board: &mut Board, at: usize, passed: bool) -> String {
    let cost = Cost { wall: Duration::from_millis(61_600), cpu: Duration::from_secs(5) };
    board.end(at, End { passed, cost, output: "printed\n".to_owned() })
}

#[test]
fn lanes_run_beside_each_other_and_what_needs_the_machine_alone() {
    let mut board = Board::new(steps());
    assert_eq!(begin(&mut board), ["setup"]);
    assert_eq!(end(&mut board, 0, true), "printed\n< setup passed in 1:02, 0:05 of processor time");
    assert_eq!(begin(&mut board), ["build", "types"]);
    end(&mut board, 1, true);
    assert_eq!(begin(&mut board), ["tests", "memory"]);
    end(&mut board, 2, true);
    end(&mut board, 4, true);
    assert_eq!(begin(&mut board), [""; 0], "types still run");
    end(&mut board, 3, true);
    assert_eq!(begin(&mut board), ["audit"]);
    end(&mut board, 5, true);
    assert!(!board.is_running() && board.failed().is_empty());
    assert!(board.table().ends_with("steps: 6 passed, 0 failed, 0 skipped"), "{}", board.table());
}

#[test]
fn nothing_begins_after_a_failure() {
    let mut board = Board::new(steps());
    begin(&mut board);
    end(&mut board, 0, true);
    begin(&mut board);
    end(&mut board, 1, false);
    assert_eq!(begin(&mut board), [""; 0]);
    assert!(board.is_running());
    end(&mut board, 3, true);
    assert!(!board.is_running());
    assert_eq!(board.failed(), ["build"]);
    assert!(board.table().ends_with("steps: 2 passed, 1 failed, 3 skipped"), "{}", board.table());
    assert_eq!(board.last_words().collect::<Vec<_>>(), ["\nbuild failed, and printed last:\nprinted"]);
}

#[test]
fn steps_are_chosen_by_name() {
    let chosen = |only: &[&str], from: Option<&str>| {
        let only = only.iter().copied().map(str::to_owned).collect();
        let chosen = Choice { only, from: from.map(str::to_owned) }.of(steps());
        chosen.map(|steps| steps.iter().map(|step| step.name).collect::<Vec<_>>())
    };
    assert_eq!(chosen(&[], Some("types")).unwrap(), ["types", "memory", "audit"]);
    assert_eq!(chosen(&["memory", "setup"], None).unwrap(), ["setup", "memory"]);
    assert_eq!(chosen(&[], None).unwrap().len(), 6);
    let error = chosen(&["mermory"], None).unwrap_err().to_string();
    let expected = "no step is called mermory; the steps are setup, build, tests, types, memory, audit";
    assert_eq!(error, expected);
}

#[test]
fn a_step_whose_other_is_not_chosen_waits_for_none() {
    let mut board = Board::new(vec![step("memory", Data).after("build")]);
    assert_eq!(begin(&mut board), ["memory"]);
}
