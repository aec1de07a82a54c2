//! What the comments of a module tell of it and of its functions.
//!
//! A comment is Markdown. In a function's, some lines have a meaning:
//!
//! ```text
//! - `url` (text): another webhook; env `SLACK_WEBHOOK_URL`
//! Effect: `notify`. Returns nothing.
//! Fails if there is no such webhook.
//! ```
//!
//! A block of `rhai` with a title is an example, with what it prints after `// prints:`. Which options
//! there are, and with which defaults, is in the function: `with_defaults(options, #{ … })`.

use rhai::{ASTNode, Expr, Stmt};

use super::MODULES;
use crate::script::program::Program;

/// A module, as its comments tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documented {
    /// As it is imported: `std/python`; the script's own name for the script.
    pub path: String,
    /// What it is imported as; empty for the script itself.
    pub alias: String,
    /// The comment at its top.
    pub about: String,
    pub functions: Vec<DocumentedFunction>,
    pub examples: Vec<DocumentedExample>,
}

/// A function that whoever imports its module can call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentedFunction {
    pub name: String,
    /// The names of its parameters, for each way to call it.
    pub parameters: Vec<String>,
    /// What the comment says beside all that follows.
    pub doc: String,
    pub options: Vec<DocumentedOption>,
    pub effect: Option<String>,
    /// Completes “returns …”.
    pub returns: Option<String>,
    /// Each completes “fails …”.
    pub errors: Vec<String>,
    pub examples: Vec<DocumentedExample>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentedOption {
    pub name: String,
    /// In the language's words: `text`, `an array`.
    pub kind: String,
    /// As it is written; nothing where there is none.
    pub default: Option<String>,
    /// The name in the environment that is read where it is not given.
    pub env: Option<String>,
    pub doc: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentedExample {
    /// Completes “this example …”.
    pub title: String,
    pub script: String,
    pub prints: String,
}

/// All modules of the standard library, by name.
pub fn standard_modules() -> impl Iterator<Item = Documented> {
    MODULES.iter().map(|(name, source)| {
        let alias = match *name {
            // The language's own module.
            "git" => "repo",
            // A word that Rhai keeps for itself.
            "go" => "golang",
            name => name,
        };
        documented(&format!("std/{name}"), alias, source)
    })
}

/// The script, and the modules of the repository that it imports, directly or through others.
pub fn own_modules(program: &Program) -> Vec<Documented> {
    let main = program.main();
    let mut waiting = vec![(program.name().to_owned(), String::new(), main.clone())];
    let mut found: Vec<Documented> = Vec::new();
    let mut seen = Vec::new();
    while let Some((path, alias, unit)) = waiting.pop() {
        if seen.contains(&unit.source.name) {
            continue;
        }
        let name = unit.source.name.clone();
        found.push(documented(&path, &alias, &unit.source.text));
        unit.ast.walk(&mut |nodes: &[ASTNode]| {
            if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = nodes.last()
                && let Expr::StringConstant(path, _) = &import.0
                && !path.starts_with("std/")
                && let Ok(unit) = program.units().load_unit(program.engine(), &name, path)
            {
                waiting.push((path.to_string(), import.1.name.to_string(), unit));
            }
            true
        });
        seen.push(name);
    }
    found
}

fn documented(path: &str, alias: &str, source: &str) -> Documented {
    let (about, examples) = without_examples(&comments(source.lines(), "//!"));
    Documented {
        path: path.to_owned(),
        alias: alias.to_owned(),
        about,
        functions: functions(source),
        examples,
    }
}

/// The functions in the order of their names' first appearance, each with all its ways to be called.
fn functions(source: &str) -> Vec<DocumentedFunction> {
    let lines: Vec<_> = source.lines().collect();
    let mut functions: Vec<DocumentedFunction> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let signature = line
            .strip_prefix("fn ")
            .and_then(|rest| rest.split_once('('));
        let Some((name, rest)) = signature else {
            continue;
        };
        let above = lines[..index].iter().rev();
        let above = above.take_while(|line| line.starts_with("///")).count();
        let comment = comments(lines[index - above..index].iter().copied(), "///");
        let mut read = function(&comment, defaults(&lines[index..]));
        let name = name.trim();
        let known = functions.iter().position(|known| known.name == name);
        if let Some(known) = known {
            read.parameters = std::mem::take(&mut functions[known].parameters);
        }
        read.parameters
            .push(rest.split(')').next().unwrap_or_default().to_owned());
        read.parameters.sort_by_key(String::len);
        name.clone_into(&mut read.name);
        match known {
            Some(known) if comment.is_empty() => functions[known].parameters = read.parameters,
            Some(known) => functions[known] = read,
            None => functions.push(read),
        }
    }
    functions
}

