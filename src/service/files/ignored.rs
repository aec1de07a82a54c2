//! What git is told to ignore.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The rules of one folder's `.gitignore` and of those that hold above it.
#[derive(Debug)]
pub(in crate::service) struct Rules {
    own: Gitignore,
    above: Option<Arc<Rules>>,
}

impl Rules {
    /// What holds for `root` from outside of it: the person's own rules, or those that the
    /// repository's settings name instead, its `info/exclude`, and each `.gitignore` from the repository's top down to above `root`, which
    /// is an absolute path. Where there is no repository, the person's rules alone.
    pub(in crate::service) fn around(root: &Path) -> Option<Arc<Self>> {
        let (person, _) = GitignoreBuilder::new(root).build_global();
        let mut rules = chained(person, None);
        let Some(top) = root.ancestors().find(|folder| folder.join(".git").exists()) else {
            return rules;
        };
        if let Some(git) = shared_folder(top) {
            if let Some(file) = excludes_file(&git) {
                rules = Self::read(top, &top.join(file), None);
            }
            rules = Self::read(top, &git.join("info/exclude"), rules);
        }
        let mut between: Vec<_> = root.ancestors().skip(1).collect();
        between.retain(|folder| folder.starts_with(top));
        between.iter().rev().fold(rules, |rules, folder| {
            Self::read(folder, &folder.join(".gitignore"), rules)
        })
    }

    /// The rules of `file`, which holds in `folder`, over those `above`. As for git, a file that
    /// cannot be read rules nothing, and a line that cannot be understood is left out.
    pub(in crate::service) fn read(
        folder: &Path,
        file: &Path,
        above: Option<Arc<Self>>,
    ) -> Option<Arc<Self>> {
        let mut builder = GitignoreBuilder::new(folder);
        builder.add(file);
        match builder.build() {
            Ok(own) => chained(own, above),
            Err(_) => above,
        }
    }

    /// Whether these ignore a path. The nearest rules that say something about it decide.
    pub(in crate::service) fn ignore(&self, path: &Path, is_folder: bool) -> bool {
        let mut rules = Some(self);
        while let Some(nearest) = rules {
            let said = nearest.own.matched(path, is_folder);
            if !said.is_none() {
                return said.is_ignore();
            }
            rules = nearest.above.as_deref();
        }
        false
    }
}

fn chained(own: Gitignore, above: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
    if own.is_empty() {
        return above;
    }
    Some(Arc::new(Rules { own, above }))
}

/// The folder of the repository checked out at `top`. All its working trees share one: `.git` of a
/// linked one is a file that names its folder, and `commondir` there leads to the repository's
/// (gitrepository-layout(5)).
fn shared_folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let link = std::fs::read_to_string(git).ok()?;
    let folder = top.join(link.strip_prefix("gitdir:")?.trim());
    Some(match std::fs::read_to_string(folder.join("commondir")) {
        Ok(common) => folder.join(common.trim()),
        Err(_) => folder,
    })
}

/// `core.excludesFile` as the repository itself sets it (git-config(1)).
fn excludes_file(git: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(git.join("config")).ok()?;
    let mut in_core = false;
    let mut found = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            in_core = line.eq_ignore_ascii_case("[core]");
        } else if let Some((name, value)) = line.split_once('=').filter(|_| in_core)
            && name.trim().eq_ignore_ascii_case("excludesfile")
        {
            found = Some(value.trim().trim_matches('"'));
        }
    }
    let path = found?;
    match path.strip_prefix("~/") {
        Some(path) => Some(std::env::home_dir()?.join(path)),
        None => Some(path.into()),
    }
}
