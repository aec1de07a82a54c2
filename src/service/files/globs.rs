//! What a set of globs means.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::FilesError;

/// Globs of files below a root, as `.gitignore` and shells have them: `*` and `?` stay within one
/// folder, `**` crosses, `[ab]` and `{a,b}` choose, `\` takes the next character as it is. The name of
/// a folder means all that is in it.
///
/// One with a leading `!` excludes what it matches, files and folders with all that is in them,
/// wherever it stands among the others.
#[derive(Clone, Debug)]
pub struct Globs {
    include: GlobSet,
    exclude: GlobSet,
    /// What `include` is made of, in its order.
    starts: Vec<Start>,
    /// Paths without a wildcard.
    named: HashSet<OsString>,
}

/// Where a pattern can match.
#[derive(Clone, Debug)]
struct Start {
    /// The folders it names before its first wildcard, and how many these are.
    folder: PathBuf,
    depth: usize,
    /// How many parts the paths it matches have, where that is certain.
    parts: Option<usize>,
}

impl Globs {
    pub fn new<T: AsRef<str>>(globs: &[T]) -> Result<Self, FilesError> {
        let (mut include, mut exclude) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        let (mut starts, mut named) = (Vec::new(), HashSet::new());
        for whole in globs.iter().map(AsRef::as_ref) {
            let (glob, excludes) = match whole.strip_prefix('!') {
                Some(rest) => (rest.trim_end_matches('/'), true),
                None => (whole, false),
            };
            let glob = glob.trim_start_matches("./");
            if glob.starts_with('/') || glob.split('/').any(|part| part == "..") {
                return Err(FilesError::Outside(whole.to_owned()));
            }
            let name = glob.trim_end_matches('/');
            if excludes {
                exclude.add(compile(glob, whole)?);
                continue;
            }
            if glob.contains(WILD) {
                if name == glob {
                    include.add(compile(glob, whole)?);
                    starts.push(Start::of(glob));
                    continue;
                }
            } else {
                named.insert(name.into());
            }
            // A folder means all that is in it, and what has no wildcard may be one.
            let within = format!("{name}/**");
            include.add(compile(&within, whole)?);
            starts.push(Start::of(&within));
        }
        if starts.is_empty()
            && named.is_empty()
            && let Some(only) = globs.first()
        {
            return Err(FilesError::OnlyExcludes(only.as_ref().to_owned()));
        }
        let build = |set: GlobSetBuilder| {
            set.build()
                .map_err(|error| FilesError::TooMany(error.to_string()))
        };
        Ok(Self {
            include: build(include)?,
            exclude: build(exclude)?,
            starts,
            named,
        })
    }

    /// These and a file of this name.
    #[must_use]
    pub(super) fn and(mut self, file: PathBuf) -> Self {
        self.named.insert(file.into());
        self
    }

    /// Whether a file of this path is meant, if nothing ignores it.
    pub fn is_match(&self, path: impl AsRef<Path>) -> bool {
        let path = path.as_ref();
        (self.names(path) || self.include.is_match(path))
            && (self.exclude.is_empty()
                || !path.ancestors().any(|part| self.exclude.is_match(part)))
    }

    /// Whether one of these is this path, letter by letter.
    pub(super) fn names(&self, path: &Path) -> bool {
        self.named.contains(path.as_os_str())
    }

    /// Whether a file is meant whose folder is. What is ignored counts where a pattern names it, or
    /// names an ignored folder that leads to it: `dist/*.whl`, `.venv/pyvenv.cfg`. `ignored_at` says
    /// how many parts of the path lead to what is ignored, if anything on the way to it is.
    pub(in crate::service) fn take(
        &self,
        path: &Path,
        ignored_at: impl FnOnce() -> Option<usize>,
    ) -> bool {
        let candidate = Candidate::new(path);
        let named = self.names(path);
        if !named && !self.include.is_match_candidate(&candidate) {
            return false;
        }
        if !self.exclude.is_empty() && self.exclude.is_match_candidate(&candidate) {
            return false;
        }
        named
            || ignored_at().is_none_or(|at| {
                let matched = self.include.matches_candidate(&candidate);
                matched.iter().any(|glob| self.starts[*glob].depth >= at)
            })
    }

    /// Whether files below this folder can be meant; `depth` counts its parts.
    pub(in crate::service) fn enter(
        &self,
        folder: &Path,
        depth: usize,
        ignored_at: Option<usize>,
    ) -> bool {
        let reachable = self
            .named
            .iter()
            .any(|file| Path::new(file).starts_with(folder))
            || self.starts.iter().any(|start| {
                ignored_at.is_none_or(|at| start.depth >= at)
                    && (start.folder.starts_with(folder)
                        || start.parts.is_none_or(|parts| depth < parts)
                            && folder.starts_with(&start.folder))
            });
        reachable && (self.exclude.is_empty() || !self.exclude.is_match(folder))
    }

    /// Whether a pattern names something below this path before its first wildcard.
    pub(super) fn lead_through(&self, path: &Path) -> bool {
        let below = |longer: &Path| longer.starts_with(path);
        self.starts.iter().any(|start| below(&start.folder))
            || self.named.iter().any(|file| below(Path::new(file)))
    }
}

const WILD: [char; 5] = ['*', '?', '[', '{', '\\'];

fn compile(glob: &str, whole: &str) -> Result<Glob, FilesError> {
    let made = GlobBuilder::new(glob).literal_separator(true).build();
    made.map_err(|error| FilesError::Glob {
        glob: whole.to_owned(),
        reason: error.kind().to_string(),
    })
}

