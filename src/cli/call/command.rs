//! The command line of one action, made from its descriptor.

use std::fmt::Write as _;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, Args, Command};
use schemars::Schema;
use serde_json::Value;

use super::Own;
use crate::action::schema::{self, Field};
use crate::action::{Descriptor, Expected};
use crate::cli::arguments::Place;

/// How an option is written in a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Given or not.
    Flag,
    /// With one value.
    One,
    /// With a value, as often as there are any.
    Several,
    /// With `KEY=VALUE`, as often as there are any.
    Pairs,
}

/// The name of the natural argument's value.
pub(super) const NATURAL: &str = "natural";

/// What the parser knows the option called `name` by: wharf's own flags may have the same name.
pub(super) fn id(name: &str) -> String {
    format!("option {name}")
}

pub(super) fn command(action: &Descriptor, schema: &Schema) -> Command {
    let fields = schema::fields(schema);
    let name = format!("wharf call {}", action.name);
    let mut command = Command::new(name.clone())
        .bin_name(name)
        .no_binary_name(true)
        .about(format!(
            "{} (effect: {})",
            action.summary,
            action.effect.name()
        ))
        .after_help(examples(action))
        .max_term_width(100);
    let longs: Vec<_> = fields.iter().map(|field| long(field.name)).collect();
    for field in &fields {
        let Some(part) = schema::field(schema, field.name) else {
            continue;
        };
        if action.natural == Some(field.name) {
            command = command.arg(natural(schema, field, part));
        }
        command = command.arg(option(schema, field, part, &longs));
    }
    let own = Place::augment_args(Own::augment_args(Command::new("wharf")));
    for arg in own.get_arguments() {
        let taken = arg
            .get_long()
            .is_some_and(|long| longs.iter().any(|one| one == long));
        if !taken {
            command = command.arg(arg.clone().global(false).help_heading("How it is called"));
        }
    }
    command
}

/// What one action's option takes, as a shell writes it.
pub(super) fn shape(schema: &Schema, part: &Value) -> Shape {
    let takes = |name| schema::takes(schema, part, name);
    if takes("array") {
        Shape::Several
    } else if schema::values(schema, part).is_some() {
        Shape::Pairs
    } else if takes("boolean") && !takes("string") {
        Shape::Flag
    } else {
        Shape::One
    }
}

/// What one value on the command line has to be.
pub(super) fn element<'a>(schema: &'a Schema, part: &'a Value, shape: Shape) -> &'a Value {
    let element = match shape {
        Shape::Flag | Shape::One => None,
        Shape::Several => schema::items(schema, part),
        Shape::Pairs => schema::values(schema, part),
    };
    element.unwrap_or(part)
}

fn option(schema: &Schema, field: &Field<'_>, part: &Value, longs: &[String]) -> Arg {
    let shape = shape(schema, part);
    let long = long(field.name);
    let mut arg = Arg::new(id(field.name)).help(help(schema, field, part, shape));
    if let Some(one) = long.strip_suffix('s').filter(|one| {
        matches!(shape, Shape::Several | Shape::Pairs) && !longs.iter().any(|long| long == one)
    }) {
        arg = arg.visible_alias(one.to_owned());
    }
    if long != field.name {
        arg = arg.alias(field.name.to_owned());
    }
    valued(arg.long(long), schema, part, shape)
}

/// The same option by its place: one word, or several where it takes an array.
fn natural(schema: &Schema, field: &Field<'_>, part: &Value) -> Arg {
    let shape = shape(schema, part);
    let arg = Arg::new(NATURAL)
        .help(help(schema, field, part, shape))
        .conflicts_with(id(field.name));
    let arg = valued(arg, schema, part, shape).value_name(field.name.to_uppercase());
    match shape {
        Shape::Several => arg.num_args(1..),
        _ => arg,
    }
}

fn valued(arg: Arg, schema: &Schema, part: &Value, shape: Shape) -> Arg {
    let element = element(schema, part, shape);
    let arg = match shape {
        Shape::Flag => {
            return arg
                .action(ArgAction::Set)
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .hide_possible_values(true)
                .value_name("true|false")
                .value_parser(["true", "false"]);
        }
        Shape::One => arg.action(ArgAction::Set),
        Shape::Several | Shape::Pairs => arg.action(ArgAction::Append),
    };
    if shape == Shape::Pairs {
        return arg.value_name("KEY=VALUE").value_parser(pair);
    }
    let choices = choices(schema, element);
    if choices.is_empty() {
        arg.value_name(kind(schema, element))
            .allow_negative_numbers(true)
    } else {
        arg.value_name("CHOICE")
            .value_parser(PossibleValuesParser::new(choices))
    }
}

fn pair(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("write it as KEY=VALUE".to_owned()),
    }
}

/// The values of an option that takes only certain ones, each with what its comment says.
fn choices(schema: &Schema, part: &Value) -> Vec<PossibleValue> {
    let parts = schema::alternatives(schema, part);
    let doc = |name: &str| {
        parts.iter().find_map(|part| {
            let same = part.get("const")?.as_str()? == name;
            part.get("description")?.as_str().filter(|_| same)
        })
    };
    let constants = schema::constants(schema, part).into_iter();
    constants
        .map(|name| {
            let value = PossibleValue::new(name.to_owned());
            match doc(name) {
                Some(doc) => value.help(doc.to_owned()),
                None => value,
            }
        })
        .collect()
}

/// The name of a value that may be anything of its kind.
fn kind(schema: &Schema, part: &Value) -> &'static str {
    let takes = |name| schema::takes(schema, part, name);
    if schema::takes_anything(schema, part) {
        "JSON"
    } else if schema::takes_time(schema, part) {
        "TIME"
    } else if takes("string") {
        "TEXT"
    } else {
        "NUMBER"
    }
}

fn help(schema: &Schema, field: &Field<'_>, part: &Value, shape: Shape) -> String {
    let mut text = field.doc.replace('\n', " ");
    if schema::takes_anything(schema, element(schema, part, shape)) {
        text.push_str(" What is not JSON is a text.");
    }
    if matches!(shape, Shape::Several | Shape::Pairs) {
        text.push_str(" Can be repeated.");
    }
    text
}

/// To write into a text never fails.
fn examples(action: &Descriptor) -> String {
    let mut text = String::from("In a script:\n");
    for example in action.examples {
        if matches!(example.outcome, Expected::Prints(_)) {
            let _ = writeln!(text, "\n  // {}", example.title);
            for line in example.script.lines() {
                let _ = writeln!(text, "  {line}");
            }
        }
    }
    let _ = write!(text, "\n`wharf docs {}` tells its result.", action.name);
    text
}

fn long(name: &str) -> String {
    name.replace('_', "-")
}
