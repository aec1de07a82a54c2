//! What a watch does, as lines of JSON.

use serde_json::{Value, json};

use super::{VERSION, started};
use crate::event::Watched;
use crate::secret::Secrets;

pub(super) fn told(watched: &Watched, secrets: &Secrets) -> Value {
    let text = |text: &str| Value::from(secrets.mask(text));
    let paths = |paths: &[std::path::PathBuf]| {
        let paths = paths.iter().map(|path| text(&path.display().to_string()));
        paths.collect::<Vec<_>>()
    };
    let (kind, fields) = match watched {
        Watched::Ready {
            folders,
            allowed,
            rehearsal,
        } => {
            let allowed: Vec<_> = allowed.iter().map(|effect| effect.name()).collect();
            let fields = json!({
                "version": VERSION,
                "folders": folders,
                "allowed": allowed,
                "rehearsal": rehearsal,
            });
            ("watching", fields)
        }
        Watched::Triggered {
            trigger,
            why,
            paths: changed,
            stages,
            ..
        } => {
            let stages = stages
                .iter()
                .map(|(name, why)| json!({ "name": text(name), "why": text(why) }));
            let stages: Vec<_> = stages.collect();
            let mut fields =
                json!({ "trigger": trigger, "paths": paths(changed), "stages": stages });
            if let Some(why) = why {
                fields["why"] = text(why);
            }
            ("triggered", fields)
        }
        Watched::Superseded { what } => ("superseded", json!({ "what": text(what) })),
        Watched::Queued { what } => ("queued", json!({ "what": text(what) })),
        Watched::Waiting { what } => ("waiting", json!({ "what": text(what) })),
        Watched::Loop {
            stage,
            paths: changed,
        } => (
            "loop",
            json!({ "stage": text(stage), "paths": paths(changed) }),
        ),
        Watched::Told { text: told } => ("said", json!({ "stage": "watch", "text": text(told) })),
        Watched::Warned { text: told } => {
            ("warned", json!({ "stage": "watch", "text": text(told) }))
        }
    };
    let mut value = started(kind, None);
    if let Value::Object(fields) = fields {
        for (name, field) in fields {
            value[name] = field;
        }
    }
    value
}
