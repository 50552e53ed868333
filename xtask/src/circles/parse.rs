//! The modules of a crate, read from its files.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use syn::{Item, ItemMod, ItemUse, Visibility};

use super::mentions::{self, Import, Mention};
use crate::Result;

/// A module by its place in [`Crate::modules`].
pub type Id = usize;

/// What a name stands for that is no module's.
pub enum Binding {
    /// Defined here.
    Item,
    /// Imported or passed on: the path as it stands.
    Import(Vec<String>),
}

/// A file, or a module written out within one.
pub struct Module {
    pub file: PathBuf,
    pub parent: Option<Id>,
    pub children: BTreeMap<String, Id>,
    pub names: BTreeMap<String, Binding>,
    /// Paths whose every item is imported.
    pub globs: Vec<Vec<String>>,
    /// What is named here, be it of other modules or not.
    pub mentions: Vec<Mention>,
}

/// A library or a binary. The first module is its root.
pub struct Crate {
    pub modules: Vec<Module>,
}

impl Crate {
    /// Reads a root file and all modules it declares.
    pub fn parse(root: &Path) -> Result<Self> {
        let mut parsed = Self { modules: Vec::new() };
        let children = root.parent().ok_or("a root file without a folder")?;
        parsed.file(root, children, None)?;
        Ok(parsed)
    }

    /// Whether a module lies within another, or is it.
    pub fn is_within(&self, inner: Id, outer: Id) -> bool {
        inner == outer || self.modules[inner].parent.is_some_and(|parent| self.is_within(parent, outer))
    }

    /// Reads a file whose modules lie in the folder `children`.
    fn file(&mut self, file: &Path, children: &Path, parent: Option<Id>) -> Result<Id> {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let syntax = syn::parse_file(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        self.module(&syntax.items, file, children, parent)
    }

    fn module(&mut self, items: &[Item], file: &Path, children: &Path, parent: Option<Id>) -> Result<Id> {
        let id = self.modules.len();
        let (children_by_name, names, globs, mentions) = Default::default();
        let file = file.to_owned();
        self.modules.push(Module {
            file: file.clone(),
            parent,
            children: children_by_name,
            names,
            globs,
            mentions,
        });
        for item in items.iter().filter(|item| !mentions::is_for_tests(item)) {
            match item {
                Item::Mod(declared) => {
                    let child = self.declared(declared, children, &file, id)?;
                    self.modules[id].children.insert(declared.ident.to_string(), child);
                }
                Item::Use(item) => self.modules[id].import(item),
                _ => {
                    let module = &mut self.modules[id];
                    module.names.extend(mentions::name(item).map(|name| (name, Binding::Item)));
                    module.mentions.extend(mentions::of(item));
                }
            }
        }
        Ok(id)
    }

    fn declared(&mut self, declared: &ItemMod, children: &Path, file: &Path, parent: Id) -> Result<Id> {
        let name = declared.ident.to_string();
        let below = children.join(&name);
        if let Some((_, items)) = &declared.content {
            return self.module(items, file, &below, Some(parent));
        }
        let flat = children.join(format!("{name}.rs"));
        let found = if flat.exists() { flat } else { below.join("mod.rs") };
        self.file(&found, &below, Some(parent))
    }
}

impl Module {
    fn import(&mut self, item: &ItemUse) {
        let passed_on = !matches!(item.vis, Visibility::Inherited);
        for Import { path, name, line } in mentions::imports(item) {
            self.mentions.push(Mention { path: path.clone(), line, passed_on });
            match name {
                Some(name) => drop(self.names.insert(name, Binding::Import(path))),
                None => self.globs.push(path),
            }
        }
    }
}
