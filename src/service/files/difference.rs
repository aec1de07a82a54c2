//! What has changed between two fingerprints, in words.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use super::Manifest;

/// A file that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub path: PathBuf,
    pub kind: Changed,
}

impl Change {
    /// The path on one line, and without what a terminal would obey.
    pub fn shown(&self) -> String {
        shown(&self.path)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Its content, whether it can be executed, or whether it is a link.
    Changed,
    Added,
    Removed,
}

/// Every file that is not in `new` as it was in `old`, in the order of their paths.
pub fn differences(old: &Manifest, new: &Manifest) -> Vec<Change> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut changes = Vec::new();
    let mut add = |path: &Path, kind| {
        let path = path.to_owned();
        changes.push(Change { path, kind });
    };
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(was), Some(is)) => was.path.cmp(is.path),
        };
        let was = old.next_if(|_| order.is_le());
        let is = new.next_if(|_| order.is_ge());
        match (was, is) {
            (Some(was), None) => add(was.path, Changed::Removed),
            (None, Some(is)) => add(is.path, Changed::Added),
            (Some(was), Some(is)) if was != is => add(is.path, Changed::Changed),
            _ => {}
        }
    }
}

/// `requirements.txt changed`, `2 files changed: a.py, b.py`, `a.py changed, b.py added`, `14 files
/// changed: a.py, b.py and 12 more; old.py removed`. Empty if nothing is different.
pub fn describe(changes: &[Change]) -> String {
    let kinds = [
        (Changed::Changed, "changed"),
        (Changed::Added, "added"),
        (Changed::Removed, "removed"),
    ];
    let groups = kinds.map(|(kind, word)| {
        let of_kind = changes.iter().filter(|change| change.kind == kind);
        (
            of_kind.map(|change| &*change.path).collect::<Vec<_>>(),
            word,
        )
    });
    let apart = if groups.iter().any(|(paths, _)| paths.len() > 1) {
        "; "
    } else {
        ", "
    };
    let told = groups.iter().filter(|(paths, _)| !paths.is_empty());
    let told: Vec<_> = told.map(|(paths, word)| told_of(paths, word)).collect();
    told.join(apart)
}

fn told_of(paths: &[&Path], word: &str) -> String {
    let names = |paths: &[&Path]| {
        let names: Vec<_> = paths.iter().map(|path| shown(path)).collect();
        names.join(", ")
    };
    match paths {
        [path] => format!("{} {word}", shown(path)),
        [_, _] | [_, _, _] => format!("{} files {word}: {}", paths.len(), names(paths)),
        _ => format!(
            "{} files {word}: {} and {} more",
            paths.len(),
            names(&paths[..2]),
            paths.len() - 2
        ),
    }
}

/// A path on one line, and without what a terminal would obey.
pub(super) fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    let safe = path.chars().map(|letter| {
        if letter.is_control() {
            letter.escape_default().to_string()
        } else {
            letter.to_string()
        }
    });
    safe.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::files::Kind;

    fn manifest(files: &[(&str, &str)]) -> Manifest {
        let mut manifest = Manifest::default();
        for (path, content) in files {
            let hash = blake3::hash(content.as_bytes());
            manifest.push(&[path.as_bytes()], Kind::Plain, &hash);
        }
        manifest
    }

    fn told(old: &[(&str, &str)], new: &[(&str, &str)]) -> String {
        describe(&differences(&manifest(old), &manifest(new)))
    }

    #[test]
    fn one_file_is_told_by_its_name() {
        let old = [("a.py", "1"), ("b.py", "1")];
        assert_eq!(told(&old, &[("a.py", "2"), ("b.py", "1")]), "a.py changed");
        assert_eq!(told(&old, &[("a.py", "1")]), "b.py removed");
        assert_eq!(told(&[("a.py", "1")], &old), "b.py added");
        assert_eq!(told(&old, &old), "");
    }

    #[test]
    fn a_few_are_all_named_and_many_are_counted() {
        let names: Vec<String> = (10..24).map(|number| format!("{number}.py")).collect();
        let all = |content, count: usize| -> Vec<_> {
            names[..count]
                .iter()
                .map(|name| (&**name, content))
                .collect()
        };
        let changed = |count| told(&all("1", count), &all("2", count));
        assert_eq!(changed(2), "2 files changed: 10.py, 11.py");
        assert_eq!(changed(3), "3 files changed: 10.py, 11.py, 12.py");
        assert_eq!(changed(14), "14 files changed: 10.py, 11.py and 12 more");
    }

    #[test]
    fn kinds_are_told_apart() {
        let old = [("a.py", "1"), ("b.py", "1"), ("old.py", "1")];
        assert_eq!(
            told(&old, &[("a.py", "2"), ("b.py", "1"), ("new.py", "1")]),
            "a.py changed, new.py added, old.py removed"
        );
        assert_eq!(
            told(&old, &[("a.py", "2"), ("b.py", "2"), ("new.py", "1")]),
            "2 files changed: a.py, b.py; new.py added; old.py removed"
        );
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(
            told(&[], &[("a\n\u{1b}[2J.py", "")]),
            "a\\n\\u{1b}[2J.py added"
        );
    }

    #[test]
    fn a_kind_is_a_difference_too() {
        let mut executable = Manifest::default();
        executable.push(&[b"run"], Kind::Executable, &blake3::hash(b"1"));
        let changes = differences(&manifest(&[("run", "1")]), &executable);
        assert_eq!(describe(&changes), "run changed");
    }
}
