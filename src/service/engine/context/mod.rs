//! A build's context: a folder, its Dockerfile and what of it an engine is sent.

mod follow;
mod pattern;
mod patterns;
mod walk;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use follow::follow;
pub(crate) use patterns::Patterns;
pub(crate) use walk::{Entry, Selection, WalkError, walk};

/// A context that was looked at: folder and Dockerfile are there and the ignore rules make sense.
#[derive(Clone, Debug)]
pub struct BuildContext {
    pub root: PathBuf,
    /// In the context or outside of it.
    pub dockerfile: PathBuf,
    /// `<Dockerfile>.dockerignore` if there is one, else the context's `.dockerignore`.
    pub ignore_file: Option<PathBuf>,
    ignore: Vec<String>,
}

/// A file that travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Travelling {
    /// From the context's root.
    pub path: String,
    /// In bytes; 0 for a symbolic link.
    pub size: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    #[error("the context `{}` is not a folder", .0.display())]
    NoFolder(PathBuf),
    #[error("there is no Dockerfile at `{}`", path.display())]
    NoDockerfile {
        path: PathBuf,
        /// Where there is one.
        instead: Option<PathBuf>,
    },
    #[error("`{}` cannot be read", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("the pattern `{pattern}` in `{}` is wrong: {reason}", path.display())]
    Ignore {
        path: PathBuf,
        pattern: String,
        reason: String,
    },
    #[error("the name of `{}` is not UTF-8, which a build context needs", .0.display())]
    Name(PathBuf),
}

/// A path as it is from the context's root, which nothing leads out of: `a/b` of `/x/../a/./b/`.
pub(crate) fn plain(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl BuildContext {
    /// The context in `root`, with `Dockerfile` in it unless another is given. Paths are absolute.
    pub fn open(root: &Path, dockerfile: Option<&Path>) -> Result<Self, ContextError> {
        if !root.is_dir() {
            return Err(ContextError::NoFolder(root.to_owned()));
        }
        let dockerfile = dockerfile.map_or_else(|| root.join("Dockerfile"), Path::to_owned);
        if !dockerfile.is_file() {
            let instead = dockerfile
                .file_name()
                .map(|name| root.join(name))
                .filter(|path| path.is_file());
            return Err(ContextError::NoDockerfile {
                path: dockerfile,
                instead,
            });
        }
        let mut own = dockerfile.clone().into_os_string();
        own.push(".dockerignore");
        let candidates = [PathBuf::from(own), root.join(".dockerignore")];
        let ignore_file = candidates.into_iter().find(|path| path.is_file());
        let ignore = match &ignore_file {
            None => Vec::new(),
            Some(path) => {
                let text = fs::read(path).map_err(|source| ContextError::Io {
                    path: path.clone(),
                    source,
                })?;
                let lines = patterns::lines(&String::from_utf8_lossy(&text));
                Patterns::new(&lines).map_err(|wrong| ContextError::Ignore {
                    path: path.clone(),
                    pattern: wrong.pattern,
                    reason: wrong.reason,
                })?;
                lines
            }
        };
        Ok(Self {
            root: root.to_owned(),
            dockerfile,
            ignore_file,
            ignore,
        })
    }

    /// The Dockerfile from the context's root, when it is in the context.
    pub fn dockerfile_within(&self) -> Option<&str> {
        self.within(&self.dockerfile)
    }

    /// The files a build sends, in the order they travel.
    pub fn files(&self) -> Result<Vec<Travelling>, ContextError> {
        let mut files = Vec::new();
        self.entries(&mut |entry| {
            if !entry.metadata.is_dir() {
                let size = if entry.metadata.is_file() {
                    entry.metadata.len()
                } else {
                    0
                };
                let path = entry.path;
                files.push(Travelling { path, size });
            }
            Ok(())
        })?;
        Ok(files)
    }

    /// Whether `files`, those that travel, have something at this path. A link is taken to lead to
    /// whatever is said to be behind it.
    pub(crate) fn has(&self, path: &str, files: &[Travelling]) -> bool {
        let path = plain(path);
        let below = format!("{path}/");
        let mut above = Path::new(&path)
            .ancestors()
            .filter(|part| *part != Path::new(""));
        path.is_empty()
            || files
                .iter()
                .any(|file| file.path == path || file.path.starts_with(&below))
            || above.any(|part| self.root.join(part).is_symlink())
            || self.root.join(&path).is_dir()
    }

    /// Everything a build sends, shown to `visit` in the order it travels. The Dockerfile and the
    /// ignore file always do, for the engine reads them.
    pub(crate) fn entries(
        &self,
        visit: &mut dyn FnMut(Entry) -> Result<(), WalkError>,
    ) -> Result<(), ContextError> {
        let always = [Some(self.dockerfile.as_path()), self.ignore_file.as_deref()];
        let always = always.into_iter().flatten();
        let always = always.filter_map(|path| Some(format!("!{}", literal(self.within(path)?))));
        let patterns = self.ignore.iter().cloned().chain(always);
        let selection = Selection {
            include: None,
            exclude: Patterns::new(patterns).expect("each was tried when the context was opened"),
        };
        walk(&self.root, &selection, visit).map_err(ContextError::from)
    }

    fn within<'a>(&self, path: &'a Path) -> Option<&'a str> {
        path.strip_prefix(&self.root).ok()?.to_str()
    }
}

