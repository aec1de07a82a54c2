//! A saved plan lies in the repository like any other file, and counts for no stage of its own run.

use std::borrow::Cow;
use std::path::Path;

use crate::plan::Stage;

/// A glob that excludes the file at `path`, where that is below `root`.
pub(super) fn glob(root: &Path, path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let folder = path.parent()?.canonicalize().ok()?;
    let path = folder.join(path.file_name()?);
    let path = path.strip_prefix(root.canonicalize().ok()?).ok()?;
    let plain = path.to_str()?.chars().flat_map(|c| {
        let special = "*?[]{}!\\".contains(c).then_some('\\');
        special.into_iter().chain([c])
    });
    Some(std::iter::once('!').chain(plain).collect())
}

/// The globs of the stage's `inputs`, but for what is left out.
pub(super) fn globs<'a>(stage: &'a Stage, left_out: Option<&String>) -> Cow<'a, [String]> {
    match left_out {
        Some(glob) if !stage.inputs.is_empty() => {
            let globs = stage.inputs.iter().chain([glob]);
            Cow::Owned(globs.cloned().collect())
        }
        _ => Cow::Borrowed(&stage.inputs),
    }
}
