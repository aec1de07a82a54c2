//! Values as people read them.

mod results;

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use super::Colour;
use crate::words::AS_IS;

/// `value`: a text in quotes, a map as lines of name and value, maps of one shape as a table; what
/// actions find and make as a run tells it.
pub fn shown(value: &Value, colour: Colour) -> String {
    if let Value::Object(map) = value
        && let Some(report) = results::report(map, colour)
    {
        return report;
    }
    match &results::sized(value) {
        Value::Object(map) if !map.is_empty() => lines(map, colour, 0),
        Value::Array(values) => match table(values, colour) {
            Some(table) => table,
            None if short(value).len() <= WIDE => short(value),
            None => items(values, colour, 0),
        },
        other => short(other),
    }
}

/// What is longer stands on lines of its own.
const WIDE: usize = 80;

fn lines(map: &Map<String, Value>, colour: Colour, depth: usize) -> String {
    let width = map.keys().map(|key| key.width()).max().unwrap_or_default();
    let indent = "  ".repeat(depth);
    let lines = map.iter().map(|(key, value)| {
        let padding = " ".repeat(width - key.width());
        let name = colour.faint(key);
        match nested(value, colour, depth + 1) {
            Some(below) => format!("{indent}{name}\n{below}"),
            None => format!("{indent}{name}{padding}  {}", short(value)),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn items(values: &[Value], colour: Colour, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let lines = values.iter().map(|value| match value {
        Value::Object(map) if short(value).len() > WIDE => {
            let below = lines(map, colour, depth + 1);
            format!("{indent}-{}", &below[indent.len() + 1..])
        }
        other => format!("{indent}- {}", short(other)),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What does not fit behind its name: a text of several lines, or what is longer than a line.
fn nested(value: &Value, colour: Colour, depth: usize) -> Option<String> {
    if let Value::String(text) = value
        && text.contains('\n')
    {
        let indent = "  ".repeat(depth);
        let lines = text.lines().map(|line| format!("{indent}{line}"));
        return Some(lines.collect::<Vec<_>>().join("\n"));
    }
    if let Value::Array(values) = value
        && let Some(table) = table(values, colour)
    {
        let indent = "  ".repeat(depth);
        let lines = table.lines().map(|line| format!("{indent}{line}"));
        return Some(lines.collect::<Vec<_>>().join("\n"));
    }
    if short(value).len() <= WIDE {
        return None;
    }
    match value {
        Value::Object(map) => Some(lines(map, colour, depth)),
        Value::Array(values) => Some(items(values, colour, depth)),
        _ => None,
    }
}

/// On one line, as the language writes it.
fn short(value: &Value) -> String {
    match value {
        Value::Null => "()".to_owned(),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(short).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", name(key), short(value)))
                .collect();
            if entries.is_empty() {
                "#{}".to_owned()
            } else {
                format!("#{{ {} }}", entries.join(", "))
            }
        }
        Value::String(text) if text.starts_with(AS_IS) => text[AS_IS.len_utf8()..].to_owned(),
        other => other.to_string(),
    }
}

fn name(key: &str) -> String {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain {
        key.to_owned()
    } else {
        Value::from(key).to_string()
    }
}

/// Two or more maps with the same names and small values.
fn table(values: &[Value], colour: Colour) -> Option<String> {
    let rows: Vec<_> = values.iter().map(Value::as_object).collect::<Option<_>>()?;
    let first = rows
        .first()
        .filter(|row| rows.len() > 1 && !row.is_empty())?;
    let same = |row: &&Map<String, Value>| row.keys().eq(first.keys());
    let plain = |value: &Value| !value.is_object() && !value.is_array();
    if !rows.iter().all(same) || !rows.iter().all(|row| row.values().all(plain)) {
        return None;
    }
    let cell = |value: &Value| match value.as_str() {
        Some(text) if !text.starts_with(AS_IS) => text.to_owned(),
        _ => short(value),
    };
    let one_line = |text: String| text.replace('\n', "⏎");
    let mut cells: Vec<Vec<String>> = vec![first.keys().cloned().collect()];
    cells.extend(
        rows.iter()
            .map(|row| row.values().map(|value| one_line(cell(value))).collect()),
    );
    let widths: Vec<_> = (0..first.len())
        .map(|column| {
            cells
                .iter()
                .map(|row| row[column].width())
                .max()
                .unwrap_or_default()
        })
        .collect();
    let lines = cells.iter().enumerate().map(|(index, row)| {
        let row = row
            .iter()
            .zip(&widths)
            .map(|(text, width)| format!("{text}{}", " ".repeat(width - text.width())));
        let line = row.collect::<Vec<_>>().join("  ");
        match index {
            0 => colour.faint(line.trim_end()),
            _ => line.trim_end().to_owned(),
        }
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn tests_that_took_an_impossible_time_are_told() {
        for seconds in [1e300, -1.0, 0.0] {
            let made_up = json!({ "cases": [], "runner": "x", "seconds": seconds });
            assert_eq!(shown(&made_up, Colour::none()), "x: no tests in 0.00 s");
        }
    }

    #[test]
    fn what_actions_find_is_told_as_in_a_run() {
        let told = |value| shown(&value, Colour::none());
        let case = |name: &str, outcome: &str| {
            json!({ "name": name, "file": "test_a.py", "line": 3, "outcome": outcome,
                    "message": "assert 1 == 2\nmore", "seconds": 0.1 })
        };
        assert_eq!(
            told(json!({
                "runner": "pytest", "passed": 1, "failed": 1, "skipped": 0, "errors": 0,
                "seconds": 2.14, "cases": [case("test_a", "passed"), case("test_b", "failed")],
                "folder": "back",
            })),
            "pytest: 1 passed, 1 failed in 2.1 s\n✗ test_b  back/test_a.py:3\n  assert 1 == 2"
        );
        assert_eq!(
            told(json!({
                "linters": ["flake8"], "counts": { "flake8": 1 }, "folder": "",
                "findings": [{ "linter": "flake8", "path": "a.py", "line": 1, "column": 2,
                    "code": "F401", "message": "unused", "severity": "error" }],
            })),
            "flake8: 1 finding\na.py:1:2  error  F401 unused"
        );
        assert_eq!(
            told(json!({
                "files": [{ "path": "a", "size": 3 }, { "path": "b", "size": 4_000 }],
                "count": 2, "total": 4_003, "largest": [],
            })),
            "files\n  path  size\n  a     3 B\n  b     4 kB\ncount  2\ntotal  4 kB"
        );
    }

    use super::shown;
    use crate::report::Colour;

    #[test]
    fn values_are_readable() {
        let told = |value| shown(&value, Colour::none());
        assert_eq!(told(json!("a \"b\"")), "\"a \\\"b\\\"\"");
        assert_eq!(told(json!([1, null, true])), "[1, (), true]");
        assert_eq!(told(json!({})), "#{}");
        assert_eq!(
            told(json!({ "reference": "me/app:1", "size": 123_456_789, "a-b": [1] })),
            "reference  \"me/app:1\"\nsize       123.4 MB\na-b        [1]"
        );
        assert_eq!(
            told(json!([{ "path": "a.py", "line": 3 }, { "path": "views.py", "line": 12 }])),
            "path      line\na.py      3\nviews.py  12"
        );
        assert_eq!(
            told(json!({ "out": "a\nb", "n": 1 })),
            "out\n  a\n  b\nn    1"
        );
        assert_eq!(
            told(json!({ "n": 1, "rows": [{ "a": 1 }, { "a": 22 }] })),
            "n     1\nrows\n  a\n  1\n  22"
        );
        assert_eq!(
            told(json!([{ "a": [1] }, { "a": [2] }])),
            "[#{ a: [1] }, #{ a: [2] }]"
        );
    }
}
