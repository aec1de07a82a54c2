//! All that a stage's result follows from, in parts that can be told apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use blake3::Hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{About, Difference};
use crate::action::{Context, Effect, Reading};
use crate::plan::Stage;
use crate::script::Program;
use crate::secret::Secrets;
use crate::service::files::Globs;

/// Changes when what the parts mean does.
const VERSION: u32 = 2;

/// Each part as a hash; where its value may be secret, with the repository's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parts {
    wharf: u32,
    /// By what they are, such as “function `helper`”.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    texts: BTreeMap<String, String>,
    /// Those that are given, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    options: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    captures: BTreeMap<String, String>,
    /// By what was read, such as `env("TOKEN")`; none where it is not set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    readings: BTreeMap<String, Option<String>>,
    /// By the stages that gave them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    results: BTreeMap<String, String>,
    pub(super) inputs: String,
    /// The effect of the stage, where it is one that is never left out.
    pub(super) lasting: Option<Effect>,
}

/// Hashes with the repository's key.
#[derive(Clone)]
pub(super) struct Key {
    number: [u8; 32],
    /// What is taken for the same whatever it is.
    ignored: Option<Secrets>,
}

impl Key {
    pub(super) fn new(number: [u8; 32]) -> Self {
        Self {
            number,
            ignored: None,
        }
    }

    /// The same everywhere: what is hashed with it holds no secret.
    pub(super) fn without_secrets(secrets: &Secrets) -> Self {
        Self {
            number: [0; 32],
            ignored: Some(secrets.clone()),
        }
    }

    fn hash(&self, value: &str) -> String {
        match &self.ignored {
            Some(secrets) => self.keyed(&secrets.mask(value)),
            None => self.keyed(value),
        }
    }

    fn keyed(&self, value: &str) -> String {
        blake3::keyed_hash(&self.number, value.as_bytes()).to_string()
    }

    fn of(&self, value: &Value) -> String {
        self.hash(&value.to_string())
    }
}

impl Parts {
    /// Of a stage before it runs: what it will read is taken to be what it read `before`.
    pub(super) fn of(key: &Key, about: &About, inputs: Option<Hash>) -> Self {
        let stage = about.stage;
        let essence = about.program.essence(about.declared, stage);
        let captures = essence.captures.iter();
        let hash = |text: &str| blake3::hash(text.as_bytes()).to_string();
        let texts = essence.texts.iter();
        let texts = texts.map(|(what, text)| (what.to_owned(), hash(text)));
        let read = about.read(essence.texts.call("output"));
        let results = read.into_iter().filter_map(|stage| {
            let result = about.outputs.get(stage)?;
            Some((stage.to_owned(), key.of(result)))
        });
        Self {
            wharf: VERSION,
            texts: texts.collect(),
            options: options(stage)
                .map(|(name, value)| (name.to_owned(), key.hash(&value)))
                .collect(),
            captures: captures
                .map(|(name, value)| (name.clone(), key.of(value)))
                .collect(),
            readings: BTreeMap::new(),
            results: results.collect(),
            inputs: inputs.map(|hash| hash.to_string()).unwrap_or_default(),
            lasting: None,
        }
    }

    /// With what an attempt read.
    pub(super) fn with_readings(
        mut self,
        key: &Key,
        readings: impl IntoIterator<Item = Reading>,
        about: &About,
    ) -> Self {
        let told = readings.into_iter().map(|reading| {
            let value = now(&reading, about.program, about.context);
            (written(&reading), value.map(|value| key.hash(&value)))
        });
        self.readings = told.collect();
        self
    }

    /// What was read before, to be read again.
    pub(super) fn readings(&self) -> Vec<Reading> {
        self.readings
            .keys()
            .filter_map(|text| parse(text))
            .collect()
    }

    pub(super) fn is_rewritten(&self, now: &Self) -> bool {
        self.texts != now.texts
    }

    /// What differs from `before` but for the inputs; completes “ran: …”.
    pub(super) fn why(&self, before: &Self) -> Option<String> {
        // An option stands in the script as well: what names it tells more.
        differing(&self.options, &before.options)
            .map(|name| format!("option `{name}` changed"))
            .or_else(|| differing(&self.texts, &before.texts).map(|what| format!("{what} changed")))
            .or_else(|| {
                differing(&self.captures, &before.captures).map(|name| format!("`{name}` changed"))
            })
            .or_else(|| {
                differing(&self.readings, &before.readings)
                    .map(|reading| format!("{reading} changed"))
            })
            .or_else(|| {
                differing(&self.results, &before.results)
                    .map(|stage| format!("the result of `{stage}` changed"))
            })
    }

    /// Every part by a name, and how it stands to what it was `before`.
    pub(super) fn compared(&self, before: Option<&Self>) -> Vec<(String, Difference)> {
        let before = before.map(Self::named).unwrap_or_default();
        let now = self.named();
        let judge = |(name, hash): &(String, String)| {
            let known = before.iter().find(|(known, _)| known == name);
            let difference = match known {
                None => Difference::New,
                Some((_, known)) if known == hash => Difference::Same,
                Some(_) => Difference::Changed,
            };
            (name.clone(), difference)
        };
        let gone = before.iter().filter(|(name, _)| {
            let mut names = now.iter().map(|(known, _)| known);
            names.all(|known| known != name)
        });
        let gone = gone.map(|(name, _)| (name.clone(), Difference::Gone));
        now.iter().map(judge).chain(gone).collect()
    }

