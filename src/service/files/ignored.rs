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
    /// What holds for `root` from outside of it: the person's own rules, the repository's
    /// `info/exclude`, and each `.gitignore` from the repository's top down to above `root`, which
    /// is an absolute path. Where there is no repository, the person's rules alone.
    pub(in crate::service) fn around(root: &Path) -> Option<Arc<Self>> {
        let (person, _) = GitignoreBuilder::new(root).build_global();
        let rules = chained(person, None);
        let Some(top) = root.ancestors().find(|folder| folder.join(".git").exists()) else {
            return rules;
        };
        let rules = match exclude(top) {
            Some(file) => Self::read(top, &file, rules),
            None => rules,
        };
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

/// `info/exclude` of the repository checked out at `top`. All its working trees share one: `.git`
/// of a linked one is a file that names its folder, and `commondir` there leads to the
/// repository's (gitrepository-layout(5)).
fn exclude(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git.join("info/exclude"));
    }
    let link = std::fs::read_to_string(git).ok()?;
    let folder = top.join(link.strip_prefix("gitdir:")?.trim());
    let common = match std::fs::read_to_string(folder.join("commondir")) {
        Ok(common) => folder.join(common.trim()),
        Err(_) => folder,
    };
    Some(common.join("info/exclude"))
}
