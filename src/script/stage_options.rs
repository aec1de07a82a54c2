//! The options of `stage`, from a map of the script.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Array, Dynamic, Map};

use super::language::condition::{self, Condition};
use super::value::{name_of, to_json};
use crate::action;
use crate::failure::{Failure, nearest};
use crate::plan::When;

/// What `stage` can be told.
pub(super) const STAGE_OPTIONS: [&str; 4] = ["env", "needs", "timeout", "when"];

/// What a stage was told.
pub(super) struct StageOptions {
    pub(super) needs: Vec<Arc<str>>,
    pub(super) when: Condition,
    pub(super) env: BTreeMap<String, String>,
    pub(super) timeout: Option<std::time::Duration>,
}

/// What is wrong with an option.
pub(super) struct Wrong {
    /// The path to it: `timeout`, `env.NAME`, `needs[1]`.
    pub(super) path: String,
    /// Whether there is no such option, so that its name is at fault and not its value.
    pub(super) unknown: bool,
    pub(super) failure: Failure,
}

pub(super) fn read(options: &Map) -> Result<StageOptions, Wrong> {
    if let Some(unknown) = options
        .keys()
        .find(|key| !STAGE_OPTIONS.contains(&key.as_str()))
    {
        return Err(Wrong {
            path: unknown.to_string(),
            unknown: true,
            failure: unknown_option(unknown),
        });
    }
    Ok(StageOptions {
        needs: options.get("needs").map_or(Ok(Vec::new()), needs)?,
        when: match options.get("when") {
            Some(value) => condition::when(value).map_err(|message| wrong("when", message))?,
            None => Condition::Known(When::Always),
        },
        env: options
            .get("env")
            .map_or(Ok(BTreeMap::new()), environment)?,
        timeout: options.get("timeout").map(timeout).transpose()?,
    })
}

fn unknown_option(key: &str) -> Failure {
    let failure = Failure::script(format!("`stage` has no option `{key}`"));
    match nearest(key, STAGE_OPTIONS) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("its options are: {}", STAGE_OPTIONS.join(", "))),
    }
}

fn wrong(path: impl Into<String>, message: impl Into<String>) -> Wrong {
    Wrong {
        path: path.into(),
        unknown: false,
        failure: Failure::script(message),
    }
}

/// One name, or an array of them.
fn needs(value: &Dynamic) -> Result<Vec<Arc<str>>, Wrong> {
    let name = |value: &Dynamic, path: String| {
        let text = value.clone().into_immutable_string();
        text.map(|name| Arc::from(name.as_str())).map_err(|_| {
            let given = name_of(value);
            wrong(
                path,
                format!("`needs` must be names of stages, not {given}"),
            )
        })
    };
    match value.read_lock::<Array>() {
        Some(names) => names
            .iter()
            .enumerate()
            .map(|(index, value)| name(value, format!("needs[{index}]")))
            .collect(),
        None => Ok(vec![name(value, "needs".to_owned())?]),
    }
}

fn environment(value: &Dynamic) -> Result<BTreeMap<String, String>, Wrong> {
    let Some(entries) = value.read_lock::<Map>() else {
        let given = name_of(value);
        let message = format!("`env` must be a map of names and values, not {given}");
        return Err(wrong("env", message));
    };
    let mut environment = BTreeMap::new();
    for (name, value) in entries.iter() {
        if name.is_empty() || name.contains(['=', '\0']) {
            let message = format!("`{name}` cannot be the name of an environment variable");
            return Err(wrong(format!("env.{name}"), message));
        }
        if !(value.is_string() || value.is_int() || value.is_bool()) {
            let given = name_of(value);
            let message = format!("the value of `{name}` in `env` must be text, not {given}");
            return Err(wrong(format!("env.{name}"), message));
        }
        environment.insert(name.to_string(), value.to_string());
    }
    Ok(environment)
}

fn timeout(value: &Dynamic) -> Result<std::time::Duration, Wrong> {
    let read = to_json(value)
        .ok()
        .and_then(|json| serde_json::from_value::<action::Duration>(json).ok())
        .map(std::time::Duration::from)
        .filter(|time| !time.is_zero());
    read.ok_or_else(|| {
        let given = match value.clone().into_immutable_string() {
            Ok(text) => format!("`{text}`"),
            Err(_) if value.is_int() || value.is_float() => format!("`{value}`"),
            Err(_) => name_of(value).to_owned(),
        };
        let message =
            format!("`timeout` must be a number of seconds or a text like \"1m30s\", not {given}");
        wrong("timeout", message)
    })
}
