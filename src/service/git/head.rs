//! The commit and the branch that are checked out, read from git's files: asking `git` costs as
//! much as a short run.

use std::fs;
use std::path::{Path, PathBuf};

use super::Git;

/// What is checked out, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The full id.
    pub commit: Option<String>,
    pub branch: Option<String>,
}

impl Git {
    /// The same as [`Git::sha`] and [`Git::branch`]; nothing is started where git's files tell.
    pub fn head(&self) -> Head {
        let Some(folder) = folder(&self.root) else {
            return Head {
                commit: self.sha_in_ci(),
                branch: self.branch_in_ci(),
            };
        };
        let head = read(&folder).unwrap_or_else(|| Head {
            commit: self.sha().ok(),
            branch: self.branch().ok().flatten(),
        });
        Head {
            branch: head.branch.or_else(|| self.branch_in_ci()),
            ..head
        }
    }
}

/// The git folder of the work tree that `root` is in.
pub(in crate::service) fn folder(root: &Path) -> Option<PathBuf> {
    root.ancestors().find_map(|tree| {
        let entry = tree.join(".git");
        if entry.is_dir() {
            return Some(entry);
        }
        let text = fs::read_to_string(entry).ok()?;
        let path = text.strip_prefix("gitdir:")?.trim();
        Some(tree.join(path))
    })
}

/// What all work trees of the repository share, whose git folder for one of them this is.
pub(in crate::service) fn shared(folder: &Path) -> PathBuf {
    match fs::read_to_string(folder.join("commondir")) {
        Ok(path) => folder.join(path.trim()),
        Err(_) => folder.to_owned(),
    }
}

/// Nothing where the files have a form that only `git` knows.
fn read(folder: &Path) -> Option<Head> {
    let head = fs::read_to_string(folder.join("HEAD")).ok()?;
    let head = head.trim();
    let Some(name) = head.strip_prefix("ref:").map(str::trim) else {
        return Some(Head {
            commit: Some(id(head)?),
            branch: None,
        });
    };
    // Its branches are among that.
    let shared = shared(folder);
    let branch = name.strip_prefix("refs/heads/")?;
    if branch == ".invalid" || shared.join("reftable").exists() {
        return None;
    }
    let commit = match fs::read_to_string(shared.join(name)) {
        Ok(text) => Some(id(text.trim())?),
        Err(_) => packed(&shared, name),
    };
    Some(Head {
        commit,
        branch: Some(branch.to_owned()),
    })
}

fn packed(folder: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join("packed-refs")).ok()?;
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(_, known)| *known == name)
        .and_then(|(commit, _)| id(commit))
}

fn id(text: &str) -> Option<String> {
    let is_id = text.len() >= 40 && text.chars().all(|c| c.is_ascii_hexdigit());
    is_id.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Head, folder, read};

    #[test]
    fn reads_branches_packed_ones_and_commits() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let git = root.path().join(".git");
        let write = |path: &str, text: &str| {
            let path = git.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(path, text).expect("a file");
        };
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let head = |commit: &str, branch: Option<&str>| {
            Some(Head {
                commit: Some(commit.to_owned()),
                branch: branch.map(str::to_owned),
            })
        };
        write("HEAD", "ref: refs/heads/feature/x\n");
        write(
            "packed-refs",
            &format!("# pack-refs\n{one} refs/heads/feature/x\n"),
        );
        assert_eq!(folder(&root.path().join("sub")), Some(git.clone()));
        assert_eq!(read(&git), head(&one, Some("feature/x")));
        write("refs/heads/feature/x", &format!("{two}\n"));
        assert_eq!(read(&git), head(&two, Some("feature/x")));
        write("HEAD", &format!("{one}\n"));
        assert_eq!(read(&git), head(&one, None));
        write("HEAD", "ref: refs/heads/.invalid\n");
        assert_eq!(read(&git), None);
    }
}
