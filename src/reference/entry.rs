//! Actions and functions of the language as entries.

use super::{Entry, Field, Kind, Outcome, Shown};
use crate::action::{ACTIONS, Descriptor, Example, Expected, schema};
use crate::script::{Family, Function, LANGUAGE};

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
    let result = fields(&(action.output)()).into_iter().map(|part| Field {
        required: false,
        default: None,
        ..part
    });
    Entry {
        summary: action.summary.to_owned(),
        effect: Some(action.effect.name().to_owned()),
        calls,
        options: fields(&(action.options)()),
        result: result.collect(),
        errors: action.errors.iter().map(ToString::to_string).collect(),
        examples: action.examples.iter().map(shown).collect(),
        ..Entry::new(name, Kind::Action, action.category.name())
    }
}

fn fields(schema: &schemars::Schema) -> Vec<Field> {
    let fields = schema::fields(schema).into_iter();
    let field = |field: schema::Field| {
        let (doc, default) = with_default(&field.doc.replace('\n', " "));
        Field {
            name: field.name.to_owned(),
            takes: field.kind,
            required: field.required,
            default: default.or(field.default),
            env: field.env,
            doc,
        }
    };
    fields.map(field).collect()
}

/// What an option is, and its default: `how long it may take; 30 seconds if not given.`.
fn with_default(doc: &str) -> (String, Option<String>) {
    let Some((doc, rest)) = doc.split_once("; ") else {
        return (doc.to_owned(), None);
    };
    let Some((default, rest)) = rest.split_once(" if not given") else {
        return (format!("{doc}; {rest}"), None);
    };
    let default = default.trim_end_matches(',');
    (format!("{doc}{rest}"), Some(default.to_owned()))
}

fn shown(example: &Example) -> Shown {
    Shown {
        title: example.title.to_owned(),
        script: example.script.to_owned(),
        outcome: match example.outcome {
            Expected::Prints(text) => Outcome::Prints(text.to_owned()),
            Expected::Fails(text) => Outcome::Fails(text.to_owned()),
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
        let (doc, default) = with_default(option.doc);
        Field {
            name: option.name.to_owned(),
            takes: takes.unwrap_or(option.kind).to_owned(),
            required: takes.is_some(),
            default,
            env: Vec::new(),
            doc,
        }
    });
    let (doc, errors) = with_errors(function.doc);
    Entry {
        summary: function.summary.to_owned(),
        calls: function.calls(),
        doc,
        options: options.collect(),
        errors,
        examples: vec![shown(&function.example)],
        ..Entry::new(function.name, Kind::Function, group)
    }
}

/// `doc` without the sentences that begin with `Fails`, and these.
fn with_errors(doc: &str) -> (String, Vec<String>) {
    let mut errors = Vec::new();
    let mut rest = doc.to_owned();
    while let Some(start) = rest.find("Fails ") {
        let end = rest[start..]
            .find(". ")
            .map_or(rest.len(), |end| start + end + 2);
        let error = rest[start..end].trim_start_matches("Fails ").trim();
        errors.push(error.trim_end_matches('.').to_owned());
        rest.replace_range(start..end, "");
    }
    (rest.trim_end().to_owned(), errors)
}
