//! `wharf docs`: the reference, drawn for a terminal or written for elsewhere.

mod page;

use std::io::Write as _;
use std::sync::Arc;

use clap::CommandFactory;

use super::Done;
use super::arguments::{Arguments, DocsFormat, DocsOptions, Place};
use super::load::{Setting, load};
use crate::failure::Failure;
use crate::reference::{self, Entry, Hit, Kind};
use crate::report::Colour;
use crate::secret::Secrets;

use page::Sheet;

const MORE: &str = "`wharf docs NAME` shows one of them, or what speaks of a word or of several; \
                    `wharf docs --format html` is a page of everything.";

pub(super) fn docs(place: &Place, options: &DocsOptions, secrets: &Secrets) -> Done {
    let mut stdout = std::io::stdout().lock();
    let sheet = Sheet::of(&stdout);
    let name = options.words.join(" ");
    let name = Some(name.trim()).filter(|name| !name.is_empty());
    let known = || {
        let mut known = reference::entries();
        known.extend(own(place, secrets));
        known
    };
    let text = match (options.format, name) {
        (DocsFormat::Text, None) => {
            page::list(&known(), sheet) + page::remark(MORE, sheet).as_str()
        }
        (DocsFormat::Text, Some(name)) => told(&known(), name, sheet)?,
        (DocsFormat::Markdown, None) => reference::markdown(None),
        (DocsFormat::Markdown, Some(name)) => reference::markdown(Some(&find(&known(), name)?)),
        (DocsFormat::Json, None) => reference::json(),
        (DocsFormat::Json, Some(name)) => {
            format!("{:#}\n", serde_json::json!(find(&known(), name)?))
        }
        (DocsFormat::Html, None) => reference::html(),
        (DocsFormat::Definitions, None) => reference::definitions(),
        (DocsFormat::Html | DocsFormat::Definitions, Some(_)) => return Err(Arc::new(whole())),
    };
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(text.as_bytes());
    Ok(())
}

/// The actions, by category.
pub(super) fn actions(colour: Colour) -> String {
    let mut entries = reference::entries();
    entries.retain(|entry| entry.kind == Kind::Action);
    page::list(&entries, Sheet::plain(colour))
}

/// What the script here and the modules it imports have; nothing where there is none to read.
fn own(place: &Place, secrets: &Secrets) -> Vec<Entry> {
    let program = load(place, secrets, Setting::looking()).ok();
    let mut entries = program.as_ref().map(reference::own).unwrap_or_default();
    entries.retain(|entry| !entry.functions.is_empty() || !entry.doc.is_empty());
    entries
}

/// The entry called `name`, or a line of each that is about it.
fn told(known: &[Entry], name: &str, sheet: Sheet) -> Result<String, Arc<Failure>> {
    if let Ok(entry) = reference::find(known, name) {
        return Ok(page::describe(&entry, sheet));
    }
    let mut hits = commands(name);
    hits.extend(reference::search(known, name));
    if hits.is_empty() {
        return find(known, name).map(|entry| page::describe(&entry, sheet));
    }
    Ok(page::hits(&hits, sheet))
}

/// The commands of wharf that have the words of `text` in their names.
fn commands(text: &str) -> Vec<Hit> {
    let wharf = Arguments::command();
    let commands = wharf
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let named = commands.filter(|command| {
        let mut words = text.split_whitespace();
        words.all(|word| command.get_name().contains(word))
    });
    named
        .map(|command| Hit {
            name: format!("wharf {}", command.get_name()),
            summary: command
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default(),
        })
        .collect()
}

fn find(known: &[Entry], name: &str) -> Result<Entry, Arc<Failure>> {
    reference::find(known, name).map_err(|near| {
        let failure = Failure::script(if name.contains(' ') {
            format!("nothing in the reference has all of `{name}`")
        } else {
            format!("the reference has no `{name}`")
        });
        Arc::new(match near {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None if name.contains(' ') => failure.hint("fewer words find more"),
            None => failure.hint("`wharf docs` lists what there is"),
        })
    })
}

fn whole() -> Failure {
    Failure::script("this format holds the whole reference")
        .hint("leave the name out; `text`, `markdown` and `json` can be of one entry")
}
