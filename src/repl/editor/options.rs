//! The options of a call, as a person is told of them while typing.

use crate::action::{self, Descriptor, schema};
use crate::script::{Function, Session};

/// An option, and what it is: its type, and what it is where it is not given.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) about: String,
}

/// Those of the map at `path` in a call of `callee`.
pub(super) fn options(session: &Session, callee: &str, path: &[String]) -> Vec<Choice> {
    // What `retry` is told is the same in both places.
    let callee = match (callee, path) {
        (callee, []) => callee,
        ("stage", [option]) if option == "retry" => "retry",
        _ => return Vec::new(),
    };
    if let Some(function) = Function::find(callee) {
        let options = function.options().into_iter();
        return options
            .map(|option| choice(option.name, option.kind, option.doc))
            .collect();
    }
    if let Some(action) = action::find(callee) {
        let schema = (action.options)();
        let fields = schema::fields(&schema).into_iter();
        return fields
            .map(|field| choice(field.name, &field.kind, field.doc))
            .collect();
    }
    let options = session.options_of(callee).into_iter();
    options
        .map(|(name, default)| Choice {
            about: format!("{name}: {default} if not given"),
            name,
        })
        .collect()
}

/// What is longer is cut off, in characters.
const LONGEST: usize = 100;

fn choice(name: &str, kind: &str, doc: &str) -> Choice {
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let about = match default(&doc) {
        Some(default) => format!("{name}: {kind}; {default} if not given"),
        None => format!("{name}: {kind} – {}", doc.trim_end_matches('.')),
    };
    Choice {
        name: name.to_owned(),
        about: cut(&about),
    }
}

pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What `doc` says an option is where it is not given.
fn default(doc: &str) -> Option<&str> {
    let end = doc.find(" if not given")?;
    let before = &doc[..end];
    let start = ["; ", ". "]
        .iter()
        .filter_map(|mark| Some(before.rfind(mark)? + mark.len()))
        .max();
    Some(&before[start.unwrap_or_default()..])
}

/// The texts that an option takes, where they are few.
pub(super) fn choices(callee: &str, key: &str) -> Vec<String> {
    if let Some(function) = Function::find(callee) {
        let options = function.options();
        let option = options.iter().find(|option| option.name == key);
        let quoted = option.map_or("", |option| option.kind).split('"');
        return quoted.skip(1).step_by(2).map(str::to_owned).collect();
    }
    let Some(schema) = action::find(callee).map(|action: &Descriptor| (action.options)()) else {
        return Vec::new();
    };
    let Some(part) = schema::field(&schema, key) else {
        return Vec::new();
    };
    let alternatives = schema::alternatives(&schema, part);
    let texts = alternatives.iter().flat_map(|part| {
        let several = part.get("enum").and_then(|texts| texts.as_array());
        let one = part.get("const");
        several.into_iter().flatten().chain(one)
    });
    texts
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{choices, default};

    #[test]
    fn a_default_is_read_from_what_is_told() {
        for (doc, wanted) in [
            (
                "How bad it is; `\"info\"` if not given, `\"error\"` inside.",
                Some("`\"info\"`"),
            ),
            ("`\"GET\"` if not given.", Some("`\"GET\"`")),
            ("Run every step anew.", None),
        ] {
            assert_eq!(default(doc), wanted);
        }
    }

    #[test]
    fn few_texts_are_known() {
        assert!(choices("sh", "effect").contains(&"deploy".to_owned()));
        assert!(choices("stage", "watch").contains(&"manual".to_owned()));
        assert!(choices("stage", "needs").is_empty());
    }
}
