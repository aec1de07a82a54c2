use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use super::{Doubt, Tree};
use crate::service::files::{Changed, Globs};

#[cfg(target_os = "linux")]
mod moves;

struct Place {
    folder: TempDir,
    tree: Tree,
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, text).expect("a file");
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        Self::watched(files, &[], None)
    }

    fn watched(files: &[(&str, &str)], named: &[&str], poll: Option<super::Duration>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("root")).expect("a folder");
        let root = folder.path().join("root");
        for (path, text) in files {
            write(&root, path, text);
        }
        let named = (!named.is_empty()).then(|| Globs::new(named).expect("globs"));
        let mut tree = Tree::new(&root, named, poll).expect("a tree");
        let baseline = tree.baseline();
        tree.learn(baseline.read());
        Self { folder, tree }
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("root")
    }

    fn write(&self, path: &str, text: &str) {
        write(&self.root(), path, text);
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.root().join(from), self.root().join(to)).expect("a rename");
    }

    /// What changed, such as `+new.py`, `-old.py` and `a.py`.
    fn changes(&mut self) -> Vec<String> {
        let touched = self.tree.read();
        let touched = touched.iter().map(|path| (&**path, Doubt::None));
        let changes = self.tree.examine(touched.collect::<Vec<_>>());
        let told = changes.into_iter().map(|(path, kind)| {
            let mark = match kind {
                Changed::Changed => "",
                Changed::Added => "+",
                Changed::Removed => "-",
            };
            format!("{mark}{}", path.display())
        });
        told.collect()
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_save_is_a_change_and_a_touch_is_none() {
    let mut place = Place::new(&[("a.py", "1"), ("sub/b.py", "1")]);
    assert_eq!(place.changes(), NOTHING);
    place.write("sub/b.py", "2");
    assert_eq!(place.changes(), ["sub/b.py"]);
    place.write("sub/b.py", "2");
    assert_eq!(place.changes(), NOTHING);
    fs::remove_file(place.root().join("a.py")).expect("the file");
    place.write("new.py", "1");
    assert_eq!(place.changes(), ["-a.py", "+new.py"]);
}

#[test]
fn a_rename_over_a_file_is_a_save() {
    let mut place = Place::new(&[("a.py", "1")]);
    place.write("sedX1Y2", "2");
    place.rename("sedX1Y2", "a.py");
    assert_eq!(place.changes(), ["a.py"]);
    place.rename("a.py", "a.py~");
    assert!(place.tree.read().len() == 1 && place.tree.is_unfinished());
    place.write("a.py", "2");
    assert_eq!(place.changes(), NOTHING);
    assert!(!place.tree.is_unfinished());
}

#[test]
fn what_is_made_in_a_new_folder_before_it_is_watched_is_found() {
    let mut place = Place::new(&[("a.py", "1")]);
    place.write("one/two/three/b.py", "1");
    assert_eq!(place.changes(), ["+one/two/three/b.py"]);
    place.write("one/two/c.py", "1");
    assert_eq!(place.changes(), ["+one/two/c.py"]);
}

#[test]
fn a_folder_that_moves_is_followed() {
    let mut place = Place::new(&[("one/a.py", "1"), ("one/deep/b.py", "1")]);
    place.rename("one", "two");
    place.write("two/deep/c.py", "1");
    assert_eq!(
        place.changes(),
        [
            "-one/a.py",
            "-one/deep/b.py",
            "+two/a.py",
            "+two/deep/b.py",
            "+two/deep/c.py"
        ]
    );
    place.write("two/deep/b.py", "2");
    assert_eq!(place.changes(), ["two/deep/b.py"]);
    let outside = place.folder.path().join("outside");
    fs::rename(place.root().join("two"), &outside).expect("a rename");
    assert_eq!(place.changes().len(), 3);
    fs::write(outside.join("a.py"), "3").expect("a file");
    assert_eq!(place.changes(), NOTHING);
    assert_eq!(place.tree.folders(), 1);
}

#[test]
fn what_is_ignored_is_not_watched_unless_it_is_named() {
    let files = [
        (".gitignore", "node_modules/\n*.log\n"),
        (".wharfignore", "docs/\n"),
        ("src/.ignore", "gen/\n"),
        ("src/gen/a.py", "1"),
        ("node_modules/deep/a.js", "1"),
        ("docs/a.md", "1"),
        ("dist/a.whl", "1"),
    ];
    let mut place = Place::watched(&files, &["node_modules/deep/*.js"], None);
    // The root, `src`, `dist`, and the two that are named.
    assert_eq!(place.tree.folders(), 5);
    place.write("src/gen/a.py", "2");
    place.write("docs/a.md", "2");
    place.write("a.log", "1");
    place.write(".wharf/journal.db", "1");
    place.write("src/.a.py.swp", "1");
    place.write("node_modules/deep/a.txt", "1");
    assert_eq!(place.changes(), NOTHING);
    place.write("node_modules/deep/a.js", "2");
    assert_eq!(place.changes(), ["node_modules/deep/a.js"]);
}

#[test]
fn ignored_files_that_are_known_start_nothing_however_they_are_found_to_differ() {
    let files = [(".gitignore", "*.log\n"), ("sub/a.log", "1"), ("a.py", "1")];
    let mut place = Place::new(&files);
    place.write("sub/a.log", "2");
    place.write("b.log", "1");
    assert_eq!(place.changes(), NOTHING);
    place.tree.scan_again();
    assert_eq!(place.changes(), NOTHING);
    fs::remove_dir_all(place.root().join("sub")).expect("the folder");
    assert_eq!(place.changes(), NOTHING);
    let long = super::Duration::from_hours(1);
    let mut place = Place::watched(&files, &[], Some(long));
    place.write("sub/a.log", "2");
    place.write("b.log", "1");
    place.tree.next_look = Some(super::Instant::now());
    assert_eq!(place.changes(), NOTHING);
}

#[test]
fn what_is_named_later_is_watched_from_then_on() {
    let mut place = Place::new(&[(".gitignore", "dist/\n"), ("dist/deep/a.whl", "1")]);
    assert_eq!(place.tree.folders(), 1);
    place
        .tree
        .name(Globs::new(&["dist/deep/*.whl"]).expect("globs"));
    assert_eq!(place.tree.folders(), 3);
    assert_eq!(place.changes(), NOTHING);
    place.write("dist/deep/a.whl", "2");
    assert_eq!(place.changes(), ["dist/deep/a.whl"]);
}

#[test]
fn rules_that_change_hold_from_then_on() {
    let mut place = Place::new(&[("build/a.js", "1"), ("src/a.js", "1")]);
    place.write(".gitignore", "build/\n");
    assert_eq!(place.changes(), ["+.gitignore"]);
    place.write("build/a.js", "2");
    place.write("src/a.js", "2");
    assert_eq!(place.changes(), ["src/a.js"]);
    place.write(".gitignore", "");
    assert_eq!(place.changes(), [".gitignore", "+build/a.js"]);
    place.write("build/a.js", "3");
    assert_eq!(place.changes(), ["build/a.js"]);
}

#[test]
fn a_root_that_goes_and_comes_back_is_watched_again() {
    let mut place = Place::new(&[("a.py", "1")]);
    place.rename("../root", "../away");
    assert_eq!(place.changes(), ["-a.py"]);
    place.write("a.py", "1");
    place.write("b.py", "1");
    place.tree.next_look = Some(super::Instant::now());
    assert_eq!(place.changes(), ["+a.py", "+b.py"]);
    place.write("b.py", "2");
    assert_eq!(place.changes(), ["b.py"]);
}

#[test]
fn folders_can_be_looked_at_from_time_to_time() {
    let long = super::Duration::from_hours(1);
    let mut place = Place::watched(&[("a.py", "1"), ("sub/b.py", "1")], &[], Some(long));
    assert!(place.tree.descriptor().is_none());
    place.write("sub/b.py", "22");
    place.write("sub/deep/c.py", "1");
    fs::remove_file(place.root().join("a.py")).expect("the file");
    assert_eq!(place.changes(), NOTHING, "it is not time");
    place.tree.next_look = Some(super::Instant::now());
    assert_eq!(place.changes(), ["-a.py", "sub/b.py", "+sub/deep/c.py"]);
    place.tree.next_look = Some(super::Instant::now());
    assert_eq!(place.changes(), NOTHING);
}

#[test]
fn a_queue_that_overflows_loses_nothing() {
    let mut place = Place::new(&[("a.py", "1"), ("sub/b.py", "1"), ("same.py", "1")]);
    place.write("sub/b.py", "2");
    place.write("new/deep/c.py", "1");
    fs::remove_file(place.root().join("a.py")).expect("the file");
    // Whatever was told is lost.
    place.tree.watches.as_mut().expect("watches").read();
    place.tree.scan_again();
    assert_eq!(place.changes(), ["-a.py", "+new/deep/c.py", "sub/b.py"]);
    place.write("new/deep/c.py", "2");
    assert_eq!(place.changes(), ["new/deep/c.py"]);
}

#[test]
fn a_link_changes_with_what_it_leads_to() {
    let mut place = Place::new(&[("sub/real.cfg", "1")]);
    symlink("sub/real.cfg", place.root().join("link.cfg")).expect("a link");
    assert_eq!(place.changes(), ["+link.cfg"]);
    place.tree.scan_again();
    place.write("sub/real.cfg", "2");
    assert_eq!(place.changes(), ["link.cfg", "sub/real.cfg"]);
}

#[test]
fn what_is_touched_before_it_was_read_counts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "a.py", "1");
    let mut tree = Tree::new(folder.path(), None, None).expect("a tree");
    let baseline = tree.baseline();
    write(folder.path(), "a.py", "2");
    tree.learn(baseline.read());
    let touched = tree.read();
    let changes = tree.examine(touched.iter().map(|path| (&**path, Doubt::None)));
    assert_eq!(changes.len(), 1);
}

