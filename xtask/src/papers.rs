//! What is written for people names files that exist.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a name in backticks ends in when it is a file's, whatever folder it is in.
const ENDINGS: [&str; 8] = [".json", ".md", ".rs", ".sql", ".svelte", ".toml", ".ts", ".yml"];

/// The papers that lead people through the sources.
fn papers(root: &Path) -> Vec<PathBuf> {
    let decisions = fs::read_dir(root.join("docs/adr")).unwrap().map(|entry| entry.unwrap().path());
    let named =
        ["CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/metrics.md", "docs/security.md"]
            .map(|name| root.join(name));
    named.into_iter().chain(decisions).collect()
}

/// The paths that a paper names, in backticks or as links.
fn paths(paper: &str) -> Vec<String> {
    let quoted = paper.split('`').skip(1).step_by(2).filter(|name| is_path(name));
    let linked = paper.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(link, _)| link));
    let linked = linked.filter(|link| !link.starts_with("http") && !link.starts_with('#'));
    quoted.flat_map(spelt_out).chain(linked.map(str::to_owned)).collect()
}

fn is_path(name: &str) -> bool {
    let is_one_word = !name.contains(|sign: char| sign.is_whitespace() || "<>:@$'\"…".contains(sign));
    let begins_well = name.starts_with(|sign: char| sign.is_ascii_alphanumeric() || sign == '.');
    is_one_word && begins_well && (name.contains('/') || ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

/// `migrations/{sqlite,postgres}` is two paths.
fn spelt_out(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else { return vec![path.to_owned()] };
    let (choices, after) = rest.split_once('}').unwrap();
    choices.split(',').map(|choice| format!("{before}{choice}{after}")).collect()
}

#[test]
fn what_the_papers_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut missing = Vec::new();
    for paper in papers(root) {
        let text = fs::read_to_string(&paper).unwrap();
        let folders = [root, &root.join("crates"), paper.parent().unwrap()];
        let lost =
            paths(&text).into_iter().filter(|path| folders.iter().all(|folder| !folder.join(path).exists()));
        missing.extend(lost.map(|path| format!("{}: {path}", paper.strip_prefix(root).unwrap().display())));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn paths_are_told_from_other_words() {
    let paper = "Run `cargo xtask check`, see `core/src/lib.rs`, `migrations/{sqlite,postgres}` and [why](adr/1.md), \
        but not [them](https://example.org), `/api/v1/docs`, `Grant::sees`, `kill -9`, `deny.toml`.";
    let expected = ["core/src/lib.rs", "migrations/sqlite", "migrations/postgres", "deny.toml", "adr/1.md"];
    assert_eq!(paths(paper), expected);
}

/// The tests that `docs/security.md` names, each behind the file that it is in.
#[test]
fn what_proves_a_control_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let controls = text.split("\n## Controls\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = controls.lines().filter(|line| line.starts_with("| ")).skip(2);
    let mut count = 0;
    for row in rows {
        let proof = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let (mut file, mut named) = (None, 0);
        for word in proof.split('`').skip(1).step_by(2) {
            if is_path(word) {
                file = Some(
                    fs::read_to_string(root.join(word)).unwrap_or_else(|error| panic!("{word}: {error}")),
                );
                continue;
            }
            let file = file.as_deref().unwrap_or_else(|| panic!("{row}: no file in front of {word}"));
            let is_there = file.contains(&format!("fn {word}(")) || file.contains(&format!("\"{word}\""));
            assert!(is_there, "{row}: there is no {word}");
            named += 1;
        }
        assert!(named > 0, "{row}: nothing proves it");
        count += 1;
    }
    assert!(count > 10, "{count}");
}
