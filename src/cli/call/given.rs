//! From a parsed command line to the options of an action.

use clap::ArgMatches;
use schemars::Schema;
use serde_json::{Map, Number, Value};

use super::Own;
use super::command::{NATURAL, Shape, element, id, shape};
use crate::action::{Descriptor, schema};
use crate::cli::arguments::Place;

/// The options as a script would write them. Whether they fit the action says.
pub(super) fn options(action: &Descriptor, schema: &Schema, matches: &ArgMatches) -> Value {
    let mut given = Map::new();
    for field in schema::fields(schema) {
        let mut texts = texts(matches, &id(field.name));
        if texts.is_empty() && action.natural == Some(field.name) {
            texts = self::texts(matches, NATURAL);
        }
        let part = schema::field(schema, field.name);
        if let (false, Some(part)) = (texts.is_empty(), part) {
            given.insert(field.name.to_owned(), value(schema, part, &texts));
        }
    }
    Value::Object(given)
}

/// Where the action is called and how, from before its name and from behind it.
pub(super) fn own(matches: &ArgMatches, place: &Place, before: &Own) -> (Place, Own) {
    let flag = |name: &str| one::<bool>(matches, name).unwrap_or_default();
    let own = Own {
        json: before.json || flag("json"),
        yes: before.yes || flag("yes"),
        rehearse: before.rehearse || flag("rehearse"),
        quiet: before.quiet || flag("quiet"),
        fault: many(matches, "fault", &before.fault),
    };
    let place = Place {
        directory: one(matches, "directory").or_else(|| place.directory.clone()),
        file: one(matches, "file").or_else(|| place.file.clone()),
        params: many(matches, "params", &place.params),
    };
    (place, own)
}

/// Nothing where the action has an option of that name itself.
fn one<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Option<T> {
    matches.try_get_one(name).ok().flatten().cloned()
}

fn many<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    name: &str,
    before: &[T],
) -> Vec<T> {
    let behind = matches.try_get_many(name).ok().flatten();
    before
        .iter()
        .chain(behind.into_iter().flatten())
        .cloned()
        .collect()
}

fn texts<'a>(matches: &'a ArgMatches, id: &str) -> Vec<&'a str> {
    let texts = matches.try_get_many::<String>(id).ok().flatten();
    texts.into_iter().flatten().map(String::as_str).collect()
}

fn value(schema: &Schema, part: &Value, texts: &[&str]) -> Value {
    let shape = shape(schema, part);
    let element = element(schema, part, shape);
    let alone = || schema::takes(schema, part, "string") || schema::takes(schema, part, "integer");
    match (shape, texts) {
        (Shape::Flag, [text, ..]) => Value::Bool(*text == "true"),
        (Shape::Several, [text]) if alone() => coerced(schema, element, text),
        (Shape::Flag | Shape::Several, _) => {
            let items = texts.iter().map(|text| coerced(schema, element, text));
            items.collect()
        }
        (Shape::One, _) => coerced(schema, part, texts.last().copied().unwrap_or_default()),
        (Shape::Pairs, _) => {
            let pairs = texts.iter().filter_map(|text| text.split_once('='));
            let pairs = pairs.map(|(key, text)| (key.to_owned(), coerced(schema, element, text)));
            Value::Object(pairs.collect())
        }
    }
}

/// A word of the command line as the value that `part` takes; as a text where it takes no such
/// value, which the action then says.
fn coerced(schema: &Schema, part: &Value, text: &str) -> Value {
    let takes = |name| schema::takes(schema, part, name);
    let as_text = || Value::from(text);
    let number = || text.parse::<Number>().ok().map(Value::Number);
    if schema::takes_anything(schema, part) {
        return serde_json::from_str(text).unwrap_or_else(|_| as_text());
    }
    if takes("object") && text.starts_with('{') {
        return serde_json::from_str(text).unwrap_or_else(|_| as_text());
    }
    if schema::takes_time(schema, part) {
        return number().unwrap_or_else(as_text);
    }
    if takes("string") || !schema::constants(schema, part).is_empty() {
        return as_text();
    }
    match text {
        "true" | "false" if takes("boolean") => Value::Bool(text == "true"),
        _ if takes("integer") || takes("number") => number().unwrap_or_else(as_text),
        _ => as_text(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::command::command;
    use super::options;
    use crate::action::{ACTIONS, find};

    fn given(name: &str, words: &[&str]) -> Value {
        let action = find(name).expect("an action");
        let schema = (action.options)();
        let matches = command(action, &schema).try_get_matches_from(words);
        options(action, &schema, &matches.expect("words that fit"))
    }

    #[test]
    fn words_are_read_as_what_each_option_takes() {
        for (name, words, expected) in [
            (
                "docker_build",
                &[
                    "me/app:1",
                    "--build-arg",
                    "A=1",
                    "--build-args",
                    "B=c=d",
                    "--no-cache",
                ][..],
                json!({ "tag": "me/app:1", "build_args": { "A": "1", "B": "c=d" }, "no_cache": true }),
            ),
            (
                "docker_build",
                &[
                    "--tag",
                    "me/app:1",
                    "--tags",
                    "me/app:2",
                    "--pull=false",
                    "--network",
                    "host",
                ],
                json!({ "tag": "me/app:1", "tags": ["me/app:2"], "pull": false, "network": "host" }),
            ),
            (
                "docker_build",
                &[
                    "--secret",
                    "a=plain",
                    "--secret",
                    r#"b={"env":"B"}"#,
                    "--cache_from",
                    "x",
                ],
                json!({ "secrets": { "a": "plain", "b": { "env": "B" } }, "cache_from": ["x"] }),
            ),
            (
                "sh",
                &["make it", "--timeout", "90", "--env", "A="],
                json!({ "command": "make it", "timeout": 90, "env": { "A": "" } }),
            ),
            (
                "sh",
                &["--timeout", "1m30s", "--effect", "deploy", "--", "ls", "-l"],
                json!({ "command": ["ls", "-l"], "timeout": "1m30s", "effect": "deploy" }),
            ),
            (
                "http",
                &[
                    "http://a",
                    "--json",
                    r#"{"a":[1]}"#,
                    "--expect",
                    "404",
                    "--retry",
                    "-1",
                ],
                json!({ "url": "http://a", "json": { "a": [1] }, "expect": 404, "retry": -1 }),
            ),
            (
                "http",
                &[
                    "http://a", "--json", "quay", "--expect", "200", "--expect", "201", "--retry",
                    "x",
                ],
                json!({ "url": "http://a", "json": "quay", "expect": [200, 201], "retry": "x" }),
            ),
            (
                "lint",
                &["--linter", "ruff", "--linter", "mypy"],
                json!({ "linter": ["ruff", "mypy"] }),
            ),
            (
                "sentry_notify",
                &["down", "--extra", "n=4", "--extra", "t=four"],
                json!({ "message": "down", "extra": { "n": 4, "t": "four" } }),
            ),
        ] {
            let mut given = given(name, words);
            // The order is that of the options, which is of no interest here.
            given.sort_all_objects();
            let mut expected = expected;
            expected.sort_all_objects();
            assert_eq!(given, expected, "{words:?}");
        }
    }

    #[test]
    fn every_action_makes_a_command_line() {
        for action in ACTIONS {
            let schema = (action.options)();
            command(action, &schema).debug_assert();
        }
    }
}
