//! From what somebody types to what it means.

use super::{Entry, Kind};
use crate::failure::nearest;

/// A line of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub name: String,
    pub summary: String,
}

/// What `name` means among `entries`, which may leave out `std/` or `guide/` where nothing else is
/// called that. If it means nothing, the nearest name.
pub fn find(entries: &[Entry], name: &str) -> Result<Entry, Option<String>> {
    let ends = |entry: &&Entry| {
        let last = entry.name.rsplit_once('/').map(|(_, last)| last);
        !name.is_empty() && last == Some(name)
    };
    let functions = || entries.iter().flat_map(|entry| &entry.functions);
    let found = entries.iter().find(|entry| entry.name == name);
    // A module is looked up more often than the chapter of that name.
    let found = found.or_else(|| entries.iter().rev().find(ends));
    if let Some(found) = found {
        return Ok(found.clone());
    }
    let mut members = entries.iter().filter_map(|module| member(module, name));
    if let Some(found) = members.next() {
        return Ok(found);
    }
    let names = entries.iter().chain(functions());
    let names: Vec<_> = names.map(|entry| entry.name.as_str()).collect();
    let short = names
        .iter()
        .filter_map(|name| name.rsplit(['/', ':']).next());
    Err(nearest(name, names.iter().copied().chain(short)).map(str::to_owned))
}

/// The function `name` of a module, with what the module says of it: the import and its examples.
fn member(module: &Entry, name: &str) -> Option<Entry> {
    let mut functions = module.functions.iter();
    let mut found = functions.find(|function| function.name == name)?.clone();
    found.calls.splice(0..0, module.calls.iter().cloned());
    let call = format!("{name}(");
    let examples = module.examples.iter();
    let about = examples.filter(|example| example.script.contains(&call));
    found.examples.extend(about.cloned());
    Some(found)
}

/// All that `word` may be about: what has it in its name or among its options, and then what speaks
/// of it.
pub fn search<'e>(entries: &'e [Entry], word: &str) -> Vec<Hit> {
    let word = word.to_lowercase();
    if word.is_empty() {
        return Vec::new();
    }
    let below = |entry: &'e Entry| std::iter::once(entry).chain(&entry.functions);
    let all = || entries.iter().flat_map(below);
    let mut hits: Vec<Hit> = all().filter_map(|entry| named(entry, &word)).collect();
    for entry in all().filter(|entry| speaks(entry, &word)) {
        if hits.iter().all(|hit| hit.name != entry.name) {
            hits.push(hit(entry));
        }
    }
    hits
}

fn hit(entry: &Entry) -> Hit {
    Hit {
        name: entry.name.clone(),
        summary: entry.summary.clone(),
    }
}

/// An entry with `word` in its name, or the option that has it there.
fn named(entry: &Entry, word: &str) -> Option<Hit> {
    if entry.name.to_lowercase().contains(word) {
        return Some(hit(entry));
    }
    let mut fields = entry
        .options
        .iter()
        .filter(|field| field.name.contains(word));
    let field = fields.next()?;
    Some(Hit {
        name: entry.name.clone(),
        summary: format!("its option `{}`: {}", field.name, field.doc),
    })
}

/// Whether `word` stands in the summary, or in a chapter of the guide.
fn speaks(entry: &Entry, word: &str) -> bool {
    let has = |text: &str| {
        let text = text.to_lowercase();
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|known| known == word)
    };
    has(&entry.summary) || entry.kind == Kind::Chapter && has(&entry.doc)
}
