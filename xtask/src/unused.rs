//! `cargo xtask unused`: dependencies that no source names.

use std::{collections::BTreeSet, fs, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;

use crate::{Result, cargo::Workspace, terminal::say};

/// The names that stand in some sources.
type Names = BTreeSet<String>;

/// Reports every dependency whose name does not stand where its kind belongs: of a library or program in `src`, of tests
/// there or in `tests`, `examples` and `benches`, of a build script in `build.rs`. Fails when there is one.
pub fn check(workspace: &Workspace) -> Result {
    let metadata = workspace.cargo_output(&["metadata", "--format-version", "1", "--all-features"])?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let members = list(&metadata["workspace_members"]);
    let nodes = list(&metadata["resolve"]["nodes"]);
    let mut unused = Vec::new();
    for package in list(&metadata["packages"]).iter().filter(|package| members.contains(&package["id"])) {
        let manifest = Path::new(package["manifest_path"].as_str().ok_or("a package without a manifest")?);
        let names = Sources::read(manifest.parent().ok_or("a manifest without a folder")?)?;
        let node = nodes.iter().find(|node| node["id"] == package["id"]).ok_or("a package without a node")?;
        for dependency in list(&node["deps"]) {
            // What the sources call it, which may be other than the package's name.
            let name = dependency["name"].as_str().ok_or("a dependency without a name")?;
            for kind in list(&dependency["dep_kinds"]) {
                if let Some(why) = names.lack(name, kind["kind"].as_str()) {
                    unused
                        .push(format!("{}: {name} {why}", manifest.strip_prefix(&workspace.root)?.display()));
                }
            }
        }
    }
    unused.iter().for_each(|line| say(line));
    if unused.is_empty() { Ok(()) } else { Err("there are dependencies that nothing needs".into()) }
}

/// What the sources of a package name.
struct Sources {
    code: Names,
    tests: Names,
    build: Names,
}

impl Sources {
    fn read(package: &Path) -> Result<Self> {
        let names = |parts: &[&str]| {
            let mut names = Names::new();
            for part in parts {
                read(&package.join(part), &mut names)?;
            }
            Ok::<_, Box<dyn std::error::Error>>(names)
        };
        Ok(Self {
            code: names(&["src"])?,
            tests: names(&["tests", "examples", "benches"])?,
            build: names(&["build.rs"])?,
        })
    }

    /// Why a dependency of that kind is not needed, if it is not.
    fn lack(&self, name: &str, kind: Option<&str>) -> Option<&'static str> {
        let (code, tests) = (self.code.contains(name), self.tests.contains(name));
        match kind {
            None if code => None,
            None if tests => Some("is named by tests alone: it belongs to the dev-dependencies"),
            Some("dev") if code || tests => None,
            Some("build") if self.build.contains(name) => None,
            _ => Some("is named nowhere"),
        }
    }
}

/// Adds the names in a file, or in all sources of a folder. It need not be there.
fn read(path: &Path, names: &mut Names) -> Result {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            read(&entry?.path(), names)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") && path.exists() {
        let text = fs::read_to_string(path)?;
        let tokens = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
        add(tokens, names);
    }
    Ok(())
}

fn add(tokens: TokenStream, names: &mut Names) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(names.insert(ident.to_string())),
            TokenTree::Group(group) => add(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_is_needed_where_its_kind_belongs() {
        let package = tempfile::tempdir().unwrap();
        for (file, text) in [
            (
                "src/room/key.rs",
                "/// With `bytes`.\nuse rand::Rng;\nfn new() { json!({ \"url\": url::Url::new() }) }",
            ),
            ("tests/all.rs", "use tempfile as temporary;"),
            ("build.rs", "fn main() { cc::build() }"),
        ] {
            let path = package.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let sources = Sources::read(package.path()).unwrap();
        for (name, kind) in [
            ("rand", None),
            ("url", None),
            ("url", Some("dev")),
            ("tempfile", Some("dev")),
            ("cc", Some("build")),
        ] {
            assert_eq!(sources.lack(name, kind), None, "{name}");
        }
        for (name, kind) in [("bytes", None), ("cc", None), ("bytes", Some("dev")), ("rand", Some("build"))] {
            assert_eq!(sources.lack(name, kind), Some("is named nowhere"), "{name}");
        }
        assert!(sources.lack("tempfile", None).unwrap().contains("dev-dependencies"));
    }
}
