//! Folders that take each other's names while wharf is looking.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;

use super::Place;
use crate::service::tree::watches::Told;
use crate::service::tree::{Doubt, Tree};

impl Place {
    /// Takes what the system tells, and heeds it only later.
    fn hear(&mut self) -> Vec<Told> {
        let watches = self.tree.watches.as_mut();
        watches.expect("watches").read()
    }

    fn names(&self) -> Vec<String> {
        let mut folders = vec![String::new()];
        let mut all = Vec::new();
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(self.root().join(&folder)).expect("a folder");
            for entry in entries {
                let entry = entry.expect("an entry");
                let name = format!("{folder}{}", entry.file_name().display());
                if entry.file_type().expect("a kind").is_dir() {
                    folders.push(format!("{name}/"));
                    all.push(format!("{name}/"));
                } else {
                    all.push(name);
                }
            }
        }
        all
    }
}

#[test]
fn a_folder_that_takes_a_name_which_is_being_looked_at_is_watched() {
    let mut place = Place::new(&[("a/x", "1"), ("k/y", "1")]);
    place.rename("a", "b");
    let told = place.hear();
    place.rename("b", "c");
    place.rename("k", "b");
    place.tree.heed_all(told);
    assert_eq!(place.changes(), ["-a/x", "+b/y", "+c/x", "-k/y"]);
    place.write("b/y", "2");
    assert_eq!(place.changes(), ["b/y"]);
}

#[derive(Clone, Debug)]
enum Step {
    Write(usize, usize),
    Move(usize, usize),
    MoveInto(usize, usize),
    Remove(usize),
    /// What was told before is heeded, and then the system is asked.
    Hear,
}

fn step() -> impl Strategy<Value = Step> {
    let folder = || 0..FOLDERS.len();
    prop_oneof![
        3 => (folder(), 0_usize..3).prop_map(|(folder, file)| Step::Write(folder, file)),
        4 => (folder(), folder()).prop_map(|(from, to)| Step::Move(from, to)),
        2 => (folder(), folder()).prop_map(|(from, to)| Step::MoveInto(from, to)),
        1 => folder().prop_map(Step::Remove),
        4 => Just(Step::Hear),
    ]
}

const FOLDERS: [&str; 4] = ["a", "b", "c", "d"];

/// What the tree was told of so far, and what became of it.
struct Known {
    told: Vec<Told>,
    files: BTreeMap<String, String>,
    writes: usize,
}

impl Known {
    fn examine(&mut self, place: &mut Place) {
        let touched = place.tree.read();
        let touched: Vec<_> = touched.iter().map(|path| (&**path, Doubt::None)).collect();
        for (path, _) in Tree::examine(&mut place.tree, touched) {
            let name = path.display().to_string();
            match fs::read_to_string(place.root().join(&path)) {
                Ok(text) => drop(self.files.insert(name, text)),
                Err(_) => drop(self.files.remove(&name)),
            }
        }
    }

    fn take(&mut self, place: &mut Place, step: &Step) {
        let root = place.root();
        match step {
            Step::Write(folder, file) => {
                self.writes += 1;
                let name = format!("{}/{file}", FOLDERS[*folder]);
                place.write(&name, &self.writes.to_string());
            }
            // What is in the way stays.
            Step::Move(from, to) => {
                let _ = fs::rename(root.join(FOLDERS[*from]), root.join(FOLDERS[*to]));
            }
            Step::MoveInto(from, to) => {
                let within = root.join(FOLDERS[*to]).join("within");
                let _ = fs::rename(root.join(FOLDERS[*from]), within);
            }
            Step::Remove(folder) => {
                let _ = fs::remove_dir_all(root.join(FOLDERS[*folder]));
            }
            Step::Hear => {
                let told = std::mem::take(&mut self.told);
                place.tree.heed_all(told);
                self.told = place.hear();
            }
        }
    }
}

proptest! {
    #[test]
    fn however_folders_move_each_file_is_known_and_each_folder_watched(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut place = Place::new(&[("a/0", ""), ("a/within/1", ""), ("b/0", ""), ("c/2", "")]);
        let files = ["a/0", "a/within/1", "b/0", "c/2"];
        let files = files.map(|name| (name.to_owned(), String::new()));
        let mut known = Known { told: Vec::new(), files: files.into(), writes: 0 };
        for step in &steps {
            known.take(&mut place, step);
        }
        known.take(&mut place, &Step::Hear);
        known.take(&mut place, &Step::Hear);
        known.examine(&mut place);
        let names = place.names();
        for folder in names.iter().filter(|name| name.ends_with('/')) {
            place.write(&format!("{folder}new"), "new");
        }
        known.examine(&mut place);
        let files = place.names().into_iter().filter(|name| !name.ends_with('/'));
        let read = |name: String| (name.clone(), fs::read_to_string(place.root().join(name)).expect("a file"));
        let files: BTreeMap<_, _> = files.map(read).collect();
        prop_assert_eq!(known.files, files);
    }
}
