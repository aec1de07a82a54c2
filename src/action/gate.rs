//! Who is asked before an effect leaves the machine.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{Descriptor, Effect, Standins};
use crate::cancel::Cancel;
use crate::secret::Secrets;

/// Asked before each call whose effect leaves the machine and that is not rehearsed anyway.
pub trait Gate: fmt::Debug + Send + Sync {
    /// Whether it may write to the terminal while it is asked.
    fn talks(&self) -> bool {
        false
    }

    /// What to do with a call of `action`; `about` is what it is about, such as an image. Nobody waits
    /// for the answer any more once `cancel` is.
    fn ask(&self, action: &Descriptor, effect: Effect, about: &str, cancel: &Cancel) -> Answer;
}

/// What becomes of a call.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is made.
    Yes,
    /// It is not made, which the script sees as a failure; `why` completes “did not run: …”.
    No { why: String, hint: Option<String> },
    /// It is not made, and its stage ends here; the text tells what it would have done.
    Hold(String),
    /// It is made against stand-ins.
    Rehearse(Arc<Standins>),
}

/// More of it is cut off, in characters.
const LONGEST: usize = 80;

/// What a call with these options is about, on one line without its secrets; empty where nothing
/// tells.
pub fn about(action: &Descriptor, options: &Value, secrets: &Secrets) -> String {
    let natural = action.natural.and_then(|natural| options.get(natural));
    let mut text = natural.and_then(told).unwrap_or_default();
    if let Some(verb) = (action.verb_of)(options) {
        text = format!("{verb} {text}");
    }
    // What is cut off could not be hidden any more.
    let text = secrets.mask(&text);
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(LONGEST).collect();
    if short.len() < text.trim_end().len() {
        short.push('…');
    }
    short
}

/// The text that a value is best told by.
fn told(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => {
            let words: Vec<_> = words.iter().filter_map(told).collect();
            Some(words.join(" "))
        }
        Value::Object(fields) => ["reference", "image", "tag", "name"]
            .into_iter()
            .find_map(|name| told(fields.get(name)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::about;
    use crate::action::find;
    use crate::secret::Secrets;

    #[test]
    fn a_call_is_told_by_what_it_is_about() {
        let told =
            |name: &str, options| about(find(name).expect("an action"), &options, &Secrets::new());
        assert_eq!(
            told("docker_push", json!({"image": "me/app:1"})),
            "me/app:1"
        );
        let image = json!({"image": {"tag": "me/app:1", "size": 3}});
        assert_eq!(told("docker_push", image), "me/app:1");
        assert_eq!(told("sh", json!({"command": "a\nb"})), "a…");
        assert_eq!(told("sh", json!({"command": ["a", "b"]})), "a b");
        assert_eq!(told("render_deploy", json!({})), "");
        assert_eq!(
            told(
                "http",
                json!({"url": "https://example.com", "method": "delete"})
            ),
            "DELETE https://example.com"
        );
        for (options, method) in [
            (json!({"url": "https://example.com", "json": 1}), "POST"),
            (
                json!({"url": "https://example.com", "effect": "notify"}),
                "GET",
            ),
        ] {
            assert_eq!(
                told("http", options),
                format!("{method} https://example.com")
            );
        }
    }

    #[test]
    fn a_secret_is_hidden_before_the_text_is_cut() {
        let secrets = Secrets::new();
        secrets.add("correct-horse");
        let command = format!("{} correct-horse", "a".repeat(72));
        let action = find("sh").expect("an action");
        let told = about(action, &json!({ "command": command }), &secrets);
        assert_eq!(told, command.replace("correct-horse", "***"));
    }
}