/// A path as a pattern that matches nothing else.
fn literal(path: &str) -> String {
    let mut made = String::new();
    for char in path.chars() {
        if matches!(char, '*' | '?' | '[' | '\\') {
            made.push('\\');
        }
        made.push(char);
    }
    made
}

impl From<WalkError> for ContextError {
    fn from(error: WalkError) -> Self {
        match error {
            WalkError::Io { path, source } => Self::Io { path, source },
            WalkError::Name(path) => Self::Name(path),
            WalkError::Stopped => Self::Io {
                path: PathBuf::new(),
                source: io::ErrorKind::Interrupted.into(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(path, text).expect("a file");
        }
        root
    }

    fn travelling(root: &Path, dockerfile: Option<&str>) -> String {
        let dockerfile = dockerfile.map(|path| root.join(path));
        let context = BuildContext::open(root, dockerfile.as_deref()).expect("a context");
        let files = context.files().expect("files");
        let paths: Vec<_> = files.into_iter().map(|file| file.path).collect();
        paths.join(" ")
    }

    #[test]
    fn the_dockerfile_and_the_ignore_file_always_travel() {
        let root = project(&[
            ("Dockerfile", "FROM x"),
            (".dockerignore", "**\n!src"),
            ("src/a", ""),
            ("b", ""),
            ("deploy/Dockerfile.[x]", "FROM x"),
            (".wharf/journal.db", "changes with every run"),
        ]);
        let root = root.path();
        assert_eq!(travelling(root, None), ".dockerignore Dockerfile src/a");
        assert_eq!(
            travelling(root, Some("deploy/Dockerfile.[x]")),
            ".dockerignore deploy/Dockerfile.[x] src/a"
        );
        fs::write(root.join("deploy/Dockerfile.[x].dockerignore"), "src").expect("a file");
        assert_eq!(
            travelling(root, Some("deploy/Dockerfile.[x]")),
            ".dockerignore Dockerfile b deploy/Dockerfile.[x] deploy/Dockerfile.[x].dockerignore"
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let root = project(&[
            ("app/Dockerfile", "FROM x"),
            ("app/.dockerignore", "a\n[b\n"),
        ]);
        let root = root.path();
        let open = |folder: &str, dockerfile: Option<&str>| {
            let dockerfile = dockerfile.map(|path| root.join(path));
            let error = BuildContext::open(&root.join(folder), dockerfile.as_deref())
                .expect_err("no context");
            error
                .to_string()
                .replace(root.to_str().expect("a path"), "")
        };
        assert_eq!(open("none", None), "the context `/none` is not a folder");
        assert_eq!(open("", None), "there is no Dockerfile at `/Dockerfile`");
        assert_eq!(
            open("app", None),
            "the pattern `[b` in `/app/.dockerignore` is wrong: a `[` is not closed"
        );
    }
}
