//! `parse_json`, `to_json` and the same for TOML and YAML.

use rhai::{Dynamic, Engine, EvalAltResult, Map, NativeCallContext};
use serde_json::Value;

use super::function::Function;
use super::{Answer, yaml};
use crate::action::{Example, Expected};
use crate::failure::{Failure, Kind};
use crate::script::raised::raise;
use crate::script::value::{from_json, to_json};

pub(in crate::script) const PARSE_JSON: Function = Function {
    name: "parse_json",
    signatures: &["(text: String) -> ?"],
    summary: "Parse JSON",
    doc: "Fails if the text is not JSON, with line and column.",
    example: Example {
        title: "reads a number",
        files: &[("settings.json", "{\"port\": 8000}\n")],
        script: r#"print(parse_json(read_file("settings.json")).port);"#,
        outcome: Expected::Prints("8000\n"),
    },
};

pub(in crate::script) const TO_JSON: Function = Function {
    name: "to_json",
    signatures: &["(value: ?) -> String"],
    summary: "Write JSON",
    doc: "Fails if the value is not plain data.",
    example: Example {
        title: "writes a map",
        files: &[],
        script: r#"print(to_json(#{ name: "app" }));"#,
        outcome: Expected::Prints("{\n  \"name\": \"app\"\n}\n"),
    },
};

pub(in crate::script) const PARSE_TOML: Function = Function {
    name: "parse_toml",
    signatures: &["(text: String) -> ?"],
    summary: "Parse TOML",
    doc: "Dates and times become text. Fails if the text is not TOML, with line and column.",
    example: Example {
        title: "reads a number",
        files: &[("settings.toml", "port = 8000\n")],
        script: r#"print(parse_toml(read_file("settings.toml")).port);"#,
        outcome: Expected::Prints("8000\n"),
    },
};

pub(in crate::script) const TO_TOML: Function = Function {
    name: "to_toml",
    signatures: &["(value: ?) -> String"],
    summary: "Write TOML",
    doc: "Fails if the value is not a map of plain data.",
    example: Example {
        title: "writes a map",
        files: &[],
        script: r#"print(to_toml(#{ name: "app" }));"#,
        outcome: Expected::Prints("name = \"app\"\n"),
    },
};

pub(in crate::script) const PARSE_YAML: Function = Function {
    name: "parse_yaml",
    signatures: &["(text: String) -> ?"],
    summary: "Parse YAML",
    doc: "Anchors are resolved. Fails if the text is not YAML, or has tags such as `!Ref`.",
    example: Example {
        title: "reads a number",
        files: &[("settings.yaml", "port: 8000\n")],
        script: r#"print(parse_yaml(read_file("settings.yaml")).port);"#,
        outcome: Expected::Prints("8000\n"),
    },
};

pub(in crate::script) const TO_YAML: Function = Function {
    name: "to_yaml",
    signatures: &["(value: ?) -> String"],
    summary: "Write YAML",
    doc: "Fails if the value is not plain data.",
    example: Example {
        title: "writes a map",
        files: &[],
        script: r#"print(to_yaml(#{ name: "app" }));"#,
        outcome: Expected::Prints("name: app\n"),
    },
};

/// A format in both directions between text and plain data. Complaints about a text tell the line
/// and column.
#[derive(Clone, Copy)]
struct Format {
    /// As in `parse_json`.
    suffix: &'static str,
    name: &'static str,
    parse: fn(&str) -> Result<Value, String>,
    print: fn(&Value) -> Result<String, String>,
}

const FORMATS: [Format; 3] = [
    Format {
        suffix: "json",
        name: "JSON",
        parse: |text| serde_json::from_str(text).map_err(|error| error.to_string()),
        print: |value| serde_json::to_string_pretty(value).map_err(|error| error.to_string()),
    },
    Format {
        suffix: "toml",
        name: "TOML",
        parse: parse_toml,
        print: print_toml,
    },
    Format {
        suffix: "yaml",
        name: "YAML",
        parse: yaml::parse,
        print: |value| serde_yaml_ng::to_string(value).map_err(|error| error.to_string()),
    },
];

pub(super) fn register(engine: &mut Engine) {
    for format in FORMATS {
        engine
            .register_fn(
                format!("parse_{}", format.suffix),
                move |context: NativeCallContext, text: &str| parse(format, &context, text),
            )
            .register_fn(
                format!("to_{}", format.suffix),
                move |context: NativeCallContext, value: Dynamic| print(format, &context, &value),
            )
            // The language's own `to_json` fits a map better than any value, and prints otherwise.
            .register_fn(
                format!("to_{}", format.suffix),
                move |context: NativeCallContext, map: Map| print(format, &context, &map.into()),
            );
    }
}

fn parse(format: Format, context: &NativeCallContext, text: &str) -> Answer {
    (format.parse)(text)
        .map(from_json)
        .map_err(|cause| refuse(context, format!("this is no {}", format.name), cause))
}

fn print(format: Format, context: &NativeCallContext, value: &Dynamic) -> Answer<String> {
    to_json(value)
        .map_err(|complaint| complaint.to_string())
        .and_then(|value| (format.print)(&value))
        .map_err(|cause| {
            let message = format!("this cannot be written as {}", format.name);
            refuse(context, message, cause)
        })
}

fn refuse(context: &NativeCallContext, message: String, cause: String) -> Box<EvalAltResult> {
    raise(
        Failure::new(Kind::Pipeline, message).because(cause),
        context,
    )
}

fn parse_toml(text: &str) -> Result<Value, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let message = error.message();
        match error.span().and_then(|span| text.get(..span.start)) {
            Some(before) => {
                let line = before.matches('\n').count() + 1;
                let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
                format!("{message} at line {line} column {column}")
            }
            None => message.to_owned(),
        }
    })?;
    plain(toml::Value::Table(table), "")
}

/// TOML as plain data: dates and times become text, which they are in JSON.
fn plain(value: toml::Value, path: &str) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) if !number.is_finite() => {
            let path = path.trim_start_matches('.');
            return Err(format!("the number `{path}` is not finite"));
        }
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => {
            let items = items.into_iter().enumerate();
            let items = items.map(|(at, item)| plain(item, &format!("{path}[{at}]")));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        toml::Value::Table(entries) => {
            let entries = entries.into_iter().map(|(key, value)| {
                let value = plain(value, &format!("{path}.{key}"))?;
                Ok::<_, String>((key, value))
            });
            Value::Object(entries.collect::<Result<_, _>>()?)
        }
    })
}

fn print_toml(value: &Value) -> Result<String, String> {
    if !value.is_object() {
        return Err("only a map can be a whole TOML file".to_owned());
    }
    if let Some(path) = nothing_in(value) {
        return Err(format!("TOML has no way to write the nothing at `{path}`"));
    }
    toml::to_string_pretty(value).map_err(|error| error.to_string())
}

/// The path to the first value that is nothing.
fn nothing_in(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| nothing_in(item).map(|path| format!("[{index}]{path}"))),
        Value::Object(entries) => entries.iter().find_map(|(key, item)| {
            nothing_in(item).map(|path| match path.as_str() {
                "" => key.clone(),
                path if path.starts_with('[') => format!("{key}{path}"),
                path => format!("{key}.{path}"),
            })
        }),
        _ => None,
    }
}
