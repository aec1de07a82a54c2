//! `glob`, `hash_files`, and what a glob is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;
use rhai::{Array, Dynamic, Engine, NativeCallContext};

use super::Answer;
use crate::failure::{Failure, Kind};
use crate::script::host::Host;
use crate::script::raised::raise;
use crate::script::value::name_of;

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let (listing, hashing) = (host.context.root.clone(), host.context.root.clone());
    engine
        .register_fn(
            "glob",
            move |context: NativeCallContext, globs: Dynamic| -> Answer<Array> {
                let files = matching(&context, &listing, &globs)?;
                let names = files.iter().map(|path| path.display().to_string().into());
                Ok(names.collect())
            },
        )
        .register_fn(
            "hash_files",
            move |context: NativeCallContext, globs: Dynamic| hash(&context, &hashing, &globs),
        );
}

/// A set of globs, from one text or an array of them, in which `*` does not cross a `/`, as
/// `.gitignore` and shells have it.
pub(super) fn patterns(context: &NativeCallContext, globs: &Dynamic) -> Answer<GlobSet> {
    set(&texts(context, globs)?).map_err(|failure| raise(failure, context))
}

fn set(globs: &[String]) -> Result<GlobSet, Failure> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(self::glob(glob)?);
    }
    set.build()
        .map_err(|error| Failure::script("these globs are too many").because(error.to_string()))
}

pub(crate) fn glob(glob: &str) -> Result<Glob, Failure> {
    let made = GlobBuilder::new(glob).literal_separator(true).build();
    made.map_err(|error| {
        Failure::script(format!("`{glob}` is no glob")).because(error.kind().to_string())
    })
}

fn texts(context: &NativeCallContext, globs: &Dynamic) -> Answer<Vec<String>> {
    let one = |glob: &Dynamic| {
        let text = glob.clone().into_immutable_string().map_err(|_| {
            let given = name_of(glob);
            raise(
                Failure::script(format!("a glob must be text, not {given}")),
                context,
            )
        })?;
        Ok(text.trim_start_matches("./").to_owned())
    };
    match globs.read_lock::<Array>() {
        Some(globs) => globs.iter().map(one).collect(),
        None => Ok(vec![one(globs)?]),
    }
}

/// Files below `root` that match, in order, as paths from there. What git ignores is not looked at,
/// unless a pattern leads into it: `dist/*.whl`, `.venv/pyvenv.cfg`.
fn matching(context: &NativeCallContext, root: &Path, globs: &Dynamic) -> Answer<Vec<PathBuf>> {
    let globs = texts(context, globs)?;
    let set = set(&globs).map_err(|failure| raise(failure, context))?;
    let mut found = BTreeSet::new();
    let mut entered = BTreeSet::new();
    walk(root, root, true, &mut |path, is_file| {
        if is_file && set.is_match(path) {
            found.insert(path.to_owned());
        } else if !is_file {
            entered.insert(path.to_owned());
        }
    });
    for glob in &globs {
        let start = literal_start(glob);
        // A link is not walked into, but followed where it is named.
        if set.is_match(&start) && root.join(&start).is_file() {
            found.insert(start);
            continue;
        }
        if start.as_os_str().is_empty() || entered.contains(&start) {
            continue;
        }
        walk(root, &root.join(start), false, &mut |path, is_file| {
            if is_file && set.is_match(path) {
                found.insert(path.to_owned());
            }
        });
    }
    Ok(found.into_iter().collect())
}

/// Visits each folder and file below `start`, as paths from `root`.
fn walk(root: &Path, start: &Path, ignoring: bool, visit: &mut dyn FnMut(&Path, bool)) {
    let walk = WalkBuilder::new(start)
        .standard_filters(ignoring)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != ".wharf")
        .build();
    for entry in walk.flatten() {
        let Some(kind) = entry.file_type() else {
            continue;
        };
        if let Ok(path) = entry.path().strip_prefix(root)
            && (kind.is_file() || kind.is_dir())
        {
            visit(path, kind.is_file());
        }
    }
}

/// The folders, or the file, that a pattern names before its first wildcard.
fn literal_start(glob: &str) -> PathBuf {
    glob.split('/')
        .take_while(|part| !part.contains(['*', '?', '[', '{', '\\']))
        .collect()
}

/// One BLAKE3 hash, in hex, over the names and contents of the files that match.
fn hash(context: &NativeCallContext, root: &Path, globs: &Dynamic) -> Answer<String> {
    let files = matching(context, root, globs)?;
    if files.is_empty() {
        let failure = Failure::new(Kind::Pipeline, "there is no file to hash").because(format!(
            "nothing matches {}",
            texts(context, globs)?.join(", ")
        ));
        return Err(raise(failure, context));
    }
    let mut hasher = blake3::Hasher::new();
    for path in files {
        let name = path.as_os_str().as_encoded_bytes();
        let content = std::fs::File::open(root.join(&path)).and_then(|file| {
            let mut content = blake3::Hasher::new();
            content.update_reader(file)?;
            Ok(content.finalize())
        });
        let content = content.map_err(|error| {
            let message = format!("cannot read `{}`", path.display());
            let failure = Failure::new(Kind::Pipeline, message).because(error.to_string());
            raise(failure, context)
        })?;
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name);
        hasher.update(content.as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}