/// A function from its comment, and the options that its text gives defaults.
fn function(comment: &str, defaults: Vec<(String, String)>) -> DocumentedFunction {
    let (text, examples) = without_examples(comment);
    let mut told = DocumentedFunction {
        examples,
        ..DocumentedFunction::default()
    };
    let mut notes: Vec<(&str, &str)> = Vec::new();
    let mut rest = Vec::new();
    for line in text.lines() {
        if let Some(note) = line
            .strip_prefix("- `")
            .and_then(|note| note.split_once('`'))
        {
            notes.push(note);
        } else if let Some(effect) = line.strip_prefix("Effect: `") {
            let (effect, after) = effect.split_once('`').unwrap_or((effect, ""));
            told.effect = Some(effect.to_owned());
            let returns = after
                .trim_start_matches('.')
                .trim()
                .strip_prefix("Returns ");
            told.returns = returns.map(sentence);
        } else if let Some(returns) = line.strip_prefix("Returns ") {
            told.returns = Some(sentence(returns));
        } else if let Some(error) = line.strip_prefix("Fails ") {
            told.errors.push(sentence(error));
        } else {
            rest.push(line);
        }
    }
    told.options = defaults
        .into_iter()
        .map(|(name, default)| {
            let note = notes.iter().find(|(known, _)| *known == name);
            option(name, &default, note.map_or("", |(_, note)| note))
        })
        .collect();
    told.doc = tidy(&rest.join("\n"));
    told
}

/// An option from its default and what follows its name in the comment.
fn option(name: String, default: &str, note: &str) -> DocumentedOption {
    let (kind, doc) = note.split_once(':').unwrap_or(("", note));
    let (doc, env) = match doc.split_once("; env `") {
        Some((doc, env)) => (doc, Some(env.trim_end_matches('`').to_owned())),
        None => (doc, None),
    };
    let kind = kind.trim().trim_start_matches('(').trim_end_matches(')');
    DocumentedOption {
        name,
        kind: match kind {
            "" => kind_of(default).to_owned(),
            "array" => "an array".to_owned(),
            kind => kind.to_owned(),
        },
        default: (default != "()").then(|| default.to_owned()),
        env,
        doc: doc.trim().to_owned(),
    }
}

/// What an option takes that has this default.
fn kind_of(default: &str) -> &'static str {
    match default.chars().next() {
        Some('"' | '`') => "text",
        Some('[') => "an array",
        Some('#') => "a map",
        Some('0'..='9' | '-') => "a number",
        Some('t' | 'f') if matches!(default, "true" | "false") => "true or false",
        // A variable or a call; a name, a commit.
        Some(_) if default != "()" => "text",
        _ => "any",
    }
}

/// Names and defaults of the options of the function that `lines` begin with.
fn defaults(lines: &[&str]) -> Vec<(String, String)> {
    let end = lines.iter().position(|line| line.starts_with('}'));
    let body = lines[..end.unwrap_or(lines.len())].join("\n");
    let Some((_, map)) = body.split_once("with_defaults(options, #{") else {
        return Vec::new();
    };
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut entries = vec![String::new()];
    for c in map.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            '}' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                entries.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(entry) = entries.last_mut() {
            entry.push(c);
        }
    }
    let entries = entries.iter().filter_map(|entry| entry.split_once(':'));
    let plain = |(name, default): (&str, &str)| {
        let name = name.trim().trim_matches('"').to_owned();
        (name, default.trim().to_owned())
    };
    entries.map(plain).collect()
}

/// Markdown without its examples, and these.
fn without_examples(text: &str) -> (String, Vec<DocumentedExample>) {
    let mut examples = Vec::new();
    let mut rest = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(title) = line.strip_prefix("```rhai ") else {
            rest.push(line);
            continue;
        };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        let outcome = block
            .iter()
            .position(|line| line.starts_with("// prints: "));
        let (script, printed) = block.split_at(outcome.unwrap_or(block.len()));
        let printed = printed.iter().map(|line| {
            let line = line.trim_start_matches("// ");
            line.strip_prefix("prints: ").unwrap_or(line)
        });
        examples.push(DocumentedExample {
            title: title.to_owned(),
            script: script.join("\n"),
            prints: printed.collect::<Vec<_>>().join("\n"),
        });
    }
    (tidy(&rest.join("\n")), examples)
}

/// `text` without empty lines at its ends, or more than one between.
fn tidy(text: &str) -> String {
    let mut tidy = text.trim().to_owned();
    while tidy.contains("\n\n\n") {
        tidy = tidy.replace("\n\n\n", "\n\n");
    }
    tidy
}

fn sentence(text: &str) -> String {
    text.trim().trim_end_matches('.').to_owned()
}

/// The text of the comment lines that `lines` begin with.
fn comments<'a>(lines: impl Iterator<Item = &'a str>, mark: &str) -> String {
    let texts = lines.map_while(|line| line.strip_prefix(mark));
    let texts: Vec<_> = texts
        .map(|text| text.strip_prefix(' ').unwrap_or(text))
        .collect();
    texts.join("\n")
}