#[test]
fn a_file_in_a_folder_that_a_link_leads_to_changes_below_the_link_too() {
    let mut place = Place::new(&[("real/a.txt", "1"), ("other/b.txt", "1")]);
    symlink("real/", place.root().join("src")).expect("a link");
    symlink("src", place.root().join("again")).expect("a link");
    place.changes();
    place.write("real/a.txt", "2");
    assert_eq!(place.changes(), ["again/a.txt", "real/a.txt", "src/a.txt"]);
    // It leads elsewhere, and with it all that leads through it.
    fs::remove_file(place.root().join("src")).expect("the link");
    symlink("other", place.root().join("src")).expect("a link");
    assert_eq!(place.changes(), ["src", "src/a.txt", "src/b.txt"]);
    place.write("other/b.txt", "2");
    assert_eq!(place.changes(), ["again/b.txt", "other/b.txt", "src/b.txt"]);
    place.write("real/a.txt", "3");
    assert_eq!(place.changes(), ["real/a.txt"]);
}

#[test]
fn a_link_to_a_link_changes_with_what_both_lead_to() {
    let mut place = Place::new(&[("a.cfg", "1")]);
    symlink("one.cfg", place.root().join("two.cfg")).expect("a link");
    assert_eq!(place.changes(), ["+two.cfg"]);
    symlink("a.cfg", place.root().join("one.cfg")).expect("a link");
    assert_eq!(place.changes(), ["+one.cfg", "two.cfg"]);
    place.write("a.cfg", "2");
    assert_eq!(place.changes(), ["a.cfg", "one.cfg", "two.cfg"]);
}

