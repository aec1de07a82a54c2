//! What is remembered from one run to the next.

use std::time::{Duration, SystemTime};

use super::*;
use crate::service::files::Manifest;

/// The index after the files' stamps have come to stand for their contents.
fn settled(tree: &Tree, globs: &[&str]) -> Index {
    let mut index = Index::default();
    loop {
        let files = Files::new(tree.root(), index.clone());
        print(&files, globs);
        match files.index() {
            Some(more) => index = more,
            None => return index,
        }
    }
}

#[test]
fn what_has_not_changed_is_not_read_again() {
    let tree = Tree::new(&[("a", "1"), ("src/b", "2"), ("src/c", "3")]);
    let kept = settled(&tree, &["**"]).to_bytes();
    let again = Files::new(tree.root(), Index::from_bytes(&kept));
    assert_eq!(print(&again, &["**"]), tree.print(&["**"]));
    assert_eq!(again.index(), None, "nothing was read");

    tree.write("src/b", "4");
    let changed = Files::new(tree.root(), Index::from_bytes(&kept));
    let print = print(&changed, &["**"]);
    assert_eq!(print, tree.print(&["**"]));
    assert!(changed.index().is_some());
}

#[test]
fn a_write_in_the_same_step_of_the_clock_is_seen() {
    let tree = Tree::new(&[]);
    let mut index = Index::default();
    for number in 100..400 {
        let text = number.to_string();
        tree.write("a", &text);
        let files = Files::new(tree.root(), index);
        let hash = print(&files, &["a"])
            .files
            .iter()
            .next()
            .map(|file| file.hash);
        assert_eq!(hash, Some(blake3::hash(text.as_bytes())), "{number}");
        index = files.index().unwrap_or_default();
    }
}

#[test]
fn a_file_that_is_not_older_than_the_run_is_read_every_time() {
    // Some kernels stamp a file that was just looked at more finely, and nothing can set ctime: a
    // time to come stands for the clock's current step.
    let tree = Tree::new(&[("a", "1"), ("b", "1")]);
    let soon = SystemTime::now() + Duration::from_hours(1);
    let file = fs::File::open(tree.at("a")).expect("a file");
    file.set_modified(soon).expect("own file");
    let mut index = settled(&tree, &["b"]);
    let without = index.clone();
    for _ in 0..3 {
        let files = Files::new(tree.root(), index);
        print(&files, &["*"]);
        index = files.index().expect("what was read");
        assert_eq!(index, without);
    }
}

#[test]
fn a_file_with_the_times_and_length_of_another_is_not_taken_for_it() {
    let tree = Tree::new(&[("a", "one")]);
    let index = settled(&tree, &["a"]);
    let old = fs::metadata(tree.at("a")).expect("a file");
    tree.write("b", "two");
    let modified = old.modified().expect("a time");
    let file = fs::File::options()
        .write(true)
        .open(tree.at("b"))
        .expect("a file");
    file.set_modified(modified).expect("own file");
    fs::rename(tree.at("b"), tree.at("a")).expect("own file");
    let files = Files::new(tree.root(), index);
    assert_eq!(print(&files, &["a"]), tree.print(&["a"]));
}

#[test]
fn what_is_gone_is_forgotten_and_what_was_not_looked_at_is_not() {
    let files = [
        ("a/1", ""),
        ("b/2", ""),
        ("b/deep/3", ""),
        ("c/4", ""),
        ("c/5", ""),
    ];
    let tree = Tree::new(&files);
    let whole = settled(&tree, &["**"]);
    fs::remove_dir_all(tree.at("b")).expect("own folder");
    tree.remove("c/5");
    tree.write("c/6", "");
    let rest = settled(&tree, &["**"]);
    // Only the file that is new was looked at; the others are known from before.
    let mut index = whole;
    loop {
        let files = Files::new(tree.root(), index.clone());
        print(&files, &["c/6"]);
        match files.index() {
            Some(more) => index = more,
            None => break,
        }
    }
    assert_eq!(index, rest);
}

#[test]
fn bytes_that_are_no_index_are_an_empty_one() {
    let tree = Tree::new(&[("a", "1"), ("src/b", "2")]);
    let index = settled(&tree, &["**"]);
    let bytes = index.to_bytes();
    assert_eq!(Index::from_bytes(&bytes), index);
    assert_ne!(index, Index::default());
    for end in 0..bytes.len() {
        assert_eq!(Index::from_bytes(&bytes[..end]), Index::default(), "{end}");
    }
    for at in 0..bytes.len() {
        let mut wrong = bytes.clone();
        wrong[at] ^= 1;
        assert_eq!(Index::from_bytes(&wrong), Index::default(), "{at}");
    }
    assert_eq!(
        Index::from_bytes(&tree.print(&["**"]).files.to_bytes()),
        Index::default()
    );
}

#[test]
fn a_manifest_comes_back_as_it_was_or_not_at_all() {
    let tree = Tree::new(&[("a", "1"), ("src/b", "2")]);
    tree.link("link", "a");
    let manifest = &tree.print(&["**"]).files;
    let bytes = manifest.to_bytes();
    let back = Manifest::from_bytes(&bytes).expect("its own bytes");
    assert_eq!((&back, back.len()), (manifest, 3));
    assert_eq!(Manifest::from_bytes(&bytes[..bytes.len() - 1]), None);
    assert_eq!(Manifest::from_bytes(b""), None);
}
