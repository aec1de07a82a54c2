//! The reference as definitions: Rhai without bodies, which editors' extensions read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Entry, Kind, entries};

/// One file of definitions, `wharf.d.rhai`, as `Definitions::single_file` of Rhai makes them:
/// <https://rhai.rs/book/engine/metadata/definitions.html>.
pub fn definitions() -> String {
    let mut text = String::from("module static;\n");
    let mut modules: BTreeMap<String, String> = BTreeMap::new();
    for entry in entries() {
        match entry.kind {
            Kind::Action => action(&mut text, &entry),
            Kind::Function => {
                for call in &entry.calls {
                    let (into, call) = match call.split_once("::") {
                        Some((module, call)) => {
                            (modules.entry(module.to_owned()).or_default(), call)
                        }
                        None => (&mut text, call.as_str()),
                    };
                    function(into, &[&entry.summary, &entry.doc], call);
                }
            }
            Kind::Chapter | Kind::Module => {}
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
    let mut doc = String::new();
    for option in &entry.options {
        let _ = writeln!(
            doc,
            "- `{}` ({}): {}",
            option.name, option.takes, option.doc
        );
    }
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
