//! A failed build in the user's words.

use std::path::Path;

use crate::action::{ActionError, Context};
use crate::failure::nearest;
use crate::service::engine::{Build, BuildError, ContextError};

pub(super) fn explain(context: &Context, build: &Build, error: BuildError) -> ActionError {
    let file = shown(context, &build.context.dockerfile);
    let at = |line: Option<usize>| match line {
        Some(line) => format!("`{file}`, line {line}"),
        None => format!("`{file}`"),
    };
    match error {
        BuildError::Context(error) => of_context(context, &error),
        BuildError::Dockerfile {
            line, reason, hint, ..
        } => {
            let made = ActionError::new(format!("{}: {reason}", at(line)));
            hint.into_iter().fold(made, ActionError::hint)
        }
        BuildError::Target { target, stages, .. } => {
            let made = ActionError::option("target", format!("`{file}` has no stage `{target}`"));
            match nearest(&target, stages.iter().map(String::as_str)) {
                Some(near) => made.hint(format!("did you mean `{near}`?")),
                None if stages.is_empty() => {
                    made.hint("none of its stages has a name (`FROM image AS name`)")
                }
                None => made.hint(format!("its stages are: {}", stages.join(", "))),
            }
        }
        BuildError::Base {
            image,
            line,
            reason,
        } => {
            let message = format!("{}: the base image `{image}` cannot be pulled", at(line));
            because(message, &reason).hint(pull_hint(&reason))
        }
        BuildError::Frontend { image, reason } => {
            let message = format!(
                "`{image}`, which the `# syntax=` line of `{file}` names, cannot be pulled"
            );
            because(message, &reason)
                .hint("take that line out, unless the Dockerfile needs what it brings")
        }
        BuildError::Secret { id, line } => {
            let message = format!("{}: the secret `{id}` is not given", at(line));
            ActionError::new(message).hint(format!(
                "give it as an option: `secrets: #{{ {id}: secret(\"NAME\") }}`"
            ))
        }
        BuildError::Step {
            instruction,
            line,
            exit_code,
            reason,
            output,
        } => {
            let full = |line: &String| line.to_lowercase().contains("no space left on device");
            let made = step(build, &at(line), &instruction, exit_code, reason);
            let made = made.output(output.clone());
            if output.iter().any(full) {
                made.hint(format!("the engine's disk is full: {FREE_DISK}"))
            } else {
                made
            }
        }
        BuildError::DiskFull { address, reason } => {
            let message = format!("the disk of the Docker Engine at `{address}` is full");
            because(message, &reason).hint(FREE_DISK)
        }
        BuildError::Lost { address, cause } => {
            let message =
                format!("the Docker Engine at `{address}` went away in the middle of the build");
            because(message, &cause).hint(
                "look into its log (`journalctl -u docker`) and run again: steps that were done \
                 need not be again",
            )
        }
        BuildError::NeedsBuildKit { what, address } => {
            let message = format!(
                "{what} needs BuildKit, which the Docker Engine at `{address}` does not have"
            );
            ActionError::new(message).hint("unset `DOCKER_BUILDKIT`, or use Docker 18.09 or newer")
        }
        BuildError::Refused(reason) => because(
            "the Docker Engine did not build the image".to_owned(),
            &reason,
        ),
    }
}

pub(in crate::action) fn of_context(context: &Context, error: &ContextError) -> ActionError {
    match error {
        ContextError::NoFolder(path) => {
            let path = shown(context, path);
            ActionError::option("context", format!("the context `{path}` is not a folder"))
        }
        ContextError::NoDockerfile { path, instead } => {
            let path = shown(context, path);
            let made = ActionError::new(format!("there is no Dockerfile at `{path}`"));
            match instead {
                Some(instead) => made.hint(format!(
                    "paths start at the repository's root: did you mean `{}`?",
                    shown(context, instead)
                )),
                None => made.hint("the option `dockerfile` says where it is"),
            }
        }
        ContextError::Io { path, source } => {
            let path = shown(context, path);
            ActionError::caused(format!("`{path}` of the context cannot be read"), source)
        }
        ContextError::Ignore {
            path,
            pattern,
            reason,
        } => {
            let path = shown(context, path);
            ActionError::new(format!(
                "the pattern `{pattern}` in `{path}` is wrong: {reason}"
            ))
        }
        ContextError::Name(path) => {
            let path = shown(context, path);
            let message = format!("the name of `{path}` is not UTF-8, which a context needs");
            ActionError::new(message)
                .hint("rename the file, or leave it out by a line in `.dockerignore`")
        }
    }
}

/// How to make room at an engine.
pub(in crate::action) const FREE_DISK: &str = "`docker system df` shows what fills it; `docker builder prune` and \
                         `docker image prune` make room";

fn step(
    build: &Build,
    at: &str,
    instruction: &str,
    exit_code: Option<i32>,
    reason: Option<String>,
) -> ActionError {
    let instruction = short(&build.hidden.mask(instruction));
    let Some(reason) = reason else {
        let code = exit_code.unwrap_or_default();
        let made = ActionError::new(format!(
            "{at}: `{instruction}` failed with exit code {code}"
        ));
        let made = made.exit_code(exit_code);
        return match code {
            137 => made.hint("137 is `SIGKILL`: most often there was not enough memory"),
            _ => made,
        };
    };
    let made = because(format!("{at}: `{instruction}` failed"), &reason);
    match missing(&reason) {
        Some(path) if build.context.root.join(path).exists() => made.hint(format!(
            "`{path}` is in the context, but the ignore file leaves it out"
        )),
        Some(_) => made.hint("what is copied is looked for in the context, and from its root"),
        None => made,
    }
}

/// The path in BuildKit's `"/a/b": not found` and the classic builder's `stat a/b: file does not
/// exist`.
fn missing(reason: &str) -> Option<&str> {
    let path = if reason.ends_with("not found") {
        let (_, quoted) = reason.split_once('"')?;
        quoted.rsplit_once('"')?.0
    } else {
        let (_, rest) = reason.split_once("stat ")?;
        rest.strip_suffix(": file does not exist")?
    };
    Some(path.trim_start_matches('/'))
}

fn pull_hint(reason: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if has(&["denied", "unauthorized", "authorization"]) {
        "look at its name; an image that is not public needs `docker login`"
    } else if has(&[
        "dial",
        "lookup",
        "timeout",
        "i/o",
        "connection refused",
        "EOF",
    ]) {
        "the engine does not reach the registry: look at its network, its proxy and the name"
    } else {
        "look at its name and tag"
    }
}

fn because(message: String, reason: &str) -> ActionError {
    let mut made = ActionError::new(message);
    made.causes.push(reason.to_owned());
    made
}

/// An instruction on one line, cut where it gets too long for a message.
fn short(instruction: &str) -> String {
    let words: Vec<_> = instruction.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A path as the script would write it.
fn shown(context: &Context, path: &Path) -> String {
    let inside = path.strip_prefix(&context.root).unwrap_or(path);
    if inside.as_os_str().is_empty() {
        return ".".to_owned();
    }
    inside.display().to_string()
}
