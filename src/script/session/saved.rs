//! A session as a script.

use std::collections::BTreeSet;

use super::statements::{Statement, statements};
use super::{Kept, last};

/// What only the top level of a script with stages may call.
const DECLARATIONS: [&str; 3] = ["stage", "on_failure", "on_success"];

/// The statement, and what another may replace.
struct Line {
    text: String,
    /// Of a function, its name and how many parameters it has.
    function: Option<(String, usize)>,
    import: bool,
}

/// A script without stages: of `main` what it defines, the first `begun` of its variables and
/// imports; and all `entries`.
pub(super) fn script(main: &str, begun: usize, entries: &[Kept]) -> String {
    let mut left = begun;
    let mut lines: Vec<_> = statements(main)
        .iter()
        .filter(|statement| is_begun(statement, &mut left, begun))
        .map(|statement| line(statement, "", &[]))
        .collect();
    let wanted = wanted(entries);
    if wanted.unset {
        lines.push(Line {
            text: format!("let {} = ();", last::NAME),
            function: None,
            import: false,
        });
    }
    for (index, entry) in entries.iter().enumerate() {
        let uses = last::uses(&entry.text);
        let statements = statements(&entry.text);
        let count = statements.len();
        for (position, statement) in statements.iter().enumerate() {
            let gives = position + 1 == count && wanted.entries.contains(&index);
            let before = if gives {
                format!("let {} = ", last::NAME)
            } else {
                String::new()
            };
            lines.push(line(statement, &before, &uses));
        }
    }
    without_doubles(lines)
}

fn is_begun(statement: &Statement<'_>, left: &mut usize, begun: usize) -> bool {
    if statement.calls(&DECLARATIONS) || statement.code.is_empty() {
        return false;
    }
    if begun == usize::MAX || statement.function().is_some() {
        return true;
    }
    let counts = matches!(statement.first(), "let" | "const" | "import") && *left > 0;
    *left -= usize::from(counts);
    counts
}

/// Whose values a later `_` stands for.
struct Wanted {
    entries: BTreeSet<usize>,
    /// Whether one stands for nothing.
    unset: bool,
}

fn wanted(entries: &[Kept]) -> Wanted {
    let mut wanted = Wanted {
        entries: BTreeSet::new(),
        unset: false,
    };
    let mut last_given = None;
    for (index, entry) in entries.iter().enumerate() {
        if !last::uses(&entry.text).is_empty() {
            match last_given {
                Some(given) => drop(wanted.entries.insert(given)),
                None => wanted.unset = true,
            }
        }
        if entry.gave {
            last_given = Some(index);
        }
    }
    wanted
}

/// `statement` behind `before`, ended, and each `_` of `uses` by the name that it stands for.
fn line(statement: &Statement<'_>, before: &str, uses: &[usize]) -> Line {
    let mut text = statement.text.to_owned();
    let mut insert = |at: usize, remove: usize, what: &str| {
        let at = at - statement.at;
        text.replace_range(at..at + remove, what);
    };
    if let (Some(first), Some(end)) = (statement.code.first(), statement.code.last()) {
        // From behind, as places move.
        let end_it = statement.is_open() || (!before.is_empty() && end.text != ";");
        if end_it {
            insert(end.end(), 0, ";");
        }
        let within = uses
            .iter()
            .filter(|at| (first.at..end.end()).contains(at))
            .rev();
        for at in within {
            insert(*at, 1, last::NAME);
        }
        if !before.is_empty() {
            insert(first.at, 0, before);
        }
    }
    Line {
        text: text.trim().to_owned(),
        function: statement
            .function()
            .map(|(name, count)| (name.to_owned(), count)),
        import: statement.first() == "import",
    }
}

/// Of functions that replace each other the last, of imports that are the same the first.
fn without_doubles(mut lines: Vec<Line>) -> String {
    let mut functions = BTreeSet::new();
    lines.reverse();
    lines.retain(|line| {
        let known = line.function.clone();
        known.is_none_or(|known| functions.insert(known))
    });
    lines.reverse();
    let mut imports = BTreeSet::new();
    lines.retain(|line| !line.import || imports.insert(line.text.clone()));
    let texts = lines.into_iter().map(|line| line.text + "\n");
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::{Kept, script};

    #[test]
    fn entries_become_statements() {
        let entries = [
            ("40", true),
            ("_ + 2", true),
            ("let a = 1 // one", false),
            ("fn t() { 1 }", false),
            ("let f = |x| { x + 1 }; `v ${_}`", true),
            ("fn t() { 2 }", false),
        ];
        let entries = entries.map(|(text, gave)| Kept {
            text: text.to_owned(),
            gave,
        });
        let main = "import \"std/git\" as git;\nlet app = 1;\nfn g() { 1 }\nstage(\"a\", || 1);\n";
        assert_eq!(
            script(main, usize::MAX, &entries),
            "import \"std/git\" as git;\nlet app = 1;\nfn g() { 1 }\nlet _last = 40;\n\
             let _last = _last + 2;\nlet a = 1; // one\nlet f = |x| { x + 1 };\n\
             `v ${_last}`;\nfn t() { 2 }\n"
        );
    }

    #[test]
    fn of_a_flat_script_only_what_it_begins_with_is_kept() {
        let main = "let app = 1;\nfn g() { 1 }\nrun_tests();\nlet late = 2;\n";
        assert_eq!(script(main, 1, &[]), "let app = 1;\nfn g() { 1 }\n");
    }
}
