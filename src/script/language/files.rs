//! `read_file`, `write_file`, `exists`, `glob`, `hash_files`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;
use rhai::{Array, Dynamic, Engine, NativeCallContext};

use super::Answer;
use crate::failure::Failure;
use crate::script::current::{self, Whereabouts};
use crate::script::host::Host;
use crate::script::raised::raise;
use crate::script::value::name_of;

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let root = host.context.root.clone();
    let (reading, writing, checking) = (root.clone(), root.clone(), root.clone());
    let (globbing, hashing) = (root.clone(), root);
    engine
        .register_fn(
            "read_file",
            move |context: NativeCallContext, path: &str| read(&context, &reading.join(path), path),
        )
        .register_fn(
            "write_file",
            move |context: NativeCallContext, path: &str, text: &str| {
                write(&context, &writing.join(path), path, text)
            },
        )
        .register_fn("exists", move |path: &str| checking.join(path).exists())
        .register_fn(
            "glob",
            move |context: NativeCallContext, globs: Dynamic| -> Answer<Array> {
                let files = matching(&context, &globbing, globs)?;
                Ok(files
                    .into_iter()
                    .map(|path| path.display().to_string().into())
                    .collect())
            },
        )
        .register_fn(
            "hash_files",
            move |context: NativeCallContext, globs: Dynamic| hash(&context, &hashing, globs),
        );
}

fn read(context: &NativeCallContext, file: &Path, path: &str) -> Answer<String> {
    std::fs::read_to_string(file).map_err(|error| {
        let failure = Failure::script(format!("cannot read `{path}`")).because(error.to_string());
        raise(failure, context)
    })
}

/// Writes beside the target and renames, so that a reader never sees half a file.
fn write(context: &NativeCallContext, file: &Path, path: &str, text: &str) -> Answer<()> {
    let refuse = |failure: Failure| raise(failure, context);
    if current::get().whereabouts == Whereabouts::TopLevel {
        return Err(refuse(
            Failure::script("`write_file` cannot run while the pipeline is being declared")
                .hint("move the call into a `stage`"),
        ));
    }
    let written = || -> std::io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut draft = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .tempfile_in(folder)?;
        draft.write_all(text.as_bytes())?;
        if let Ok(old) = std::fs::metadata(file) {
            draft.as_file().set_permissions(old.permissions())?;
        }
        draft.persist(file)?;
        Ok(())
    };
    written().map_err(|error| {
        refuse(Failure::script(format!("cannot write `{path}`")).because(error.to_string()))
    })
}

/// A set of globs in which `*` does not cross a `/`, as `.gitignore` and shells have it.
pub(super) fn patterns(context: &NativeCallContext, globs: Array) -> Answer<GlobSet> {
    let refuse = |failure: Failure| raise(failure, context);
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let what = name_of(&glob);
        let Ok(text) = glob.into_immutable_string() else {
            return Err(refuse(Failure::script(format!(
                "a glob must be text, not {what}"
            ))));
        };
        let made = globset::GlobBuilder::new(&text)
            .literal_separator(true)
            .build();
        set.add(made.map_err(|error: globset::Error| {
            refuse(
                Failure::script(format!("`{text}` is no glob")).because(error.kind().to_string()),
            )
        })?);
    }
    set.build().map_err(|error| {
        refuse(Failure::script("these globs are too many").because(error.to_string()))
    })
}

/// Files below `root` that match, in order, as paths from there. What git ignores is not looked at,
/// unless a pattern names a file exactly.
fn matching(context: &NativeCallContext, root: &Path, globs: Dynamic) -> Answer<Vec<PathBuf>> {
    let globs = globs
        .clone()
        .try_cast::<Array>()
        .unwrap_or_else(|| vec![globs]);
    let named = globs
        .iter()
        .filter_map(|glob| glob.clone().into_string().ok())
        .map(PathBuf::from)
        .filter(|path| root.join(path).is_file());
    let mut found: Vec<_> = named.collect();
    let set = patterns(context, globs)?;
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != ".wharf")
        .build();
    for entry in walk
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
    {
        if let Ok(path) = entry.path().strip_prefix(root)
            && set.is_match(path)
        {
            found.push(path.to_owned());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// One BLAKE3 hash, in hex, over the names and contents of the files that match.
fn hash(context: &NativeCallContext, root: &Path, globs: Dynamic) -> Answer<String> {
    let mut hasher = blake3::Hasher::new();
    for path in matching(context, root, globs)? {
        let name = path.as_os_str().as_encoded_bytes();
        let content = std::fs::File::open(root.join(&path)).and_then(|file| {
            let mut content = blake3::Hasher::new();
            content.update_reader(file)?;
            Ok(content.finalize())
        });
        let content = content.map_err(|error| {
            let failure = Failure::script(format!("cannot read `{}`", path.display()))
                .because(error.to_string());
            raise(failure, context)
        })?;
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name);
        hasher.update(content.as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}
