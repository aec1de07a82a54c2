//! The ways in which editors save a file, as the operations that they make on it.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::{ECHO, end, watch};
use crate::harness::Project;

/// Saves `text` as `a.txt` in this folder.
type Save = fn(folder: &Path, text: &str);

const SAVES: [(&str, Save); 7] = [
    ("vim", vim),
    ("vim with backupcopy=yes", vim_copy),
    ("emacs", emacs),
    ("VS Code", in_place),
    ("JetBrains", jetbrains),
    ("sed -i", sed),
    ("an atomic write", atomic),
];

/// With 'writebackup': the file becomes the backup, and a new one is written.
fn vim(folder: &Path, text: &str) {
    let probe = folder.join("4913");
    File::create(&probe).expect("a probe");
    fs::remove_file(&probe).expect("the probe");
    let (file, backup) = (folder.join("a.txt"), folder.join("a.txt~"));
    fs::rename(&file, &backup).expect("a backup");
    let mut new = File::create(&file).expect("a file");
    new.write_all(text.as_bytes()).expect("a write");
    new.sync_all().expect("a sync");
    drop(new);
    fs::remove_file(backup).expect("the backup");
}

/// The backup is a copy, and the file is written over.
fn vim_copy(folder: &Path, text: &str) {
    let (file, backup) = (folder.join("a.txt"), folder.join("a.txt~"));
    fs::copy(&file, &backup).expect("a backup");
    in_place(folder, text);
    fs::remove_file(backup).expect("the backup");
}

/// A lock beside it, an auto-save, a backup by rename.
fn emacs(folder: &Path, text: &str) {
    let lock = folder.join(".#a.txt");
    std::os::unix::fs::symlink("ada@quay.1234", &lock).expect("a lock");
    fs::write(folder.join("#a.txt#"), text).expect("an auto-save");
    let file = folder.join("a.txt");
    fs::rename(&file, folder.join("a.txt~")).expect("a backup");
    fs::write(&file, text).expect("a file");
    fs::remove_file(folder.join("#a.txt#")).expect("the auto-save");
    fs::remove_file(lock).expect("the lock");
}

/// Truncates and writes.
fn in_place(folder: &Path, text: &str) {
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .truncate(true)
        .open(folder.join("a.txt"));
    let mut file = file.expect("a file");
    for piece in text.as_bytes().chunks(2) {
        file.write_all(piece).expect("a write");
    }
}

/// The “safe write”.
fn jetbrains(folder: &Path, text: &str) {
    let (file, new) = (folder.join("a.txt"), folder.join("a.txt___jb_tmp___"));
    let old = folder.join("a.txt___jb_old___");
    fs::write(&new, text).expect("a file");
    fs::rename(&file, &old).expect("a rename");
    fs::rename(&new, &file).expect("a rename");
    fs::remove_file(old).expect("the old file");
}

fn sed(folder: &Path, text: &str) {
    let new = folder.join("sedQ5WxYz");
    fs::write(&new, text).expect("a file");
    fs::rename(new, folder.join("a.txt")).expect("a rename");
}

fn atomic(folder: &Path, text: &str) {
    let new = folder.join(".tmpA1b2C3");
    let mut file = File::create(&new).expect("a file");
    file.write_all(text.as_bytes()).expect("a write");
    file.sync_all().expect("a sync");
    drop(file);
    fs::rename(new, folder.join("a.txt")).expect("a rename");
}

#[test]
fn each_save_of_each_editor_is_one_run_that_sees_the_whole_file() {
    let project = Project::new().script(ECHO).file("a.txt", "begin\n");
    let running = watch(&project, &[]);
    let mut expected = "saw begin\n".to_owned();
    let mut runs = 1;
    for (editor, save) in SAVES {
        for round in 1..=3 {
            let text = format!("{editor} {round}");
            save(&project.root(), &format!("{text}\n"));
            running.wait_for(&format!("saw {text}\n"));
            // Whoever saves as soon as a stage says something, again and again, is taken for it.
            runs += 1;
            running.wait_for_stderr_count(" passed in ", runs);
            expected.extend(["saw ", &text, "\n"]);
        }
    }
    let (stdout, _) = end(running);
    // What emacs leaves is left out: one run for each save, and none more.
    assert_eq!(stdout, expected);
}
