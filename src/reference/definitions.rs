//! The reference as definitions: Rhai without bodies, which editors' extensions read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Entry, Field, Kind, entries};
use crate::script::LANGUAGE;

/// One file of definitions, `wharf.d.rhai`, as `Definitions::single_file` of Rhai makes them:
/// <https://rhai.rs/book/engine/metadata/definitions.html>.
pub fn definitions() -> String {
    let mut text = String::from("module static;\n");
    let entries = entries();
    for entry in entries.iter().filter(|entry| entry.kind == Kind::Action) {
        action(&mut text, entry);
    }
    let mut modules: BTreeMap<String, String> = BTreeMap::new();
    for known in LANGUAGE.iter().flat_map(|family| family.functions) {
        let (into, name) = match known.name.split_once("::") {
            Some((module, name)) => (modules.entry(module.to_owned()).or_default(), name),
            None => (&mut text, known.name),
        };
        for signature in known.signatures {
            function(
                into,
                &[known.summary, known.doc],
                &format!("{name}{signature}"),
            );
        }
    }
    for entry in entries.iter().filter(|entry| entry.kind == Kind::Module) {
        for known in &entry.functions {
            member(&mut modules, known);
        }
    }
    for (name, functions) in modules {
        let inner = functions.trim_start().lines();
        let inner: Vec<_> = inner
            .map(|line| {
                if line.is_empty() {
                    String::new()
                } else {
                    format!("    {line}")
                }
            })
            .collect();
        let _ = write!(text, "\nmodule {name} {{\n{}\n}}\n", inner.join("\n"));
    }
    text
}

fn action(text: &mut String, entry: &Entry) {
    let doc = options(&entry.options);
    let returns = if entry.result.is_empty() { "()" } else { "Map" };
    let name = &entry.name;
    let natural = entry.calls.first().and_then(|call| call.split_once('('));
    let natural = natural.map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let mut calls = vec![format!("{name}(options: Map) -> {returns}")];
    if natural.is_empty() {
        calls.push(format!("{name}() -> {returns}"));
    } else {
        calls.push(format!("{name}({natural}: ?) -> {returns}"));
        calls.push(format!("{name}({natural}: ?, options: Map) -> {returns}"));
    }
    for call in calls {
        function(text, &[&entry.summary, &doc], &call);
    }
}

/// A function of a module of the standard library, in the module that it is mostly imported as.
fn member(modules: &mut BTreeMap<String, String>, entry: &Entry) {
    let doc = options(&entry.options);
    for call in &entry.calls {
        let Some((module, call)) = call.split_once("::") else {
            continue;
        };
        let (name, parameters) = call.split_once('(').unwrap_or((call, ")"));
        let parameters = parameters.trim_end_matches(')').split(", ");
        let parameters: Vec<_> = parameters
            .filter(|name| !name.is_empty())
            .map(|name| match name {
                "options" => "options: Map".to_owned(),
                name => format!("{name}: ?"),
            })
            .collect();
        let returns = match entry.returns.as_deref() {
            Some("nothing") => "()",
            _ => "?",
        };
        let into = modules.entry(module.to_owned()).or_default();
        let call = format!("{name}({}) -> {returns}", parameters.join(", "));
        function(into, &[&entry.summary, &entry.doc, &doc], &call);
    }
}

fn options(options: &[Field]) -> String {
    let mut doc = String::new();
    for option in options {
        let _ = writeln!(
            doc,
            "- `{}` ({}): {}",
            option.name,
            option.about(),
            option.doc
        );
    }
    doc
}

fn function(text: &mut String, docs: &[&str], call: &str) {
    text.push('\n');
    let docs = docs.iter().filter(|doc| !doc.is_empty());
    for (index, doc) in docs.enumerate() {
        if index > 0 {
            text.push_str("///\n");
        }
        for line in doc.lines() {
            let _ = writeln!(text, "{}", format!("/// {line}").trim_end());
        }
    }
    let returns = if call.contains("->") { "" } else { " -> ()" };
    let _ = writeln!(text, "fn {call}{returns};");
}