#[test]
fn a_root_that_another_takes_the_place_of_is_watched_although_somebody_stands_in_the_old() {
    let mut place = Place::new(&[("a.py", "1")]);
    // As the shell does that wharf was started from.
    let _stands = fs::File::open(place.root()).expect("the root");
    fs::remove_dir_all(place.root()).expect("the root");
    place.write("a.py", "2");
    assert_eq!(place.tree.read().len(), 1);
    assert!(!place.tree.is_gone(), "another is there already");
    place.changes();
    place.write("a.py", "3");
    assert_eq!(place.changes(), ["a.py"]);
    fs::remove_dir_all(place.root()).expect("the root");
    place.changes();
    assert!(place.tree.is_gone());
}

#[test]
fn the_rules_of_the_repository_alone_hold_from_when_they_change() {
    let files = [(".git/HEAD", ""), (".git/info/exclude", ""), ("a.log", "1")];
    let mut place = Place::new(&files);
    place.write(".git/info/exclude", "*.log\n");
    assert_eq!(place.changes(), NOTHING);
    place.write("a.log", "2");
    assert_eq!(place.changes(), NOTHING);
    place.write(".git/info/exclude", "");
    place.changes();
    place.write("a.log", "3");
    assert_eq!(place.changes(), ["a.log"]);
}

#[test]
fn a_touch_of_a_long_file_is_none() {
    let mut place = Place::new(&[]);
    let path = place.root().join("long");
    let file = fs::File::create(&path).expect("a file");
    file.set_len(40 << 20).expect("a length");
    assert_eq!(place.changes(), ["+long"]);
    file.set_modified(std::time::SystemTime::now())
        .expect("a touch");
    assert_eq!(place.changes(), NOTHING);
}

#[cfg(target_os = "linux")]
#[test]
fn where_watches_run_out_it_is_said_how_to_get_more_and_folders_are_looked_at() {
    let mut place = Place::new(&[("one/a.py", "1")]);
    place.tree.watches.as_mut().expect("watches").limit = Some(0);
    place.write("two/a.py", "1");
    assert_eq!(place.changes(), ["+two/a.py"]);
    let warnings = place.tree.warnings();
    let [warning] = &warnings[..] else {
        panic!("not one warning: {warnings:?}");
    };
    assert!(warning.starts_with("out of inotify watches"), "{warning}");
    assert!(
        warning.contains("sudo sysctl fs.inotify.max_user_watches="),
        "{warning}"
    );
    place.write("two/a.py", "22");
    place.write("one/a.py", "2");
    assert_eq!(place.changes(), ["one/a.py"], "it is not time");
    place.tree.next_look = Some(super::Instant::now());
    assert_eq!(place.changes(), ["two/a.py"]);
}

#[test]
fn the_rules_that_the_repositorys_settings_name_hold() {
    let config = "[core]\n\tbare = false\n\texcludesFile = mine\n[user]\n\tname = Ada\n";
    let files = [(".git/config", config), ("mine", "*.log\n"), ("a.log", "1")];
    let mut place = Place::new(&files);
    place.write("a.log", "2");
    place.write("a.txt", "1");
    assert_eq!(place.changes(), ["+a.txt"]);
}
