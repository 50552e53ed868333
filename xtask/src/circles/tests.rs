use std::{fs, path::Path};

use super::rings_of;

/// The circles of a crate with these files, each by the places where a file needs the next.
fn circles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let rings = rings_of(&folder.path().join("lib.rs")).unwrap();
    let short = |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
    let places =
        rings.iter().map(|ring| ring.0.iter().map(|need| format!("{}:{}", short(&need.from), need.line)));
    places.map(Iterator::collect).collect()
}

#[test]
fn two_files_that_name_each_other_are_a_circle() {
    let found = circles(&[
        ("lib.rs", "mod links;\nmod state;\n"),
        ("links.rs", "use crate::state::State;\npub struct Links(pub State);\n"),
        (
            "state.rs",
            "pub struct State;\nimpl State {\n    fn links(self) -> super::links::Links { todo!() }\n}\n",
        ),
    ]);
    assert_eq!(found, [["links.rs:1", "state.rs:3"]]);
}

#[test]
fn a_longer_circle_is_seen_through_those_who_pass_items_on() {
    let found = circles(&[
        ("lib.rs", "mod domain;\nmod store;\npub use domain::*;\n"),
        ("domain/mod.rs", "mod name;\nmod text;\npub use self::{name::Name, text::Text as Prose};\n"),
        ("domain/name.rs", "pub struct Name(crate::store::Row);\n"),
        ("domain/text.rs", "use super::Name;\npub struct Text(Name);\n"),
        ("store.rs", "pub struct Row;\nfn read() { println!(\"{}\", crate::Prose::new()) }\n"),
    ]);
    assert_eq!(found, [["domain/name.rs:1", "store.rs:2", "domain/text.rs:1"]]);
}

#[test]
fn what_a_file_declares_passes_on_or_tests_is_no_circle() {
    let found = circles(&[
        ("lib.rs", "mod room;\npub mod prelude { pub use crate::room::{Room, key::Key}; }\n"),
        (
            "room.rs",
            "pub mod key;\npub use key::Key;\npub struct Room;\n#[cfg(test)]\nuse crate::prelude::Key as K;\n",
        ),
        (
            "room/key.rs",
            "use super::Room;\npub struct Key(Room);\n#[cfg(test)]\nmod tests { use crate::prelude::Room; }\n",
        ),
    ]);
    assert_eq!(found, Vec::<Vec<String>>::new());
}

#[test]
fn a_module_is_needed_by_what_is_named_through_it() {
    let found = circles(&[
        ("lib.rs", "mod quota;\nmod room;\n"),
        (
            "quota.rs",
            "use std::fmt;\nuse super::room::{self};\npub fn fits(room: &room::Room) -> fmt::Result { Ok(()) }\n",
        ),
        ("room.rs", "use crate::quota;\npub struct Room;\nfn add(room: Room) { quota::fits(&room).ok(); }\n"),
    ]);
    assert_eq!(found, [["quota.rs:3", "room.rs:3"]]);
}
