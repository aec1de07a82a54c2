//! Modules as entries: those of the standard library, and those of a repository.

use super::{Entry, Field, Kind, Outcome, Shown};
use crate::script::{
    Documented, DocumentedExample, DocumentedFunction, DocumentedOption, Program, own_modules,
    standard_modules,
};

pub(super) fn standard() -> Vec<Entry> {
    standard_modules()
        .map(|module| entry(module, Kind::Module.heading()))
        .collect()
}

/// The script and the modules of the repository that it imports.
pub fn own(program: &Program) -> Vec<Entry> {
    let modules = own_modules(program).into_iter();
    modules
        .map(|module| entry(module, "this repository"))
        .collect()
}

fn entry(module: Documented, group: &'static str) -> Entry {
    let (summary, doc) = parted(&module.about);
    let functions = module.functions.into_iter();
    let functions = functions.map(|known| function(&module.alias, group, known));
    let calls = match module.alias.as_str() {
        "" => Vec::new(),
        alias => vec![format!("import \"{}\" as {alias};", &module.path)],
    };
    Entry {
        summary: match summary.as_str() {
            "" => "Functions of this repository".to_owned(),
            _ => summary,
        },
        calls,
        doc,
        functions: functions.collect(),
        examples: module.examples.into_iter().map(shown).collect(),
        ..Entry::new(module.path, Kind::Module, group)
    }
}

fn function(alias: &str, group: &'static str, function: DocumentedFunction) -> Entry {
    let (summary, doc) = parted(&function.doc);
    let name = match alias {
        "" => function.name,
        alias => format!("{alias}::{}", function.name),
    };
    let ways = function.parameters.iter();
    Entry {
        summary,
        effect: function.effect,
        calls: ways
            .map(|parameters| format!("{name}({parameters})"))
            .collect(),
        doc,
        options: function.options.into_iter().map(field).collect(),
        returns: function.returns,
        errors: function.errors,
        examples: function.examples.into_iter().map(shown).collect(),
        ..Entry::new(name, Kind::Function, group)
    }
}

fn field(option: DocumentedOption) -> Field {
    Field {
        name: option.name,
        takes: option.kind,
        required: false,
        default: option.default,
        env: option.env.into_iter().collect(),
        doc: option.doc,
    }
}

fn shown(example: DocumentedExample) -> Shown {
    Shown {
        title: example.title,
        script: example.script,
        outcome: Outcome::Prints(example.prints),
    }
}

/// The first sentence of a comment without its full stop, and the rest.
fn parted(text: &str) -> (String, String) {
    let (first, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let first = first.replace('\n', " ");
    match first.split_once(". ") {
        Some((summary, more)) => {
            let rest = format!("{more}\n\n{rest}");
            (summary.to_owned(), rest.trim().to_owned())
        }
        None => (first.trim_end_matches('.').to_owned(), rest.to_owned()),
    }
}
