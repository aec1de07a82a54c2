//! What the tree promises about itself, read from its text: the direction of its layers, which
//! crates each may know, and what no file may hold.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ignore::Walk;
use regex::Regex;

/// A layer of `src/lib.rs`'s table and the layers it may know. What is not listed it must not.
const LAYERS: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    (
        "cli",
        &[
            "repl",
            "reference",
            "report",
            "watch",
            "run",
            "rehearsal",
            "script",
            "plan",
            "journal",
            "action",
            "service",
            "event",
            "effect",
            "cancel",
            "line",
            "secret",
            "failure",
            "words",
        ],
    ),
    (
        "repl",
        &[
            "reference",
            "report",
            "script",
            "action",
            "service",
            "event",
            "effect",
            "cancel",
            "line",
            "secret",
            "failure",
        ],
    ),
    ("reference", &["script", "action", "effect", "failure"]),
    (
        "report",
        &[
            "plan", "journal", "service", "event", "effect", "line", "secret", "failure", "words",
        ],
    ),
    (
        "watch",
        &["plan", "service", "event", "effect", "cancel", "failure"],
    ),
    (
        "run",
        &[
            "rehearsal",
            "script",
            "plan",
            "journal",
            "action",
            "service",
            "event",
            "effect",
            "cancel",
            "secret",
            "failure",
            "words",
        ],
    ),
    (
        "rehearsal",
        &[
            "action", "service", "event", "effect", "cancel", "secret", "failure", "words",
        ],
    ),
    (
        "script",
        &[
            "plan", "journal", "action", "service", "event", "effect", "cancel", "secret",
            "failure", "words",
        ],
    ),
    ("plan", &["failure"]),
    (
        "journal",
        &[
            "service", "event", "effect", "cancel", "line", "secret", "failure", "words",
        ],
    ),
    (
        "action",
        &[
            "service", "event", "effect", "cancel", "line", "secret", "failure", "words",
        ],
    ),
    (
        "service",
        &[
            "event", "effect", "cancel", "line", "secret", "failure", "words",
        ],
    ),
    ("event", &["effect", "failure", "secret"]),
    ("effect", &[]),
    ("cancel", &[]),
    ("line", &["secret"]),
    ("secret", &[]),
    ("failure", &["secret", "words"]),
    ("words", &[]),
];

/// A pattern that is at home in some folders or files only, and why.
const AT_HOME: &[(&str, &[&str], &str)] = &[
    (
        r"\brhai::",
        &["src/script/"],
        "only the script layer knows Rhai",
    ),
    (
        r"\bclap::",
        &["src/cli/"],
        "only the command line knows its parser",
    ),
    (
        r"\b(bollard|reqwest|tonic)::",
        &["src/service/"],
        "the engine and HTTP are reached through `service`",
    ),
    (
        r"\brusqlite::",
        &["src/journal/"],
        "only the journal knows its database",
    ),
    (
        r"\brustyline::",
        &["src/repl/editor/"],
        "only the line editor knows its crate",
    ),
    (
        r"\bpulldown_cmark::",
        &["src/reference/html/"],
        "only the reference's pages know Markdown's grammar",
    ),
    (
        r"\bCommand::new\(",
        &["src/service/", "src/build.rs", "src/cli/"],
        "processes are started through `service`",
    ),
    (
        r"\be?print(ln)?!\(",
        &["src/cli/", "src/repl/", "src/report/", "src/build.rs"],
        "what is said goes through events and their report",
    ),
    (
        r"\bstd::env::(var|vars|var_os|vars_os)\b",
        &["src/report/", "src/service/", "src/cli/", "src/build.rs"],
        "the environment is passed in",
    ),
    (
        r"\b(Instant|SystemTime)\b|\bstd::fs\b",
        &[
            "src/action/",
            "src/cli/",
            "src/journal/",
            "src/rehearsal/",
            "src/repl/",
            "src/report/",
            "src/run/",
            "src/script/",
            "src/secret/",
            "src/service/",
        ],
        "a plan and the shared words are pure data",
    ),
];

#[test]
fn imports_follow_the_layers() {
    let mut found = Vec::new();
    for file in rust_files("src") {
        let name = shown(&file);
        if ["src/lib.rs", "src/build.rs"].contains(&name.as_str()) {
            continue;
        }
        let layer = layer_of(&name);
        let Some((_, allowed)) = LAYERS.iter().find(|(known, _)| *known == layer) else {
            found.push(format!("{name}: `{layer}` is no layer of tests/tidy.rs"));
            continue;
        };
        for known in layers_named_in(&text(&file)) {
            if known != layer && !allowed.contains(&known.as_str()) {
                found.push(format!("{name}: `{layer}` must not know `{known}`"));
            }
        }
    }
    none(&found);
}

