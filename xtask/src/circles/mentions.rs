//! The paths that stand in an item.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, ImplItem, Item, ItemUse, Macro, Path, UseTree,
    spanned::Spanned,
    visit::{self, Visit},
};

/// A path of two names or more, as it stands.
pub struct Mention {
    pub path: Vec<String>,
    pub line: usize,
    /// It stands in a `pub use`.
    pub passed_on: bool,
}

/// What one name of a `use` brings in; without a name, everything that is there.
pub struct Import {
    pub path: Vec<String>,
    pub name: Option<String>,
    pub line: usize,
}

/// The paths in an item that is no `use` and no module.
pub fn of(item: &Item) -> Vec<Mention> {
    let mut found = Mentions(Vec::new());
    found.visit_item(item);
    found.0
}

/// What a `use` brings in.
pub fn imports(item: &ItemUse) -> Vec<Import> {
    let mut found = Vec::new();
    flatten(&item.tree, &[], &mut found);
    found
}

/// What an item is called in its module, if it has a name.
pub fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Whether an item is compiled for tests alone.
pub fn is_for_tests(item: &Item) -> bool {
    let attributes = match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => return false,
    };
    are_for_tests(attributes)
}

fn are_for_tests(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .any(|attribute| attribute.parse_args::<Path>().is_ok_and(|condition| condition.is_ident("test")))
}

fn flatten(tree: &UseTree, before: &[String], found: &mut Vec<Import>) {
    let joined = |last: &str| [before, &[last.to_owned()]].concat();
    match tree {
        UseTree::Path(path) => flatten(&path.tree, &joined(&path.ident.to_string()), found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, found)),
        UseTree::Glob(_) => found.push(Import { path: before.to_vec(), name: None, line: line(tree) }),
        UseTree::Name(last) => {
            let last = last.ident.to_string();
            // `use crate::room::{self}` brings in the module.
            let path = if last == "self" { before.to_vec() } else { joined(&last) };
            found.push(Import { name: path.last().cloned(), path, line: line(tree) });
        }
        UseTree::Rename(last) => {
            let name = Some(last.rename.to_string());
            let last = last.ident.to_string();
            let path = if last == "self" { before.to_vec() } else { joined(&last) };
            found.push(Import { path, name, line: line(tree) });
        }
    }
}

fn line(what: &impl Spanned) -> usize {
    what.span().start().line
}

struct Mentions(Vec<Mention>);

impl Mentions {
    fn add(&mut self, path: Vec<String>, line: usize) {
        if path.len() > 1 {
            self.0.push(Mention { path, line, passed_on: false });
        }
    }

    /// What stands in a macro is not parsed: names with `::` between them are taken for paths.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut colons, mut first) = (Vec::new(), 0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add(std::mem::take(&mut path), first);
                        first = line(&ident);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.add(std::mem::take(&mut path), first);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        self.add(path, first);
    }
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_path(&mut self, path: &'ast Path) {
        let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(names, line(path));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast Macro) {
        self.add_tokens(invoked.tokens.clone());
        visit::visit_macro(self, invoked);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for import in imports(item) {
            self.add(import.path, import.line);
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let is_for_tests = matches!(item, ImplItem::Fn(method) if are_for_tests(&method.attrs));
        if !is_for_tests {
            visit::visit_impl_item(self, item);
        }
    }
}
