//! Fingerprints of real trees.

mod ignored;
mod index;
mod link;
mod odd;
mod shared;

use std::ffi::OsStr;
use std::fs;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};
use tempfile::TempDir;

use super::walk::{Folders, Visits, Walk};
use super::{Files, FilesError, Fingerprint, Globs, Index, describe, differences};
use crate::cancel::Cancel;

/// Files in a temporary folder.
struct Tree {
    folder: TempDir,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::with_prefix("wharf-test-").expect("a temporary folder");
        let tree = Self { folder };
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn at(&self, path: impl AsRef<OsStr>) -> PathBuf {
        self.root().join(Path::new(path.as_ref()))
    }

    fn write(&self, path: impl AsRef<OsStr>, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
        fs::write(path, text).expect("a file in the temporary folder");
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.at(path)).expect("a file that can be removed");
    }

    fn link(&self, path: &str, to: &str) {
        std::os::unix::fs::symlink(to, self.at(path)).expect("a new link");
    }

    fn open(&self) -> OwnedFd {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        rustix::fs::open(self.root(), flags, Mode::empty()).expect("the temporary folder")
    }

    fn files(&self) -> Files {
        Files::new(self.root(), Index::default())
    }

    /// The fingerprint without anything remembered.
    fn print(&self, globs: &[&str]) -> Arc<Fingerprint> {
        print(&self.files(), globs)
    }

    /// The paths that the globs mean, in one text.
    fn paths(&self, globs: &[&str]) -> String {
        paths(&self.print(globs))
    }
}

/// The walk that finds what the globs mean.
fn walk(tree: &Tree, globs: &[&str], known: &Folders, index: Option<&Index>) -> Visits {
    let root = [tree.root().as_os_str().as_encoded_bytes(), b"/"].concat();
    let open = tree.open();
    let walk = Walk {
        root: &root,
        open: open.as_fd(),
        globs: &Globs::new(globs).expect("globs"),
        known,
        index,
        cancel: &Cancel::new(),
    };
    walk.run(None)
}

fn attempt(files: &Files, globs: &[&str]) -> Result<Arc<Fingerprint>, FilesError> {
    files.fingerprint(&texts(globs), &Cancel::new())
}

fn print(files: &Files, globs: &[&str]) -> Arc<Fingerprint> {
    attempt(files, globs).expect("readable files")
}

fn texts(globs: &[&str]) -> Vec<String> {
    globs.iter().map(ToString::to_string).collect()
}

fn paths(print: &Fingerprint) -> String {
    let paths = print
        .files
        .iter()
        .map(|file| file.path.display().to_string());
    paths.collect::<Vec<_>>().join(" ")
}

fn told(old: &Fingerprint, new: &Fingerprint) -> String {
    describe(&differences(&old.files, &new.files))
}

#[test]
fn a_fingerprint_is_of_paths_kinds_and_contents() {
    let tree = Tree::new(&[("a.py", "1"), ("src/b.py", "2"), ("src/c.txt", "3")]);
    let all = ["**/*.py", "src/*"];
    let first = tree.print(&all);
    assert_eq!(paths(&first), "a.py src/b.py src/c.txt");
    assert_eq!(tree.print(&["src/*", "**/*.py"]).digest, first.digest);

    let becomes = |change: &dyn Fn(), differs: &str| {
        let before = tree.print(&all);
        change();
        let after = tree.print(&all);
        assert_ne!(after.digest, before.digest, "{differs}");
        assert_eq!(told(&before, &after), differs);
    };
    becomes(&|| tree.write("a.py", "2"), "a.py changed");
    becomes(&|| tree.write("src/d", ""), "src/d added");
    becomes(&|| tree.remove("src/d"), "src/d removed");
    let executable = fs::Permissions::from_mode(0o755);
    becomes(
        &|| fs::set_permissions(tree.at("a.py"), executable.clone()).expect("own file"),
        "a.py changed",
    );
    let rename = || fs::rename(tree.at("src/b.py"), tree.at("src/z.py")).expect("own file");
    becomes(&rename, "src/z.py added, src/b.py removed");
    tree.write("other.txt", "not meant");
    assert_eq!(paths(&tree.print(&all)), "a.py src/c.txt src/z.py");
}

#[test]
fn a_content_is_hashed_whole_whatever_its_length() {
    let tree = Tree::new(&[]);
    for length in [0, 1, 131_071, 131_072, 131_073, 600_000] {
        let text = "x".repeat(length);
        tree.write("a", &text);
        let print = tree.print(&["a"]);
        let hashes: Vec<_> = print.files.iter().map(|file| file.hash).collect();
        assert_eq!(hashes, [blake3::hash(text.as_bytes())], "{length}");
    }
}

#[test]
fn many_folders_are_put_in_order() {
    let tree = Tree::new(&[]);
    let mut expected = Vec::new();
    for number in 0..600 {
        // `a.b` stands after what is in `a`, as paths do, though `.` stands before `/`.
        let name = ["a", "a.b", "a/deep", "b"][number % 4];
        let path = format!("{name}/{}/file-{}", number % 7, number / 28);
        tree.write(&path, &path);
        expected.push(PathBuf::from(path));
    }
    expected.sort();
    expected.dedup();
    let print = tree.print(&["**"]);
    let found: Vec<_> = print
        .files
        .iter()
        .map(|file| file.path.to_owned())
        .collect();
    assert_eq!(found, expected);
    assert_eq!(
        tree.files()
            .list(&texts(&["**"]), &Cancel::new())
            .expect("files"),
        expected
    );
    for file in print.files.iter() {
        let path = file.path.as_os_str().as_encoded_bytes();
        assert_eq!(file.hash, blake3::hash(path));
    }
}
