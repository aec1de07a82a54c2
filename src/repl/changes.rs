//! Which files of a program have changed since they were read.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use crate::script::Program;

/// Files that are read with the script.
const SETTINGS: &str = ".env";

/// When a file was written and how long it is; nothing where there is none.
type Stamp = Option<(SystemTime, u64)>;

/// The files as they were read, by their names from the repository's root.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<String, Stamp>);

impl Changes {
    /// Learns of files that it does not know yet.
    pub(super) fn learn(&mut self, program: &Program) {
        for (name, stamp) in stamps(program) {
            self.0.entry(name).or_insert(stamp);
        }
    }

    /// The names of the files that have changed, which are told once.
    pub(super) fn since(&mut self, program: &Program) -> Vec<String> {
        let now = stamps(program);
        let changed = now.iter().filter(|(name, stamp)| {
            let before = self.0.get(*name);
            before.is_some_and(|before| before != *stamp)
        });
        let changed = changed.map(|(name, _)| name.clone()).collect();
        self.0.extend(now);
        changed
    }
}

fn stamps(program: &Program) -> BTreeMap<String, Stamp> {
    let root = &program.host().context.root;
    let mut names = program.host().files()();
    names.push(SETTINGS.to_owned());
    let names = names.into_iter();
    names
        .map(|name| {
            let stamp = stamp(&root.join(&name));
            (name, stamp)
        })
        .collect()
}

fn stamp(path: &Path) -> Stamp {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
