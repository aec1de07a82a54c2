//! Which modules a script may import.

use std::path::{Component, Path, PathBuf};

use crate::failure::Failure;
use crate::script::stdlib;

/// `path` as seen from `importer`, as a path from the repository's root that stays inside it.
pub(super) fn inside(importer: &str, path: &str) -> Result<PathBuf, Failure> {
    let asked = Path::new(path);
    if asked.is_absolute() {
        return Err(
            Failure::script(format!("the module `{path}` has an absolute path"))
                .hint("import a path relative to this file, inside the repository"),
        );
    }
    let mut inside = PathBuf::new();
    let beside = Path::new(importer).parent().unwrap_or(Path::new(""));
    for component in beside.join(asked).components() {
        match component {
            Component::Normal(part) => inside.push(part),
            Component::ParentDir if inside.pop() => {}
            Component::CurDir => {}
            _ => {
                return Err(Failure::script(format!(
                    "the module `{path}` lies outside the repository"
                ))
                .hint("a script can import only what is in its own repository, and `std/…`"));
            }
        }
    }
    if inside.extension().is_none() {
        inside.set_extension("rhai");
    }
    Ok(inside)
}

pub(super) fn unknown_standard(name: &str) -> Failure {
    let known: Vec<_> = stdlib::MODULES.iter().map(|(name, _)| *name).collect();
    let failure = Failure::script(format!("there is no standard module `std/{name}`"));
    match crate::failure::nearest(name, known.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `std/{near}`?")),
        None => failure.hint(format!("there are: {}", known.join(", "))),
    }
}
