//! Effects that do not happen while a person only edits.

use super::{Answer, Descriptor, Effect, Gate};
use crate::cancel::Cancel;

/// Calls that would leave the machine are not made, but for those of `allowed` effects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hold {
    pub allowed: Vec<Effect>,
}

impl Gate for Hold {
    /// Tells of a call what it would have done: ``it would publish: `docker_push` me/app:1``.
    fn ask(&self, action: &Descriptor, effect: Effect, about: &str, _: &Cancel) -> Answer {
        if self.allowed.contains(&effect) {
            return Answer::Yes;
        }
        let what = format!("it would {}: `{}` {about}", effect.name(), action.name);
        Answer::Hold(what.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Hold;
    use crate::action::{Answer, Effect, Gate, find};
    use crate::cancel::Cancel;

    fn asked(effect: Effect, about: &str) -> Option<String> {
        let hold = Hold {
            allowed: vec![Effect::Publish],
        };
        let action = find("docker_push").expect("an action");
        match hold.ask(action, effect, about, &Cancel::new()) {
            Answer::Hold(what) => Some(what),
            _ => None,
        }
    }

    #[test]
    fn only_what_is_allowed_leaves_the_machine() {
        assert_eq!(asked(Effect::Publish, "me/app:1"), None);
        let told = "it would deploy: `docker_push` me/app:1";
        assert_eq!(asked(Effect::Deploy, "me/app:1").as_deref(), Some(told));
        let told = "it would notify: `docker_push`";
        assert_eq!(asked(Effect::Notify, "").as_deref(), Some(told));
    }
}
