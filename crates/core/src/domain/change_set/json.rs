//! The form that CodeMirror's `ChangeSet.toJSON` gives a change: a number for so many units that stay; `[4]` for four that
//! are deleted; `[4, "so", "", "on"]` for four that make way for these lines.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, SeqAccess, Visitor},
    ser::SerializeSeq,
};

use super::{
    set::{ChangeSet, Misfit, Section, divide},
    units::units,
};

impl Serialize for ChangeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut parts = serializer.serialize_seq(Some(self.sections.len()))?;
        let mut inserted = self.inserted.as_str();
        for section in &self.sections {
            match *section {
                Section::Keep(len) => parts.serialize_element(&len)?,
                Section::Replace(len, new) => {
                    let (text, behind) = divide(inserted, new).map_err(serde::ser::Error::custom)?;
                    parts.serialize_element(&Replacement { len, text })?;
                    inserted = behind;
                }
            }
        }
        parts.end()
    }
}

/// So many units that make way for a text.
struct Replacement<'a> {
    len: u32,
    text: &'a str,
}

impl Serialize for Replacement<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut part = serializer.serialize_seq(None)?;
        part.serialize_element(&self.len)?;
        if !self.text.is_empty() {
            self.text.split('\n').try_for_each(|line| part.serialize_element(line))?;
        }
        part.end()
    }
}

impl<'de> Deserialize<'de> for ChangeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Parts)
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = ChangeSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a change: a list of numbers and of replacements")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<ChangeSet, A::Error> {
        let mut change = ChangeSet::default();
        while parts.next_element_seed(Part(&mut change))?.is_some() {}
        Ok(change)
    }
}

/// Reads one part, and adds it.
struct Part<'a>(&'a mut ChangeSet);

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0 on, or a list of one and of lines")
    }

    fn visit_u64<E: Error>(self, len: u64) -> Result<(), E> {
        self.0.keep(len).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<(), A::Error> {
        let len: u64 = lines.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let Self(change) = self;
        let start = change.inserted.len();
        let mut is_first = true;
        while lines.next_element_seed(Line { text: &mut change.inserted, is_first })?.is_some() {
            is_first = false;
        }
        change.add_inserted(len, start).map_err(A::Error::custom)
    }
}

impl ChangeSet {
    /// Replaces the next so many units by what stands behind a place of what is inserted.
    fn add_inserted(&mut self, len: u64, start: usize) -> Result<(), Misfit> {
        let new = units(self.inserted.get(start..).unwrap_or_default());
        let (len, new) = self.longer_by(len, new)?;
        self.add(len, Some(new), false);
        Ok(())
    }
}

/// Reads one line of what is inserted.
struct Line<'a> {
    text: &'a mut String,
    is_first: bool,
}

impl<'de> DeserializeSeed<'de> for Line<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Line<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line without a line break")
    }

    fn visit_str<E: Error>(self, line: &str) -> Result<(), E> {
        if line.contains(['\n', '\r']) {
            return Err(E::custom("a line has no line break in it: each line is a string of its own"));
        }
        if !self.is_first {
            self.text.push('\n');
        }
        self.text.push_str(line);
        Ok(())
    }
}
