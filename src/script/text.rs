//! The texts of a script that decide what a stage does: its own statement, the functions it calls,
//! the modules it uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::cuts::Cuts;
use super::program::Program;
use super::units::Unit;
use crate::failure::Place;

/// What was cut before: each file once, for all its stages.
#[derive(Default)]
pub(super) struct Known(Mutex<BTreeMap<String, Arc<Cuts>>>);

impl Known {
    fn cuts(&self, unit: &Unit) -> Arc<Cuts> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cuts = known
            .entry(unit.source.name.clone())
            .or_insert_with(|| Arc::new(Cuts::of(unit)));
        cuts.clone()
    }

    /// The text of each function, those of one name together.
    pub(super) fn functions(&self, unit: &Unit) -> BTreeMap<String, String> {
        self.cuts(unit).texts()
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known")
    }
}

/// What a stage does, as it is written.
#[derive(Default)]
pub(super) struct Behind {
    pub(super) texts: Texts,
    /// The constants of its file that it reads, by their names.
    pub(super) constants: BTreeSet<String>,
    /// The modules of its file that it uses, by their aliases.
    pub(super) modules: BTreeSet<String>,
}

/// The top-level statements at `places`, each function and constant of its file that one names,
/// directly or through others, and all of the modules that those name. Comments at the end of a
/// statement belong to the next.
pub(super) fn behind(program: &Program, places: &[Place]) -> Behind {
    let mut files: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for place in places {
        let starts = files.entry(&place.source.name).or_default();
        starts.push(place.span.start);
    }
    let units = program.units();
    let mut behind = Behind::default();
    for (name, starts) in files {
        if let Some(unit) = units.find(name) {
            let gathered = gather(program, &unit, &starts);
            behind.texts.append(gathered.texts);
            behind.constants.extend(gathered.constants);
            behind.modules.extend(gathered.modules);
        }
    }
    behind
}

/// As [`behind`], in one file.
fn gather(program: &Program, unit: &Unit, starts: &[usize]) -> Behind {
    let cuts = program.cuts().cuts(unit);
    let mut gathered = Gathered::default();
    for start in starts {
        gathered.add(OWN, &cuts.statement(*start), unit, &cuts);
    }
    let mut behind = gathered.behind;
    if gathered.all {
        behind.texts = Texts::whole(&unit.source.text);
        let constants = cuts.constants().map(|(name, _)| name.to_owned());
        behind.constants.extend(constants);
        behind.modules.extend(cuts.aliases().map(str::to_owned));
    }
    let paths = behind.modules.iter().flat_map(|alias| cuts.imported(alias));
    for path in paths.collect::<BTreeSet<_>>() {
        let texts = &mut behind.texts;
        module(program, unit, path, texts, &mut BTreeSet::new());
    }
    behind
}

/// Texts by what they are, such as “function `helper`”, as completes “ran: … changed”.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts(BTreeMap<String, String>);

/// What a stage's own statement is called.
const OWN: &str = "its script";

impl Texts {
    pub(super) fn whole(text: &str) -> Self {
        let mut texts = Self::default();
        texts.add(OWN, text);
        texts
    }

    /// Functions may share a name.
    pub(super) fn add(&mut self, what: &str, text: &str) {
        let known = self.0.entry(what.to_owned()).or_default();
        known.push_str(text);
        known.push('\0');
    }

    fn append(&mut self, others: Self) {
        for (what, text) in others.0 {
            self.0.entry(what).or_default().push_str(&text);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts = self.0.iter();
        texts.map(|(what, text)| (what.as_str(), text.as_str()))
    }

    /// Whether one of them calls `function`, as far as letters tell.
    pub fn call(&self, function: &str) -> bool {
        let calls = |text: &String| {
            let mut found = text.match_indices(function);
            found.any(|(at, _)| text[at + function.len()..].trim_start().starts_with('('))
        };
        self.0.values().any(calls)
    }
}

/// Adds the texts of a module and of all that it imports. One that cannot be loaded stands for
/// itself.
fn module(
    program: &Program,
    importer: &Unit,
    path: &str,
    texts: &mut Texts,
    seen: &mut BTreeSet<String>,
) {
    let units = program.units();
    let Ok(unit) = units.load_unit(program.engine(), &importer.source.name, path) else {
        return texts.add(&format!("module `{path}`"), path);
    };
    let name = &unit.source.name;
    if !seen.insert(name.clone()) {
        return;
    }
    let shown = name.strip_suffix(".rhai").unwrap_or(name);
    texts.add(&format!("module `{shown}`"), &unit.source.text);
    for path in super::literal::imports(&unit.ast) {
        module(program, &unit, &path, texts, seen);
    }
}

#[derive(Default)]
struct Gathered {
    behind: Behind,
    /// Where what was added ends: several may begin on one line.
    seen: BTreeSet<usize>,
    /// Whether a function is called by a name that is computed: it may be any.
    all: bool,
}

impl Gathered {
    fn add(&mut self, what: &str, range: &Range<usize>, unit: &Unit, cuts: &Cuts) {
        if !self.seen.insert(range.end) {
            return;
        }
        self.behind
            .texts
            .add(what, &unit.source.text[range.clone()]);
        for mention in cuts.mentions(range) {
            let name = &mention.name;
            match &mention.module {
                Some(alias) if alias == "global" => {
                    let constants = cuts.constants().filter(|(known, _)| known == name);
                    for (_, constant) in constants {
                        self.behind.constants.insert(name.clone());
                        self.add(&format!("constant `{name}`"), &constant, unit, cuts);
                    }
                }
                Some(alias) => {
                    self.behind.modules.insert(alias.clone());
                }
                None if name == "Fn" => self.all = true,
                None => {
                    for function in cuts.functions.get(name).into_iter().flatten() {
                        self.add(&format!("function `{name}`"), function, unit, cuts);
                    }
                }
            }
        }
    }
}
