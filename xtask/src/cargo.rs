//! What is asked of cargo: where this workspace lies, where it builds, what it built.

use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    Result,
    terminal::{run, say},
};

/// This workspace, as cargo sees it.
pub struct Workspace {
    pub root: PathBuf,
    /// The folder of all builds, wherever the environment or cargo's own settings put it.
    pub target: PathBuf,
    targets: Vec<Target>,
}

/// What cargo makes one program or library of.
struct Target {
    name: String,
    kind: String,
    root_file: PathBuf,
}

/// Programs without debugging aids. They are built together: each by itself would have other features of what they
/// share, and that would be built again.
pub struct Programs {
    /// The server.
    pub server: PathBuf,
    /// This program.
    pub chores: PathBuf,
}

impl Workspace {
    /// Asks cargo.
    pub fn find() -> Result<Self> {
        let metadata = output(program().args(["metadata", "--format-version", "1", "--no-deps"]))?;
        let metadata: Value = serde_json::from_str(&metadata)?;
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("cargo metadata lacks a member");
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
        let targets = targets.map(|target| {
            let root_file = text(&target["src_path"])?.into();
            Ok(Target { name: text(&target["name"])?, kind: text(&target["kind"][0])?, root_file })
        });
        Ok(Self {
            root: text(&metadata["workspace_root"])?.into(),
            target: text(&metadata["target_directory"])?.into(),
            targets: targets.collect::<Result<_>>()?,
        })
    }

    /// The root files of all libraries and programs.
    pub fn crate_roots(&self) -> impl Iterator<Item = &Path> {
        let built = self.targets.iter().filter(|target| ["lib", "bin"].contains(&target.kind.as_str()));
        built.map(|target| target.root_file.as_path())
    }

    /// The names of the integration tests, each once.
    pub fn integration_tests(&self) -> BTreeSet<&str> {
        self.targets
            .iter()
            .filter(|target| target.kind == "test")
            .map(|target| target.name.as_str())
            .collect()
    }

    /// Runs cargo, showing what is run.
    pub fn cargo(&self, args: &[&str]) -> Result {
        say(&format!("$ cargo {}", args.join(" ")));
        run(self.command().args(args))
    }

    /// Runs cargo for what it prints.
    pub fn cargo_output(&self, args: &[&str]) -> Result<String> {
        output(self.command().args(args))
    }

    /// Builds the programs as they are proven; where they are then.
    pub fn programs(&self) -> Result<Programs> {
        let args =
            ["build", "--profile", "proof", "--package", "elizabeth-http", "--package", "elizabeth-cli"];
        let args = [&args[..], &["--package", "xtask"]].concat();
        say(&format!("$ cargo {}", args.join(" ")));
        let messages = output(self.command().args(args).arg("--message-format=json-render-diagnostics"))?;
        let messages: Vec<Value> =
            messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let program = |name: &str| {
            let built = messages.iter().filter(|message| message["target"]["name"] == name);
            let mut programs = built.filter_map(|message| message["executable"].as_str());
            programs.next().map(PathBuf::from).ok_or(format!("cargo built no {name}"))
        };
        Ok(Programs { server: program("elizabeth-http")?, chores: program("xtask")? })
    }

    /// Cargo. What it builds carries its page, or fails.
    pub fn command(&self) -> Command {
        let mut cargo = program();
        // This program runs by cargo too, which describes its package in the environment. Passed on, these variables
        // would have ring, whose build asks for them, built again, and all that depends on it.
        for (name, _) in env::vars_os() {
            if ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|own| name.to_string_lossy().starts_with(own)) {
                cargo.env_remove(name);
            }
        }
        // Where that was relative, to another folder than the root, it has to lead to the same place.
        cargo.env("CARGO_TARGET_DIR", &self.target).env("ELIZABETH_WEB_UI", "require");
        cargo
    }
}

fn program() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("{command:?} failed").into())
    }
}
