//! Actions, functions and modules as entries.

use super::{Entry, Field, Kind, Member, Outcome, Shown};
use crate::action::{ACTIONS, Descriptor, Example, Expected, schema};
use crate::script::{Documented, Family, Function, LANGUAGE, standard_modules};

pub(super) fn actions() -> Vec<Entry> {
    ACTIONS.iter().map(action).collect()
}

fn action(action: &Descriptor) -> Entry {
    let name = action.name;
    let calls = match action.natural {
        Some(natural) => vec![
            format!("{name}({natural})"),
            format!("{name}(#{{ … }})"),
            format!("{name}({natural}, #{{ … }})"),
        ],
        None => vec![format!("{name}()"), format!("{name}(#{{ … }})")],
    };
    Entry {
        name: name.to_owned(),
        kind: Kind::Action,
        group: action.category.name(),
        summary: action.summary.to_owned(),
        effect: Some(action.effect.name()),
        calls,
        doc: String::new(),
        options: fields(&(action.options)()),
        result: fields(&(action.output)()),
        functions: Vec::new(),
        examples: action.examples.iter().map(shown).collect(),
    }
}

fn fields(schema: &schemars::Schema) -> Vec<Field> {
    let fields = schema::fields(schema).into_iter();
    let field = |field: schema::Field| Field {
        name: field.name.to_owned(),
        takes: field.kind,
        required: field.required,
        doc: field.doc.replace('\n', " "),
    };
    fields.map(field).collect()
}

fn shown(example: &Example) -> Shown {
    Shown {
        title: example.title,
        script: example.script,
        outcome: match example.outcome {
            Expected::Prints(text) => Outcome::Prints(text),
            Expected::Fails(text) => Outcome::Fails(text),
        },
    }
}

pub(super) fn functions() -> Vec<Entry> {
    let of = |family: &'static Family| {
        let functions = family.functions.iter();
        functions.map(|known| function(family.name, known))
    };
    LANGUAGE.iter().flat_map(of).collect()
}

fn function(group: &'static str, function: &Function) -> Entry {
    let options = function.options().into_iter();
    let options = options.map(|option| {
        let takes = option.kind.strip_suffix(", required");
        Field {
            name: option.name.to_owned(),
            takes: takes.unwrap_or(option.kind).to_owned(),
            required: takes.is_some(),
            doc: option.doc.to_owned(),
        }
    });
    let signatures = function.signatures.iter();
    Entry {
        name: function.name.to_owned(),
        kind: Kind::Function,
        group,
        summary: function.summary.to_owned(),
        effect: None,
        calls: signatures
            .map(|signature| format!("{}{signature}", function.name))
            .collect(),
        doc: function.doc.to_owned(),
        options: options.collect(),
        result: Vec::new(),
        functions: Vec::new(),
        examples: vec![shown(&function.example)],
    }
}

pub(super) fn modules() -> Vec<Entry> {
    standard_modules().map(module).collect()
}

/// What a module is best imported as: its own name, where that is free.
fn alias(path: &str) -> &str {
    match path.trim_start_matches("std/") {
        // The language's own module.
        "git" => "repo",
        // A word that Rhai keeps for itself.
        "go" => "golang",
        name => name,
    }
}

fn module(module: Documented) -> Entry {
    let (summary, doc) = match module.about.split_once("\n\n") {
        Some((summary, doc)) => (summary, doc),
        None => (module.about.as_str(), ""),
    };
    let alias = alias(&module.path);
    let functions = module.functions.iter().map(|function| Member {
        call: format!("{alias}::{}({})", function.name, function.parameters),
        doc: function.doc.clone(),
    });
    Entry {
        kind: Kind::Module,
        group: Kind::Module.heading(),
        summary: summary.replace('\n', " ").trim_end_matches('.').to_owned(),
        effect: None,
        calls: vec![format!("import \"{}\" as {alias};", &module.path)],
        doc: doc.to_owned(),
        options: Vec::new(),
        result: Vec::new(),
        functions: functions.collect(),
        examples: Vec::new(),
        name: module.path,
    }
}
