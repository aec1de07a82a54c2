//! Effects that do not happen while a person only edits.

use serde_json::Value;

use super::{Descriptor, Effect};

/// Calls that would leave the machine are not made, but for those of `allowed` effects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hold {
    pub allowed: Vec<Effect>,
}

/// More than this of what a call is about is cut off, in characters.
const LONGEST: usize = 80;

impl Hold {
    pub fn holds(&self, effect: Effect) -> bool {
        effect.leaves_the_machine() && !self.allowed.contains(&effect)
    }
}

/// What a call would have done: ``it would publish: `docker_push` me/app:1``.
pub fn would(action: &Descriptor, effect: Effect, options: &Value) -> String {
    let about = action.natural.and_then(|natural| about(&options[natural]));
    let about = about.map_or(String::new(), |about| format!(" {about}"));
    format!("it would {}: `{}`{about}", effect.name(), action.name)
}

/// The text that a value is best told by.
fn about(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(words) => words.iter().filter_map(about).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => {
            let names = ["reference", "image", "tag", "name"];
            return names.into_iter().find_map(|name| about(fields.get(name)?));
        }
        _ => return None,
    };
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(LONGEST).collect();
    if short.len() < text.trim_end().len() {
        short.push('…');
    }
    Some(short)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Hold, would};
    use crate::action::{ACTIONS, Effect};

    #[test]
    fn only_what_is_allowed_leaves_the_machine() {
        let hold = Hold {
            allowed: vec![Effect::Publish],
        };
        assert!(!hold.holds(Effect::Build));
        assert!(!hold.holds(Effect::Publish));
        assert!(hold.holds(Effect::Deploy));
        assert!(hold.holds(Effect::Notify));
    }

    #[test]
    fn a_call_is_told_by_what_it_is_about() {
        let told = |name: &str, effect, options| {
            let action = ACTIONS.iter().find(|action| action.name == name);
            would(action.expect("an action"), effect, &options)
        };
        assert_eq!(
            told("docker_push", Effect::Publish, json!({"image": "me/app:1"})),
            "it would publish: `docker_push` me/app:1"
        );
        let image = json!({"image": {"tag": "me/app:1", "size": 3}});
        assert_eq!(
            told("docker_push", Effect::Publish, image),
            "it would publish: `docker_push` me/app:1"
        );
        assert_eq!(
            told("sh", Effect::Deploy, json!({"command": "a\nb"})),
            "it would deploy: `sh` a…"
        );
        assert_eq!(
            told("render_deploy", Effect::Deploy, json!({})),
            "it would deploy: `render_deploy`"
        );
    }
}