impl Start {
    fn of(glob: &str) -> Self {
        let parts = glob.split('/');
        let folders = parts.clone().take_while(|part| !part.contains(WILD));
        Self {
            folder: folders.clone().collect(),
            depth: folders.count(),
            // `**` and, within `[…]` and `{…}`, a `/` may stand for any number of parts.
            parts: (!glob.contains("**") && !glob.contains(['[', '{', '\\']))
                .then(|| parts.count()),
        }
    }
}

/// Those of `globs` that mean none of `files`, exclusions aside.
pub fn unmatched<I>(globs: &[String], files: impl Fn() -> I) -> Vec<&str>
where
    I: Iterator<Item: AsRef<Path>>,
{
    let including = globs.iter().filter(|glob| !glob.starts_with('!'));
    let means_none = |glob: &&String| {
        let one = Globs::new(std::slice::from_ref(*glob));
        one.is_ok_and(|one| !files().any(|file| one.is_match(file)))
    };
    including.filter(means_none).map(String::as_str).collect()
}

/// A path as the file system wrote it, which need not be UTF-8.
pub(super) fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(globs: &[&str]) -> Globs {
        Globs::new(globs).expect("globs")
    }

    #[test]
    fn a_star_stays_within_a_folder_and_two_do_not() {
        let one = globs(&["src/*.py", "./setup.cfg"]);
        assert!(one.is_match("src/a.py"));
        assert!(one.is_match("setup.cfg"));
        assert!(!one.is_match("src/deep/a.py"));
        assert!(!one.is_match("deep/setup.cfg"));
        assert!(globs(&["**/*.py"]).is_match("a.py"));
        assert!(globs(&["**/*.py"]).is_match("src/deep/a.py"));
        assert!(!globs(&[]).is_match("a.py"));
    }

    #[test]
    fn a_folder_means_all_that_is_in_it() {
        for globs in [globs(&["src", "!src/old"]), globs(&["./src/", "!src/old/"])] {
            assert!(globs.is_match("src"), "it may be a file");
            assert!(globs.is_match("src/deep/a.py"));
            assert!(!globs.is_match("srcs/a.py"));
            assert!(!globs.is_match("src/old/a.py"));
            assert!(globs.enter(Path::new("src/deep"), 2, None));
            assert!(globs.enter(Path::new("src"), 1, Some(1)), "though ignored");
        }
        let each = globs(&["apps/*/"]);
        assert!(each.is_match("apps/web/a.py"));
        assert!(!each.is_match("apps/a.py"));
    }

    #[test]
    fn what_is_excluded_is_so_wherever_that_stands() {
        for globs in [
            globs(&["**/*.py", "!docs/", "!**/test_*.py"]),
            globs(&["!**/test_*.py", "!docs", "**/*.py"]),
        ] {
            assert!(globs.is_match("src/a.py"));
            assert!(!globs.is_match("src/test_a.py"));
            assert!(!globs.is_match("docs/deep/a.py"));
            assert!(!globs.enter(Path::new("docs"), 1, None));
        }
    }

    #[test]
    fn only_folders_on_the_way_to_a_match_are_entered() {
        let enters = |patterns: &[&str], folder: &str| {
            globs(patterns).enter(Path::new(folder), folder.split('/').count(), None)
        };
        assert!(enters(&["src/**/*.py"], "src"));
        assert!(enters(&["src/**/*.py"], "src/deep"));
        assert!(!enters(&["src/**/*.py"], "docs"));
        assert!(!enters(&["src/**/*.py"], "srcs"));
        assert!(!enters(&["src/*.py"], "src/deep"));
        assert!(enters(&["*/deep/*.py"], "src/deep"));
        assert!(!enters(&["*/deep/*.py"], "src/deep/deeper"));
        assert!(enters(&["{a,b/c}/*.py"], "b/c"));
        assert!(enters(&["a/b/c.txt"], "a/b"));
        assert!(!enters(&["a/b/c.txt"], "a/c"));
    }

    #[test]
    fn what_is_ignored_counts_where_a_pattern_leads_to_it() {
        let globs = globs(&["dist/*.whl", "**/*.py", ".venv/pyvenv.cfg"]);
        let take = |path: &str, at| globs.take(Path::new(path), || at);
        assert!(take("dist/a.whl", Some(1)));
        assert!(
            !take("dist/a.whl", Some(2)),
            "only the file is ignored, not the folder"
        );
        assert!(!take("dist/a.py", Some(1)));
        assert!(take("a.py", None));
        assert!(take(".venv/pyvenv.cfg", Some(1)));
        assert!(globs.enter(Path::new("dist"), 1, Some(1)));
        assert!(globs.enter(Path::new(".venv"), 1, Some(1)));
        assert!(!globs.enter(Path::new("build"), 1, Some(1)));
    }

    #[test]
    fn what_is_no_set_of_globs_says_why() {
        let refused = |patterns: &[&str]| Globs::new(patterns).expect_err("no globs").to_string();
        assert_eq!(refused(&["a[b"]), "`a[b` is no glob");
        assert_eq!(
            refused(&["a", "../b"]),
            "`../b` leads out of the pipeline's folder"
        );
        assert_eq!(
            refused(&["/etc/*"]),
            "`/etc/*` leads out of the pipeline's folder"
        );
        assert_eq!(
            refused(&["!a"]),
            "`!a` only excludes, and there is no glob that includes"
        );
    }
}
