//! The reference: everything that can be looked up, from the descriptors, tables and comments that
//! make it work. One shape for all of it, and a writer for each format.

mod chapter;
mod definitions;
mod entry;
mod find;
mod html;
mod markdown;
mod module;

use std::fmt;

use serde::Serialize;

pub use definitions::definitions;
pub use find::{Hit, find, search};
pub use html::html;
pub use markdown::markdown;
pub use module::own;

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
    /// How far an action, or a function of a module, reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// Each way to call it, in the language's words: `env(name: text) -> text`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<String>,
    /// What else there is to know, in Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Field>,
    /// The parts of the map that an action returns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub result: Vec<Field>,
    /// Completes “returns …”.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returns: Option<String>,
    /// Each completes “fails …”.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// The functions of a module, each an entry of its own: `python::venv`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Entry>,
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
    /// What it is if it is not given, as a script writes it or in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Names in the environment that are read, in this order, if it is not given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    pub doc: String,
}

/// A script, and what it does.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// Completes “this example …”.
    pub title: String,
    pub script: String,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// What it prints, whole.
    Prints(String),
    /// A part of the error's message.
    Fails(String),
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

impl Entry {
    /// One of which nothing more is known yet.
    fn new(name: impl Into<String>, kind: Kind, group: &'static str) -> Self {
        Self {
            name: name.into(),
            kind,
            group,
            summary: String::new(),
            effect: None,
            calls: Vec::new(),
            doc: String::new(),
            options: Vec::new(),
            result: Vec::new(),
            returns: None,
            errors: Vec::new(),
            functions: Vec::new(),
            examples: Vec::new(),
        }
    }
}

impl Field {
    /// What it takes and what it is otherwise, on one line: `text, required`, `a number, default 3`.
    pub fn about(&self) -> String {
        let mut about = self.takes.clone();
        if self.required {
            about.push_str(", required");
        }
        if !self.env.is_empty() {
            about.push_str(", env ");
            about.push_str(&self.env.join(" or "));
        }
        if let Some(default) = &self.default {
            about.push_str(", default ");
            about.push_str(default);
        }
        about
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prints(text) if text.is_empty() => Ok(()),
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
    entries.extend(module::standard());
    entries
}

/// All entries as one document of JSON, `{"version": 1, "entries": […]}`.
pub fn json() -> String {
    let document = serde_json::json!({ "version": 1, "entries": entries() });
    format!("{document:#}\n")
}
