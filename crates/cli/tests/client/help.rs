//! What the tool says about itself.

use std::process::{Command, Stdio};

use crate::server::{Person, names};

#[test]
fn a_command_shows_its_own_options_alone() {
    let person = Person::new();
    for command in ["put", "get", "ls", "rm", "text", "watch", "invite"] {
        let help = person.run(&[command, "--help"]).ok();
        for part in ["ELIZABETH_SERVER", "ELIZABETH_OWNER_KEY", "ELIZABETH_PASSWORD", "--json", "--quiet"] {
            assert!(help.contains(part), "{command}: {part}: {help}");
        }
        assert!(!help.contains("--database-url"), "{command}: {help}");
    }
    assert!(person.run(&["admin", "gc", "--help"]).ok().contains("--database-url"));
    let help = person.run(&["--help"]).ok();
    for part in ["put", "invite", "Exit codes:", "  130  interrupted", "ELIZABETH_CONFIG_DIR"] {
        assert!(help.contains(part), "{part}: {help}");
    }
}

#[test]
fn secrets_of_the_environment_are_not_shown() {
    let help = Person::new().run_with(
        &["put", "--help"],
        &[("ELIZABETH_OWNER_KEY", "key-of-mine"), ("ELIZABETH_PASSWORD", "word-of-mine")],
    );
    assert!(!help.ok().contains("of-mine"));
}

#[test]
fn shells_and_man_get_what_they_need() {
    let person = Person::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = person.run(&["completions", shell]).ok();
        assert!(script.contains("password-stdin") && script.contains("invite"), "{shell}");
    }
    let script = person.run(&["completions", "bash"]).ok();
    person.write("completions.bash", script);
    let checked = Command::new("bash")
        .args(["-c", "source ./completions.bash && complete -p elizabeth-cli"])
        .current_dir(person.work())
        .stdout(Stdio::null())
        .status();
    assert!(checked.unwrap().success());
    person.run(&["completions", "tcsh"]).code().filter(|code| *code == 2).unwrap();

    let page = person.run(&["man"]).ok();
    assert!(page.contains(".TH elizabeth-cli 1") && page.contains("Exit codes"), "{page}");
    assert_eq!(person.run(&["man", "pages/man1"]).ok(), "");
    let pages = names(&person.work().join("pages/man1"));
    for name in ["elizabeth-cli.1", "elizabeth-cli-put.1", "elizabeth-cli-room-set.1"] {
        assert!(pages.iter().any(|page| page == name), "{name}: {pages:?}");
    }
    assert!(person.read("pages/man1/elizabeth-cli-put.1").contains("max\\-downloads"));
}