#[test]
fn crates_and_calls_stay_where_they_are_at_home() {
    let mut found = Vec::new();
    for (pattern, homes, why) in AT_HOME {
        let pattern = Regex::new(pattern).expect("a pattern of this file");
        for file in rust_files("src") {
            let name = shown(&file);
            if homes.iter().any(|home| name.starts_with(home)) {
                continue;
            }
            let text = text(&file);
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in lines(code).filter(|(_, line)| pattern.is_match(line)) {
                found.push(format!("{name}:{number}: {why}: {}", line.trim()));
            }
        }
    }
    none(&found);
}

#[test]
fn no_file_is_long_nor_named_after_nothing() {
    let mut found = Vec::new();
    for file in rust_files("src").chain(rust_files("tests")) {
        let count = text(&file).lines().count();
        if count > 400 {
            found.push(format!(
                "{}: {count} lines: which second concept is in it?",
                shown(&file)
            ));
        }
        let names = file
            .iter()
            .filter_map(|part| Path::new(part).file_stem()?.to_str());
        for name in names.filter(|name| ["util", "utils", "common", "helpers"].contains(name)) {
            found.push(format!("{}: `{name}` names no concept", shown(&file)));
        }
    }
    none(&found);
}

#[test]
fn nothing_is_left_over() {
    // Taken apart, so that this file does not find itself.
    let everywhere = [
        concat!("db", "g!("),
        concat!("#[ig", "nore"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    let promise = Regex::new(r"//.*\b(TO[D]O|FIX[M]E)\b").expect("a pattern of this file");
    let in_source = [concat!(".unw", "rap()")];
    // What waits looks again after a moment, and not for ever.
    let in_tests = [
        concat!("thread::", "sleep"),
        concat!("time::", "sleep"),
        concat!("yield_", "now"),
        concat!("spin_", "loop"),
    ];
    let mut found = Vec::new();
    for file in rust_files("src").chain(rust_files("tests")) {
        let name = shown(&file);
        let here: &[&str] = if name.starts_with("src/") {
            &in_source
        } else {
            &in_tests
        };
        let text = text(&file);
        for (number, line) in (1..)
            .zip(text.lines())
            .filter(|(_, line)| promise.is_match(line))
        {
            found.push(format!("{name}:{number}: {}", line.trim()));
        }
        for (number, line) in lines(&text) {
            for left in everywhere
                .iter()
                .chain(here)
                .filter(|left| line.contains(**left))
            {
                found.push(format!("{name}:{number}: `{left}`"));
            }
        }
    }
    none(&found);
}

#[test]
fn the_layers_a_text_names_are_read_from_every_form_of_path() {
    let text = "use crate::event::{Event, Events};\nuse crate::{\n    cancel::Cancel,\n    plan::{self, Plan},\n};\n\
        // crate::cli is only spoken of\nfn f(x: &crate::failure::Failure) {}\n";
    let found: Vec<String> = layers_named_in(text).into_iter().collect();
    assert_eq!(found, ["cancel", "event", "failure", "plan"]);
}

#[test]
fn the_layers_here_are_those_of_the_map() {
    let map = text(&root().join("src/lib.rs"));
    let declared = Regex::new(r"(?m)^(?:pub )?mod (\w+);").expect("a pattern of this file");
    let declared: BTreeSet<_> = declared
        .captures_iter(&map)
        .map(|c| c[1].to_string())
        .collect();
    let here = LAYERS.iter().map(|(layer, _)| (*layer).to_string());
    assert_eq!(declared, here.filter(|layer| layer != "main").collect());
}

/// The names that follow `crate::` in code, comments left out.
fn layers_named_in(text: &str) -> BTreeSet<String> {
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:crate|wharf)::(?:(\w+)|\{([^;]*)\})").expect("a pattern of this file")
    });
    let code: String = lines(text)
        .map(|(_, line)| line.to_string() + "\n")
        .collect();
    let mut names = BTreeSet::new();
    for path in PATH.captures_iter(&code) {
        if let Some(name) = path.get(1) {
            names.insert(name.as_str().to_string());
        }
        let group = path.get(2).map_or("", |group| group.as_str());
        let mut depth = 0;
        for piece in group.split_inclusive([',', '{', '}']) {
            let name = piece
                .trim()
                .split([':', ',', '{', '}', ' '])
                .next()
                .unwrap_or_default();
            if depth == 0 && !name.is_empty() {
                names.insert(name.to_string());
            }
            match piece.chars().last() {
                Some('{') => depth += 1,
                Some('}') => depth -= 1,
                _ => {}
            }
        }
    }
    names
}

/// Numbered lines, without those that are comments.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// `src/run/stage.rs` → `run`, `src/event.rs` → `event`.
fn layer_of(name: &str) -> &str {
    let within = name.strip_prefix("src/").unwrap_or(name);
    within.split(['/', '.']).next().unwrap_or(within)
}

fn rust_files(folder: &str) -> impl Iterator<Item = PathBuf> {
    Walk::new(root().join(folder))
        .map(|entry| entry.expect("a readable tree").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn shown(file: &Path) -> String {
    let shown = file.strip_prefix(root()).unwrap_or(file);
    shown.display().to_string()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}