    fn named(&self) -> Vec<(String, String)> {
        let texts = self.texts.iter();
        let mut named: Vec<_> = texts
            .map(|(what, hash)| (what.clone(), hash.clone()))
            .collect();
        // Its own first, before the functions and modules that it calls.
        named.sort_by_key(|(what, _)| !what.starts_with("its "));
        let options = self.options.iter();
        named.extend(options.map(|(name, hash)| (format!("option `{name}`"), hash.clone())));
        let captures = self.captures.iter();
        named.extend(captures.map(|(name, hash)| {
            let kind = if name.contains("::") {
                "value of"
            } else {
                "variable"
            };
            (format!("the {kind} `{name}`"), hash.clone())
        }));
        let readings = self.readings.iter();
        let hash = |hash: &Option<String>| hash.clone().unwrap_or_default();
        named.extend(readings.map(|(name, read)| (name.clone(), hash(read))));
        let results = self.results.iter();
        named.extend(results.map(|(name, hash)| (format!("the result of `{name}`"), hash.clone())));
        named.push(("its inputs".to_owned(), self.inputs.clone()));
        named
    }
}

impl About<'_> {
    /// The stages whose results the stage may read: those that it needs, and with `output` what these
    /// need in turn.
    fn read(&self, with_output: bool) -> BTreeSet<&str> {
        let mut read: BTreeSet<&str> = needs(self.stage).collect();
        if !with_output {
            return read;
        }
        let stages = self.declared.plan.stages.iter();
        let stages: HashMap<&str, _> = stages.map(|stage| (&*stage.name, stage)).collect();
        let mut waiting: Vec<_> = read.iter().copied().collect();
        while let Some(name) = waiting.pop() {
            let behind = stages.get(name).into_iter().flat_map(|stage| needs(stage));
            waiting.extend(behind.filter(|need| read.insert(need)));
        }
        read
    }
}

fn needs(stage: &Stage) -> impl Iterator<Item = &str> {
    stage.needs.iter().map(|need| &*need.stage)
}

/// The first name with another value, or that only one of the two has.
fn differing<V: PartialEq>(
    now: &BTreeMap<String, V>,
    before: &BTreeMap<String, V>,
) -> Option<String> {
    let names = now.keys().chain(before.keys());
    names
        .filter(|name| now.get(*name) != before.get(*name))
        .min()
        .cloned()
}

/// The options that are given, but for those that only say when the stage runs.
fn options(stage: &Stage) -> impl Iterator<Item = (&'static str, String)> {
    let flag = |is_set: bool| is_set.then(String::new);
    let list = |list: &Vec<String>| (!list.is_empty()).then(|| format!("{list:?}"));
    let time = |time: Option<Duration>| time.map(|time| format!("{time:?}"));
    let (env, matrix) = (&stage.env, &stage.matrix);
    let options = [
        ("allow_failure", flag(stage.allow_failure)),
        ("always", flag(stage.always)),
        ("env", (!env.is_empty()).then(|| format!("{env:?}"))),
        ("environment", stage.environment.clone()),
        ("inputs", list(&stage.inputs)),
        ("labels", list(&stage.labels)),
        (
            "matrix",
            (!matrix.is_empty()).then(|| format!("{matrix:?}")),
        ),
        ("outputs", list(&stage.outputs)),
        (
            "retry",
            stage.retry.as_ref().map(|retry| format!("{retry:?}")),
        ),
        ("silence", time(stage.silence)),
        ("timeout", time(stage.timeout)),
    ];
    options
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
}

fn now(reading: &Reading, program: &Program, context: &Context) -> Option<String> {
    let host = program.host();
    match reading {
        Reading::Environment(name) => context.env(name).map(str::to_owned),
        Reading::Parameter(name) => host.params.get(name).cloned(),
        Reading::Git("branch") => host.git.branch().ok().flatten(),
        Reading::Git("tag") => host.git.tag().ok().flatten(),
        Reading::Git("is_dirty") => host.git.is_dirty().ok().map(|dirty| dirty.to_string()),
        Reading::Git(_) => host.git.sha().ok(),
        Reading::Changed(globs) => {
            let globs = Globs::new(globs).ok()?;
            let changed = host.git.changed_files().ok()?;
            let any = changed.iter().any(|file| globs.is_match(file));
            Some(any.to_string())
        }
    }
}

/// As the script writes it.
fn written(reading: &Reading) -> String {
    match reading {
        Reading::Environment(name) => format!("env(\"{name}\")"),
        Reading::Parameter(name) => format!("param(\"{name}\")"),
        Reading::Git(question) => format!("git::{question}()"),
        Reading::Changed(globs) => format!("changed({})", Value::from(globs.clone())),
    }
}

fn parse(text: &str) -> Option<Reading> {
    let inner = |start: &str| Some(text.strip_prefix(start)?.strip_suffix("\")")?.to_owned());
    inner("env(\"")
        .map(Reading::Environment)
        .or_else(|| inner("param(\"").map(Reading::Parameter))
        .or_else(|| {
            let globs = text.strip_prefix("changed(")?.strip_suffix(')')?;
            serde_json::from_str(globs).ok().map(Reading::Changed)
        })
        .or_else(|| {
            let question = text.strip_prefix("git::")?.strip_suffix("()")?;
            let known = ["branch", "sha", "short_sha", "tag", "is_dirty"];
            known
                .into_iter()
                .find(|known| *known == question)
                .map(Reading::Git)
        })
}
