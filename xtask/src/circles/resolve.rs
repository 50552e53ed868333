//! Which file defines what a path names.

use std::path::PathBuf;

use super::{
    mentions::Mention,
    parse::{Binding, Crate, Id},
};

/// How many imports may lead from one to the next. Only `use bytes;`, which seems to lead to itself, reaches this.
const IMPORTS: usize = 32;

/// That a file names what another one defines.
#[derive(Clone)]
pub struct Need {
    pub from: PathBuf,
    pub to: PathBuf,
    /// Where, in `from`.
    pub line: usize,
    /// How, as it stands there.
    pub path: String,
}

/// What a path leads to.
enum Found {
    Module(Id),
    /// An item, by the module that defines it.
    Item(Id),
}

/// What the files of a crate need of each other.
pub fn needs(parsed: &Crate) -> Vec<Need> {
    let modules = parsed.modules.iter().enumerate();
    let needs = modules.flat_map(|(id, module)| {
        let needed = module.mentions.iter().filter_map(move |mention| need(parsed, id, mention));
        needed.filter(|need| need.from != need.to)
    });
    needs.collect()
}

fn need(parsed: &Crate, id: Id, mention: &Mention) -> Option<Need> {
    // A module that is imported is needed by what is named through it, not before.
    let Found::Item(to) = lookup(parsed, id, &mention.path, IMPORTS)? else { return None };
    let passes_on_its_own = mention.passed_on && parsed.is_within(to, id);
    if passes_on_its_own || parsed.is_within(id, to) {
        return None;
    }
    let file = |id: Id| parsed.modules[id].file.clone();
    Some(Need { from: file(id), to: file(to), line: mention.line, path: mention.path.join("::") })
}

/// Follows a path from a module. `None` when it leads out of the crate.
fn lookup(parsed: &Crate, from: Id, path: &[String], imports: usize) -> Option<Found> {
    let (first, mut rest) = path.split_first()?;
    let mut found = match first.as_str() {
        "crate" => Found::Module(0),
        "self" => Found::Module(from),
        "super" => Found::Module(parsed.modules[from].parent?),
        name => named(parsed, from, name, rest.is_empty(), imports)?,
    };
    while let (Found::Module(id), Some((next, after))) = (&found, rest.split_first()) {
        found = match next.as_str() {
            "super" => Found::Module(parsed.modules[*id].parent?),
            // What no item's name is may come from a macro there.
            name => named(parsed, *id, name, after.is_empty(), imports).unwrap_or(Found::Item(*id)),
        };
        rest = after;
    }
    Some(found)
}

/// What a name stands for in a module: at the end of a path an item before a module, else the other way round.
fn named(parsed: &Crate, id: Id, name: &str, at_end: bool, imports: usize) -> Option<Found> {
    let module = &parsed.modules[id];
    let child = module.children.get(name).map(|child| Found::Module(*child));
    if child.is_some() && !at_end {
        return child;
    }
    match module.names.get(name) {
        Some(Binding::Item) => Some(Found::Item(id)),
        Some(Binding::Import(path)) => lookup(parsed, id, path, imports.checked_sub(1)?).or(child),
        None => child.or_else(|| {
            module.globs.iter().find_map(|path| match lookup(parsed, id, path, imports.checked_sub(1)?)? {
                Found::Module(through) if through != id => {
                    named(parsed, through, name, at_end, imports.checked_sub(1)?)
                }
                Found::Module(_) | Found::Item(_) => None,
            })
        }),
    }
}
