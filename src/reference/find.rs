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

/// All that the words of `text` may be about: what has each of them in its name or among its options,
/// and then what speaks of those that it does not have there.
pub fn search<'e>(entries: &'e [Entry], text: &str) -> Vec<Hit> {
    let text = text.to_lowercase();
    let words: Vec<_> = text.split_whitespace().collect();
    let below = |entry: &'e Entry| std::iter::once(entry).chain(&entry.functions);
    let all = || entries.iter().flat_map(below);
    let of_names = all().filter_map(|entry| hit(entry, &words, |_| false));
    let mut hits: Vec<Hit> = of_names.collect();
    for found in all().filter_map(|entry| hit(entry, &words, |word| speaks(entry, word))) {
        if hits.iter().all(|hit| hit.name != found.name) {
            hits.push(found);
        }
    }
    hits
}

/// An entry with all of `words`: in its name, or the option that has it there, or by what else it `has`.
fn hit(entry: &Entry, words: &[&str], has: impl Fn(&str) -> bool) -> Option<Hit> {
    let mut option = None;
    for word in words {
        if entry.name.to_lowercase().contains(word) {
            continue;
        }
        let mut fields = entry.options.iter();
        match fields.find(|field| field.name.contains(word)) {
            Some(field) => option = option.or(Some(field)),
            None if has(word) => {}
            None => return None,
        }
    }
    let summary = option.map(|field| format!("its option `{}`: {}", field.name, field.doc));
    (!words.is_empty()).then(|| Hit {
        name: entry.name.clone(),
        summary: summary.unwrap_or_else(|| entry.summary.clone()),
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
