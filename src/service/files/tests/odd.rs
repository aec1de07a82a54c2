//! Files that come and go, and what is no ordinary file.

use std::os::fd::AsFd as _;
use std::os::unix::net::UnixListener;

use rustix::fs::{Mode, OFlags, mkdirat, openat};

use super::*;
use crate::service::files::content;

/// The names of those files of a tree that are there to be read after a change, which comes before
/// they are looked at if `early`, else before they are read.
fn after(tree: &Tree, early: bool, change: impl FnOnce()) -> String {
    let (mut known, index) = (Folders::new(), Index::default());
    let mut visits = walk(tree, &["**"], &known, (!early).then_some(&index));
    change();
    if early {
        let folders = visits.folders();
        known.extend(folders.map(|folder| (folder.way.path.clone(), folder.clone())));
        visits = walk(tree, &["**"], &known, Some(&index));
    }
    let files = visits.files();
    content::hash(tree.open().as_fd(), &files, &Cancel::new()).expect("readable files");
    let there = files
        .iter()
        .filter(|(_, entry)| matches!(entry.content.get(), Some(Some(_))));
    let names = there.map(|(folder, entry)| String::from_utf8_lossy(folder.name(entry)));
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_file_that_goes_away_meanwhile_counts_as_gone() {
    for early in [true, false] {
        let tree = Tree::new(&[("a", "1"), ("b", "1"), ("c", "1"), ("src/d", "1")]);
        let there = after(&tree, early, || {
            tree.remove("a");
            tree.remove("b");
            fs::create_dir(tree.at("b")).expect("a new folder");
            fs::remove_dir_all(tree.at("src")).expect("own folder");
        });
        assert_eq!(
            there,
            "c",
            "gone before it was {}",
            if early { "looked at" } else { "read" }
        );
    }
}

// Some other systems refuse such names.
#[cfg(target_os = "linux")]
#[test]
fn a_name_need_not_be_utf_8_nor_fit_on_a_line() {
    use std::os::unix::ffi::OsStrExt as _;
    let tree = Tree::new(&[("a\nb.py", "")]);
    let odd = OsStr::from_bytes(b"src/\xff\xfe.py");
    tree.write(odd, "1");
    let first = tree.print(&["**/*.py"]);
    let names: Vec<_> = first
        .files
        .iter()
        .map(|file| file.path.as_os_str())
        .collect();
    assert_eq!(names, [OsStr::new("a\nb.py"), odd]);
    tree.write(odd, "2");
    assert_eq!(
        told(&first, &tree.print(&["**/*.py"])),
        "src/\u{fffd}\u{fffd}.py changed"
    );
}

#[test]
fn a_socket_is_no_file() {
    let tree = Tree::new(&[("a", "")]);
    let _socket = UnixListener::bind(tree.at("socket")).expect("a socket");
    assert_eq!(tree.paths(&["**", "socket"]), "a");
}

#[test]
fn what_cannot_be_read_is_an_error_only_where_it_counts() {
    let tree = Tree::new(&[("src/a", "")]);
    // A path longer than the system takes, which not even root can open.
    let mut folder = tree.open();
    for _ in 0..25 {
        let name = "long".repeat(50);
        mkdirat(&folder, &name, Mode::RWXU).expect("a new folder");
        folder = openat(&folder, &name, OFlags::RDONLY, Mode::empty()).expect("a folder");
    }
    let refused = attempt(&tree.files(), &["**"]).expect_err("a folder that cannot be read");
    assert!(
        refused.to_string().starts_with("cannot read `longlong"),
        "{refused}"
    );
    assert_eq!(tree.paths(&["src/**"]), "src/a");
    assert_eq!(tree.paths(&["**", "!long*"]), "src/a");
    let listed = tree
        .files()
        .list(&texts(&["**"]), &Cancel::new())
        .expect("a list without it");
    assert_eq!(listed, [Path::new("src/a")]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    // The memory of a process cannot be read from its start, not even by root.
    let process = format!("/proc/{}", std::process::id());
    let files = Files::new(Path::new(&process), Index::default());
    let refused = attempt(&files, &["mem"]).expect_err("a file that cannot be read");
    assert_eq!(refused.to_string(), "cannot read `mem`");
}

#[test]
fn a_root_that_is_not_there_is_an_error() {
    let tree = Tree::new(&[]);
    let files = Files::new(&tree.at("gone"), Index::default());
    assert!(matches!(
        attempt(&files, &["**"]),
        Err(FilesError::Unreadable { .. })
    ));
}
