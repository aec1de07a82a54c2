//! `on_branch`, `on_tag`, `changed`: conditions that can say why they do not hold.

use std::sync::{Arc, Mutex, PoisonError};

use globset::Glob;
use rhai::{Array, Dynamic, Engine, FnPtr, NativeCallContext};

use super::{Answer, files};
use crate::failure::Failure;
use crate::plan::When;
use crate::script::host::{Host, Missing};
use crate::script::raised::raise;
use crate::script::value::name_of;

/// The `when` of a stage.
pub(crate) enum Condition {
    Known(When),
    Ask(FnPtr),
}

pub(crate) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let (branch, tag, change) = (host.clone(), host.clone(), host.clone());
    engine
        .register_fn(
            "on_branch",
            move |context: NativeCallContext, pattern: &str| {
                let current = branch.git.branch().unwrap_or_default();
                on("branch", &context, pattern, current.as_deref())
            },
        )
        .register_fn(
            "on_tag",
            move |context: NativeCallContext, pattern: &str| {
                let current = tag.git.tag().unwrap_or_default();
                on("tag", &context, pattern, current.as_deref())
            },
        )
        .register_fn(
            "changed",
            move |context: NativeCallContext, globs: Dynamic| changed(&change, &context, globs),
        );
}

/// What a script gave as `when`.
pub(crate) fn when(value: &Dynamic) -> Result<Condition, String> {
    if let Some(closure) = value.clone().try_cast::<FnPtr>() {
        return Ok(Condition::Ask(closure));
    }
    match value.as_bool() {
        Ok(true) => Ok(Condition::Known(When::Always)),
        Ok(false) => Ok(Condition::Known(When::Never(reason(value)))),
        Err(_) => Err(format!(
            "`when` must be true, false, a condition like `on_branch(\"main\")` or a closure, not {}",
            name_of(value)
        )),
    }
}

fn on(what: &str, context: &NativeCallContext, pattern: &str, current: Option<&str>) -> Answer {
    let glob = Glob::new(pattern).map_err(|error| {
        let failure =
            Failure::script(format!("`{pattern}` is no pattern")).because(error.kind().to_string());
        raise(failure, context)
    })?;
    let holds = current.is_some_and(|current| glob.compile_matcher().is_match(current));
    Ok(because(holds, || match current {
        Some(current) => format!("{what} is {current}, needs {pattern}"),
        None => format!("there is no {what}, needs {pattern}"),
    }))
}

fn changed(host: &Host, context: &NativeCallContext, globs: Dynamic) -> Answer {
    let patterns = globs
        .clone()
        .try_cast::<Array>()
        .unwrap_or_else(|| vec![globs]);
    let patterns = files::patterns(context, patterns)?;
    let files = match host.git.changed_files() {
        Ok(files) => files,
        Err(_) if host.missing != Missing::Refused => Vec::new(),
        Err(error) => {
            return Err(raise(Failure::script(error.to_string()), context));
        }
    };
    let holds = files.iter().any(|file| patterns.is_match(file));
    Ok(because(holds, || {
        "no file it looks at has changed".to_owned()
    }))
}

/// Why each condition that did not hold did not. A boolean carries the number of its reason as
/// Rhai's tag, which survives being stored and passed on, so that `when: on_branch("main")` can
/// say why and `if on_branch("main")` stays a plain condition.
static REASONS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn because(holds: bool, reason: impl FnOnce() -> String) -> Dynamic {
    let mut value = Dynamic::from(holds);
    if !holds {
        let mut reasons = REASONS.lock().unwrap_or_else(PoisonError::into_inner);
        reasons.push(reason());
        value.set_tag(i32::try_from(reasons.len()).unwrap_or_default());
    }
    value
}

fn reason(value: &Dynamic) -> String {
    let reasons = REASONS.lock().unwrap_or_else(PoisonError::into_inner);
    usize::try_from(value.tag())
        .ok()
        .and_then(|tag| reasons.get(tag.checked_sub(1)?))
        .cloned()
        .unwrap_or_else(|| "its `when` is false".to_owned())
}
