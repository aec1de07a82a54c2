//! `glob` and `hash_files`.

use std::path::Path;
use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, NativeCallContext};

use super::Answer;
use super::function::Function;
use crate::action::{Example, Expected};
use crate::failure::{Failure, Kind};
use crate::script::current;
use crate::script::host::Host;
use crate::script::raised::{raise, stop};
use crate::script::value::name_of;
use crate::service::files::{Files, FilesError, Globs, Index};

pub(in crate::script) const GLOB: Function = Function {
    name: "glob",
    signatures: &["(globs: ?) -> Array"],
    summary: "List the files that match, in order",
    doc: "One glob or an array of them; one that starts with `!` excludes files. The name of a folder means all that is in it. Files that git ignores are left out. Fails if a glob is wrong, or leads out of the folder of the script.",
    example: Example {
        title: "lists what matches",
        files: &[("a.py", ""), ("b.txt", "")],
        script: r#"print(glob("*.py"));"#,
        outcome: Expected::Prints("[\"a.py\"]\n"),
    },
};

pub(in crate::script) const HASH_FILES: Function = Function {
    name: "hash_files",
    signatures: &["(globs: ?) -> String"],
    summary: "Hash names and contents of the files that match",
    doc: "BLAKE3, in 64 hexadecimal digits. Fails if no file matches. Fails if a glob is wrong, or leads out of the folder of the script.",
    example: Example {
        title: "is of a fixed length",
        files: &[("uv.lock", "1\n")],
        script: r#"print(hash_files("uv.lock").len);"#,
        outcome: Expected::Prints("64\n"),
    },
};

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let (listing, hashing) = (host.context.root.clone(), host.context.root.clone());
    engine
        .register_fn("glob", move |context: NativeCallContext, globs: Dynamic| {
            list(&context, &listing, &globs)
        })
        .register_fn(
            "hash_files",
            move |context: NativeCallContext, globs: Dynamic| hash(&context, &hashing, &globs),
        );
}

/// What texts mean as globs.
pub(super) fn patterns(context: &NativeCallContext, globs: &[String]) -> Answer<Globs> {
    Globs::new(globs).map_err(|error| refuse(error, context))
}

fn refuse(error: FilesError, context: &NativeCallContext) -> Box<EvalAltResult> {
    match error {
        FilesError::Cancelled => stop(context),
        error => raise(error.into(), context),
    }
}

/// One text, or an array of them.
pub(super) fn texts(context: &NativeCallContext, globs: &Dynamic) -> Answer<Vec<String>> {
    let one = |glob: &Dynamic| {
        let text = glob.clone().into_immutable_string().map_err(|_| {
            let given = name_of(glob);
            raise(
                Failure::script(format!("a glob must be text, not {given}")),
                context,
            )
        })?;
        Ok(text.to_string())
    };
    match globs.read_lock::<Array>() {
        Some(globs) => globs.iter().map(one).collect(),
        None => Ok(vec![one(globs)?]),
    }
}

/// The files that match, in order, as paths from `root`.
fn list(context: &NativeCallContext, root: &Path, globs: &Dynamic) -> Answer<Array> {
    let globs = texts(context, globs)?;
    let cancel = &current::get().context.cancel;
    let files = Files::new(root, Index::default()).list(&globs, cancel);
    let files = files.map_err(|error| refuse(error, context))?;
    let names = files.iter().map(|path| path.display().to_string().into());
    Ok(names.collect())
}

/// One BLAKE3 hash, in hex, over the names and contents of the files that match.
fn hash(context: &NativeCallContext, root: &Path, globs: &Dynamic) -> Answer<String> {
    let globs = texts(context, globs)?;
    let cancel = &current::get().context.cancel;
    // A script may have written any file since it last asked.
    let files = Files::new(root, Index::default());
    let print = files.fingerprint(&globs, cancel);
    let print = print.map_err(|error| refuse(error, context))?;
    if print.files.is_empty() {
        let failure = match &globs[..] {
            [name] if !name.contains(['*', '?', '[', '{', '\\']) => {
                Failure::new(Kind::Pipeline, format!("there is no file `{name}` to hash"))
            }
            _ => Failure::new(Kind::Pipeline, "there is no file to hash")
                .because(format!("nothing matches {}", globs.join(", "))),
        };
        return Err(raise(failure, context));
    }
    Ok(print.digest.to_hex().to_string())
}
