//! `on_branch`, `on_tag`, `changed`: conditions that can say why they do not hold.

use std::sync::{Arc, Mutex, PoisonError};

use globset::{Glob, GlobBuilder};
use rhai::{Dynamic, Engine, FnPtr, NativeCallContext};

use super::function::Function;
use super::{Answer, git, globs};
use crate::action::{Example, Expected, Reading};
use crate::failure::{Failure, Kind};
use crate::plan::When;
use crate::script::current;
use crate::script::host::{Host, Missing};
use crate::script::raised::{raise, stop};
use crate::script::value::name_of;
use crate::service::git::{Git, GitError};

pub(in crate::script) const ON_BRANCH: Function = Function {
    name: "on_branch",
    signatures: &["(pattern: String) -> bool"],
    summary: "Check whether the branch is this one, or matches this glob",
    doc: "As `when` of a stage it also says why the stage is skipped. `*` ends at a `/`, `**` does not. In a detached checkout the branch is the one that CircleCI or GitHub Actions name. Fails if the pattern is wrong.",
    example: Example {
        title: "is false where there is no branch",
        files: &[],
        script: r#"print(on_branch("main"));"#,
        outcome: Expected::Prints("false\n"),
    },
};

pub(in crate::script) const ON_TAG: Function = Function {
    name: "on_tag",
    signatures: &["(pattern: String) -> bool"],
    summary: "Check whether the commit has a tag that matches this glob",
    doc: "As `when` of a stage it also says why the stage is skipped. Fails if the pattern is wrong.",
    example: Example {
        title: "is false where there is no tag",
        files: &[],
        script: r#"print(on_tag("v*"));"#,
        outcome: Expected::Prints("false\n"),
    },
};

pub(in crate::script) const CHANGED: Function = Function {
    name: "changed",
    signatures: &["(globs: ?) -> bool"],
    summary: "Check whether a matching file has changed on this branch",
    doc: "One glob or an array of them. Files are compared with the commit where the branch left the default branch, and on the default branch with the commit before; uncommitted changes count. In a rehearsal without a repository everything counts as changed. Fails if a glob is wrong. Fails without a git repository that has a commit.",
    example: Example {
        title: "runs a stage only if its files have changed",
        files: &[],
        script: r#"stage("docs", #{ when: changed(["docs/**"]) }, || print("built"));"#,
        outcome: Expected::Prints("built\n"),
    },
};

/// The `when` of a stage.
pub(crate) enum Condition {
    Known(When),
    Ask(FnPtr),
}

pub(crate) fn register(engine: &mut Engine, host: &Arc<Host>) {
    for (name, what, ask) in [
        ("on_branch", "branch", branch as Ask),
        ("on_tag", "tag", Git::tags),
    ] {
        let host = host.clone();
        engine.register_fn(name, move |context: NativeCallContext, pattern: &str| {
            git::note(what);
            on(what, &context, pattern, ask(&host.git))
        });
    }
    let host = host.clone();
    engine.register_fn(
        "changed",
        move |context: NativeCallContext, globs: Dynamic| changed(&host, &context, &globs),
    );
}

type Ask = fn(&Git) -> Result<Vec<String>, GitError>;

fn branch(git: &Git) -> Result<Vec<String>, GitError> {
    git.branch().map(|branch| branch.into_iter().collect())
}

/// What a script gave as `when`; `written` is how.
pub(crate) fn when(value: &Dynamic, written: Option<&str>) -> Result<Condition, String> {
    if let Some(closure) = value.clone().try_cast::<FnPtr>() {
        return Ok(Condition::Ask(closure));
    }
    match value.as_bool() {
        Ok(true) => Ok(Condition::Known(When::Always)),
        Ok(false) => {
            let reason = reason(value).unwrap_or_else(|| match written {
                Some(written) if written != "false" => format!("its `when` is false: {written}"),
                _ => "its `when` is false".to_owned(),
            });
            Ok(Condition::Known(When::Never(reason)))
        }
        Err(_) => Err(format!(
            "`when` must be true, false, a condition like `on_branch(\"main\")` or a closure, not {}",
            name_of(value)
        )),
    }
}

/// From the answer of a closure given as `when`: why its stage is not to run, if it is not.
pub(crate) fn why_not(answer: &Dynamic) -> Result<Option<String>, String> {
    match answer.as_bool() {
        Ok(true) => Ok(None),
        Ok(false) => {
            let reason = reason(answer).unwrap_or_else(|| "its `when` answered false".to_owned());
            Ok(Some(reason))
        }
        Err(_) => Err(format!(
            "`when` must answer true or false, not {}",
            name_of(answer)
        )),
    }
}

/// Whether one of `current` is such. Where git cannot say, there is no branch and no tag.
fn on(
    what: &str,
    context: &NativeCallContext,
    pattern: &str,
    current: Result<Vec<String>, GitError>,
) -> Answer {
    let glob = glob(pattern).map_err(|failure| raise(failure, context))?;
    let current = match current {
        Err(GitError::Stopped) => return Err(stop(context)),
        current => current,
    };
    let glob = glob.compile_matcher();
    let holds = matches!(&current, Ok(all) if all.iter().any(|one| glob.is_match(one)));
    Ok(because(holds, || match current.as_deref() {
        Ok([]) => format!("there is no {what}, needs {pattern}"),
        Ok([one]) => format!("{what} is {one}, needs {pattern}"),
        Ok(all) => format!("{what}s are {}, needs {pattern}", all.join(", ")),
        Err(error) => format!("the {what} is not known: {error}"),
    }))
}

/// What the name of a branch or tag is compared with.
pub(crate) fn glob(pattern: &str) -> Result<Glob, Failure> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.map_err(|error| {
        Failure::script(format!("`{pattern}` is no pattern"))
            .because(error.kind().to_string().replace('\'', "`"))
    })
}

fn changed(host: &Host, context: &NativeCallContext, files: &Dynamic) -> Answer {
    let texts = globs::texts(context, files)?;
    let patterns = globs::patterns(context, &texts)?;
    let trace = current::get().context.trace.clone();
    trace.read(Reading::Changed(texts));
    let changed = match host.git.changed_files() {
        Ok(changed) => changed,
        Err(GitError::Stopped) => return Err(stop(context)),
        // A rehearsal goes through all it can.
        Err(_) if host.missing != Missing::Refused => {
            trace.invent();
            return Ok(true.into());
        }
        Err(error) => {
            let failure = Failure::new(Kind::Pipeline, "cannot find out what has changed");
            return Err(raise(failure.because(error.to_string()), context));
        }
    };
    let holds = changed.iter().any(|file| patterns.is_match(file));
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
        let reason = reason();
        let mut reasons = REASONS.lock().unwrap_or_else(PoisonError::into_inner);
        let known = reasons.iter().position(|known| *known == reason);
        let number = known.unwrap_or_else(|| {
            reasons.push(reason);
            reasons.len() - 1
        });
        value.set_tag(i32::try_from(number + 1).unwrap_or_default());
    }
    value
}

fn reason(value: &Dynamic) -> Option<String> {
    let reasons = REASONS.lock().unwrap_or_else(PoisonError::into_inner);
    let number = usize::try_from(value.tag()).ok()?.checked_sub(1)?;
    reasons.get(number).cloned()
}
