//! The files of a context in the order an engine wants them: by name within a folder, a folder
//! before its content.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::patterns::{Matched, Patterns};
use crate::service::state;

/// What of a folder is wanted.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// Only these; everything when there is none.
    pub(crate) include: Option<Patterns>,
    /// Of those, not these.
    pub(crate) exclude: Patterns,
}

/// A file, a folder or a symbolic link. Sockets, pipes and devices do not travel.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// From the root, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) file: PathBuf,
    /// Of the link itself where it is one.
    pub(crate) metadata: Metadata,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum WalkError {
    #[error("`{}` cannot be read", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("the name of `{}` is not UTF-8, which a build context needs", .0.display())]
    Name(PathBuf),
    /// Whoever was shown the entries wants no more of them.
    #[error("stopped")]
    Stopped,
}

/// Shows every selected entry under `root` to `visit`, until that says no more. A folder that is
/// not selected itself comes only when something in it does. Where wharf keeps its state never does.
pub(crate) fn walk(
    root: &Path,
    selection: &Selection,
    visit: &mut dyn FnMut(Entry) -> Result<(), WalkError>,
) -> Result<(), WalkError> {
    let mut walker = Walker {
        selection,
        held_back: Vec::new(),
        visit,
    };
    let level = Level {
        included: selection.include.as_ref().map(Patterns::at_root),
        excluded: selection.exclude.at_root(),
    };
    walker.folder(root, "", &level)
}

struct Walker<'a> {
    selection: &'a Selection,
    /// Folders on the way to here that have not been shown.
    held_back: Vec<Entry>,
    visit: &'a mut dyn FnMut(Entry) -> Result<(), WalkError>,
}

struct Level {
    included: Option<Matched>,
    excluded: Matched,
}

impl Walker<'_> {
    fn folder(&mut self, folder: &Path, path: &str, level: &Level) -> Result<(), WalkError> {
        let broken = |source| WalkError::Io {
            path: folder.to_owned(),
            source,
        };
        let mut found = fs::read_dir(folder)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(broken)?;
        found.sort_unstable_by_key(fs::DirEntry::file_name);
        for entry in found {
            let file = entry.path();
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| WalkError::Name(file.clone()))?;
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}/{name}")
            };
            // It changes while it is read, and with every run.
            if path == state::FOLDER {
                continue;
            }
            match entry.metadata() {
                Ok(metadata) => self.entry(
                    Entry {
                        path,
                        file,
                        metadata,
                    },
                    level,
                )?,
                // It went away since the folder was read.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(WalkError::Io { path: file, source }),
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: Entry, parent: &Level) -> Result<(), WalkError> {
        let Selection { include, exclude } = self.selection;
        let level = Level {
            included: include
                .as_ref()
                .zip(parent.included.as_ref())
                .map(|(include, parent)| include.at(&entry.path, parent)),
            excluded: exclude.at(&entry.path, &parent.excluded),
        };
        let included = include
            .as_ref()
            .zip(level.included.as_ref())
            .is_none_or(|(include, matched)| include.select(matched));
        let excluded = exclude.select(&level.excluded);
        let kind = entry.metadata.file_type();
        if !kind.is_dir() {
            if included && !excluded && (kind.is_file() || kind.is_symlink()) {
                return self.show(entry);
            }
            return Ok(());
        }

        let may_include = included
            || include
                .as_ref()
                .is_none_or(|include| include.reach_below(&entry.path, false));
        if !may_include || (excluded && !exclude.reach_below(&entry.path, true)) {
            return Ok(());
        }
        let (file, path) = (entry.file.clone(), entry.path.clone());
        if included && !excluded {
            self.show(entry)?;
            return self.folder(&file, &path, &level);
        }
        let shown = self.held_back.len();
        self.held_back.push(entry);
        self.folder(&file, &path, &level)?;
        self.held_back.truncate(shown);
        Ok(())
    }

    fn show(&mut self, entry: Entry) -> Result<(), WalkError> {
        for folder in self.held_back.drain(..) {
            (self.visit)(folder)?;
        }
        (self.visit)(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(files: &[&str], include: Option<&[&str]>, exclude: &[&str]) -> String {
        let root = tempfile::tempdir().expect("a temporary folder");
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(path, "").expect("a file");
        }
        let selection = Selection {
            include: include.map(|include| Patterns::new(include).expect("patterns")),
            exclude: Patterns::new(exclude).expect("patterns"),
        };
        let mut seen = Vec::new();
        walk(root.path(), &selection, &mut |entry| {
            seen.push(entry.path);
            Ok(())
        })
        .expect("a walk");
        seen.join(" ")
    }

    #[test]
    fn a_folder_comes_before_its_content_and_only_with_some() {
        let files = ["b.txt", "a/x", "a/y", "a.txt", "b/c/d", "b/e"];
        for (include, exclude, expected) in [
            (None, &[][..], "a a/x a/y a.txt b b/c b/c/d b/e b.txt"),
            (None, &["a", "*.txt"], "b b/c b/c/d b/e"),
            (None, &["**", "!b/c/d"], "b b/c b/c/d"),
            (None, &["b", "!**/e"], "a a/x a/y a.txt b b/e b.txt"),
            (Some(&["b/c"][..]), &[], "b b/c b/c/d"),
            (Some(&["*.txt"]), &["a.txt"], "b.txt"),
        ] {
            assert_eq!(walked(&files, include, exclude), expected, "{exclude:?}");
        }
    }
}
