//! A list of patterns, of which the last that matches decides.

use super::pattern::{Pattern, clean};

/// The lines of a `.dockerignore`, or what an engine asks for.
#[derive(Debug, Default)]
pub(crate) struct Patterns(Vec<Pattern>);

/// Which patterns match a path or one of its parents: what its children inherit.
#[derive(Clone, Debug)]
pub(super) struct Matched(Vec<bool>);

/// A pattern that means nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PatternError {
    /// As it was written.
    pub(crate) pattern: String,
    pub(crate) reason: String,
}

impl Patterns {
    pub(crate) fn new<T: AsRef<str>>(
        patterns: impl IntoIterator<Item = T>,
    ) -> Result<Self, PatternError> {
        let mut made = Vec::new();
        for pattern in patterns {
            let pattern = pattern.as_ref().trim();
            made.extend(Pattern::new(pattern).map_err(|reason| PatternError {
                pattern: pattern.to_owned(),
                reason,
            })?);
        }
        Ok(Self(made))
    }

    /// What matches the root: nothing, for no pattern is tried on it.
    pub(super) fn at_root(&self) -> Matched {
        Matched(vec![false; self.0.len()])
    }

    pub(super) fn at(&self, path: &str, parent: &Matched) -> Matched {
        let each = self.0.iter().zip(&parent.0);
        Matched(
            each.map(|(pattern, inherited)| *inherited || pattern.matches(path))
                .collect(),
        )
    }

    /// Whether the list as a whole matches: its last pattern that does is not a `!` one.
    pub(super) fn select(&self, matched: &Matched) -> bool {
        let last = self
            .0
            .iter()
            .zip(&matched.0)
            .rfind(|(_, matched)| **matched);
        last.is_some_and(|(pattern, _)| !pattern.reincludes)
    }

    /// Whether something under `folder` could be judged otherwise than `folder` is: by a pattern
    /// that takes in when `reincluding`, by one that matches when not.
    pub(super) fn reach_below(&self, folder: &str, reincluding: bool) -> bool {
        self.0
            .iter()
            .any(|pattern| pattern.reincludes == reincluding && pattern.reaches_below(folder))
    }

    #[cfg(test)]
    pub(super) fn excludes(&self, path: &str) -> bool {
        let parents = path.char_indices().filter(|(_, char)| *char == '/');
        let parents = parents.map(|(end, _)| &path[..end]);
        let matched = parents
            .chain([path])
            .fold(self.at_root(), |matched, path| self.at(path, &matched));
        self.select(&matched)
    }
}

/// The patterns of a `.dockerignore`'s text: comments and empty lines left out, paths cleaned and
/// taken from the context's root, also with a `/` in front.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| match line.strip_prefix('!') {
            Some(rest) => format!("!{}", from_root(rest.trim())),
            None => from_root(line),
        })
        .collect()
}

fn from_root(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let path = clean(path);
    match path.strip_prefix('/') {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::{Patterns, lines};

    #[test]
    fn lines_are_read_as_docker_reads_them() {
        let text = "\u{feff}node_modules\r\n/build\n\n# a comment\n  # not one\n! /docs/../keep \n./a//b/\n!\n/\n";
        assert_eq!(
            lines(text),
            [
                "node_modules",
                "build",
                "# not one",
                "!keep",
                "a/b",
                "!",
                "/"
            ]
        );
    }

    /// Patterns, paths that they exclude, paths that they do not.
    type Case = (
        &'static [&'static str],
        &'static [&'static str],
        &'static [&'static str],
    );

    #[test]
    fn patterns_exclude_what_they_exclude_in_docker() {
        let cases: &[Case] = &[
            // From the root, and with everything below a folder.
            (&["foo"], &["foo", "foo/a/b"], &["a/foo", "foobar"]),
            (&["a/b"], &["a/b", "a/b/c"], &["a", "a/c", "x/a/b"]),
            // `*` and `?` stay in one folder.
            (
                &["*.log"],
                &["x.log", ".log", "x.log/y"],
                &["a/x.log", "x.logs"],
            ),
            (
                &["*/temp*"],
                &["a/temp", "a/temporary.txt"],
                &["temp", "a/b/temp"],
            ),
            (&["a?c"], &["abc", "a☺c"], &["ac", "a/c"]),
            (&["*"], &["a", "a/b"], &[]),
            // `**` does not.
            (&["**"], &["a", "a/b"], &[]),
            (&["**/x"], &["x", "a/x", "a/b/x", "a/x/y"], &["ax"]),
            (&["**x"], &["x", "ax", "a/bx"], &["xa"]),
            (&["**/*.py[co]"], &["a.pyc", "a/b/c.pyo"], &["a.py"]),
            (&["a/**"], &["a/b", "a/b/c"], &["a", "ab"]),
            (&["a/**/z"], &["a/z", "a/b/z", "a/b/c/z"], &["z", "az"]),
            (&["a**/x"], &["a/b/x", "a/x"], &["b/x"]),
            (
                &["**/.git"],
                &[".git/HEAD", "sub/.git/HEAD"],
                &[".gitignore"],
            ),
            // Classes and escapes.
            (&["[a-c]1"], &["a1", "c1"], &["d1", "a"]),
            (&["[^a-c]1"], &["d1"], &["a1"]),
            (&["[!a]1"], &["!1", "a1"], &["b1"]),
            (&["\\*"], &["*"], &["a"]),
            (&["\\[a]"], &["[a]"], &["a"]),
            (&["a.b+(c)|{d}^$"], &["a.b+(c)|{d}^$"], &["aXb+(c)|{d}^$"]),
            // The last match decides, and a folder's match is inherited.
            (&["*.md", "!README.md"], &["a.md"], &["README.md"]),
            (&["!README.md", "*.md"], &["README.md"], &[]),
            (
                &["docs", "!docs/keep"],
                &["docs/a"],
                &["docs/keep", "docs/keep/a"],
            ),
            (&["**", "!src"], &["a"], &["src", "src/a"]),
            (&["**", "!src", "src/a"], &["src/a", "src/a/b"], &["src/b"]),
            (
                &["a/*", "!a/b", "a/b/c"],
                &["a/x", "a/b/c"],
                &["a/b", "a/b/d"],
            ),
            // Nothing of the context can be named by these.
            (&[".", "/", "../x"], &[], &["x", "a/x"]),
        ];
        for (patterns, excluded, kept) in cases {
            let made = Patterns::new(*patterns).expect("patterns");
            for path in *excluded {
                assert!(made.excludes(path), "{patterns:?} should exclude {path}");
            }
            for path in *kept {
                assert!(!made.excludes(path), "{patterns:?} should keep {path}");
            }
        }
    }
}
