//! The reference: everything that can be looked up, from the descriptors, tables and comments that
//! make it work. One shape for all of it, and a writer for each format.

mod chapter;
mod definitions;
mod entry;
mod html;
mod markdown;

use std::fmt;

use serde::Serialize;

pub use definitions::definitions;
pub use html::html;
pub use markdown::markdown;

use crate::failure::nearest;

/// Something that can be looked up.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// `docker_push`, `git::sha`, `std/python`, `guide/watch`.
    pub name: String,
    pub kind: Kind,
    /// The heading it stands under.
    pub group: &'static str,
    /// A line.
    pub summary: String,
    /// How far an action reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<&'static str>,
    /// Each way to call it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<String>,
    /// What else there is to know, in Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub result: Vec<Field>,
    /// The functions of a module.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Member>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Shown>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Chapter,
    Action,
    Function,
    Module,
}

/// An option, or a part of a result.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    pub name: String,
    /// In words: `text`, `an array of text`, `a length of time`.
    pub takes: String,
    pub required: bool,
    pub doc: String,
}

/// A function of a module.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    /// As whoever imports the module calls it: `python::venv(requirements)`.
    pub call: String,
    /// In Markdown.
    pub doc: String,
}

/// A script, and what it does.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// Completes “this example …”.
    pub title: &'static str,
    pub script: &'static str,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// What it prints, whole.
    Prints(&'static str),
    /// A part of the error's message.
    Fails(&'static str),
}

impl Kind {
    /// What its entries are called together.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Chapter => "guide",
            Self::Action => "actions",
            Self::Function => "functions",
            Self::Module => "standard library",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prints(text) => write!(f, "prints: {}", text.trim_end()),
            Self::Fails(text) => write!(f, "fails: {text}"),
        }
    }
}

/// Everything, in the order in which the reference tells it.
pub fn entries() -> Vec<Entry> {
    let mut entries = chapter::entries();
    entries.extend(entry::actions());
    entries.extend(entry::functions());
    entries.extend(entry::modules());
    entries
}

/// What `name` means, which may leave out `std/` or `guide/` where nothing else is called that. If
/// there is no such thing, the name that was most likely meant.
pub fn find(name: &str) -> Result<Entry, Option<String>> {
    let mut entries = entries();
    let ends = |entry: &Entry| {
        let (_, last) = entry.name.rsplit_once('/').unwrap_or_default();
        last == name
    };
    let has = |entry: &Entry| {
        let call = |member: &Member| member.call.split('(').next() == Some(name);
        entry.functions.iter().any(call)
    };
    let found = entries.iter().position(|entry| entry.name == name);
    // A module is looked up more often than the chapter of that name.
    let found = found.or_else(|| entries.iter().rposition(ends));
    let found = found.or_else(|| entries.iter().position(has));
    let Some(index) = found else {
        let names = entries.iter().map(|entry| entry.name.as_str());
        let short = entries
            .iter()
            .filter_map(|entry| entry.name.rsplit(['/', ':']).next());
        return Err(nearest(name, names.chain(short)).map(str::to_owned));
    };
    Ok(entries.swap_remove(index))
}

/// All entries as one document of JSON, `{"version": 1, "entries": […]}`.
pub fn json() -> String {
    let document = serde_json::json!({ "version": 1, "entries": entries() });
    format!("{document:#}\n")
}
