//! The options of `stage`: one table, which the run, the checker and the reference read.

mod given;
mod matrix;
mod read;
mod retry;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::failure::{Failure, nearest};
use crate::plan::{Matrix, Retry, Watch};

pub(super) use given::Given;
pub(super) use read::{line, time};
pub(super) use retry::of_function as retry;

/// One option of `stage`.
pub struct StageOption {
    pub name: &'static str,
    /// What it takes, such as `a glob, or an array of them`.
    pub kind: &'static str,
    pub doc: &'static str,
    read: fn(&Given, &mut StageOptions, &mut Vec<Wrong>),
}

/// What a stage was told, as far as it is known. `when` is a matter of the run alone.
#[derive(Debug, Default)]
pub(super) struct StageOptions {
    pub(super) needs: Vec<Arc<str>>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) matrix: Option<Matrix>,
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) silence: Option<Duration>,
    pub(super) retry: Option<Retry>,
    pub(super) allow_failure: bool,
    pub(super) always: bool,
    pub(super) environment: Option<String>,
    pub(super) labels: Vec<String>,
    pub(super) watch: Watch,
}

/// What is wrong with an option.
#[derive(Debug)]
pub(super) struct Wrong {
    /// The path to it: `timeout`, `env.NAME`, `needs[1]`.
    pub(super) path: String,
    /// Whether its name is at fault and not its value.
    pub(super) name: bool,
    pub(super) failure: Failure,
}

/// All that `stage` can be told, by name.
pub const STAGE_OPTIONS: &[StageOption] = &[
    StageOption {
        name: "allow_failure",
        kind: "true or false",
        doc: "whether the run passes although this stage fails",
        read: |given, options, wrong| {
            options.allow_failure = read::flag(given, "allow_failure", wrong);
        },
    },
    StageOption {
        name: "always",
        kind: "true or false",
        doc: "whether the stage runs whatever happened before, also after an interrupt, when it has 1.5 seconds",
        read: |given, options, wrong| options.always = read::flag(given, "always", wrong),
    },
    StageOption {
        name: "env",
        kind: "a map of names and values",
        doc: "set above the environment while the stage runs",
        read: |given, options, wrong| options.env = read::variables(given, wrong),
    },
    StageOption {
        name: "environment",
        kind: "text",
        doc: "what the stage deploys to, such as `production`",
        read: |given, options, wrong| {
            options.environment = read::line(given, "environment", wrong);
        },
    },
    StageOption {
        name: "inputs",
        kind: "a glob, or an array of them",
        doc: "files the stage depends on; it is skipped while nothing it depends on changes",
        read: |given, options, wrong| options.inputs = read::globs(given, "inputs", wrong),
    },
    StageOption {
        name: "labels",
        kind: "text, or an array of texts",
        doc: "other names to choose the stage by: `wharf run label:NAME`",
        read: |given, options, wrong| options.labels = read::labels(given, wrong),
    },
    StageOption {
        name: "matrix",
        kind: "a map of names and arrays of values",
        doc: "one instance for each combination, whose values `matrix(name)` reads; `exclude` and \
              `include` remove and add some",
        read: |given, options, wrong| options.matrix = matrix::read(given, wrong),
    },
    StageOption {
        name: "needs",
        kind: "the name of a stage, or an array of them",
        doc: "stages that have to pass first; their results are the closure's parameters",
        read: |given, options, wrong| options.needs = read::needs(given, wrong),
    },
    StageOption {
        name: "outputs",
        kind: "a glob, or an array of them",
        doc: "files the stage makes; where one matches nothing, the stage runs",
        read: |given, options, wrong| options.outputs = read::globs(given, "outputs", wrong),
    },
    StageOption {
        name: "retry",
        kind: "a whole number, or a map of `count`, `backoff` and `on`",
        doc: "how often a failed attempt is repeated, after which wait (1s if none is given, doubled \
              each time), and on which failures: names of actions, exit codes, \"timeout\"",
        read: |given, options, wrong| options.retry = retry::read(given, wrong),
    },
    StageOption {
        name: "silence",
        kind: "a length of time",
        doc: "how long an attempt may print nothing",
        read: |given, options, wrong| options.silence = read::time(given, "silence", wrong),
    },
    StageOption {
        name: "timeout",
        kind: "a length of time",
        doc: "how long an attempt may take",
        read: |given, options, wrong| options.timeout = read::time(given, "timeout", wrong),
    },
    StageOption {
        name: "watch",
        kind: "\"auto\", \"manual\", \"restart\", \"wait\" or \"queue\"",
        doc: "in `wharf watch`, whether a change starts it (\"manual\": only a person does), and \
              whether one that comes while it runs stops it, waits for it, or waits for the whole run",
        read: |given, options, wrong| options.watch = read::watch(given, wrong),
    },
    StageOption {
        name: "when",
        kind: "true, false, a condition or a closure",
        doc: "whether the stage runs: `on_branch(\"main\")`, `on_tag(\"v*\")`, `changed(globs)`",
        read: |given, _, wrong| read::condition(given, wrong),
    },
];

/// The options in `given`, and all that is wrong with them.
pub(super) fn read(given: &[(String, Given)]) -> (StageOptions, Vec<Wrong>) {
    let mut options = StageOptions::default();
    let mut wrong = Vec::new();
    for (key, value) in given {
        match STAGE_OPTIONS.iter().find(|option| option.name == key) {
            Some(option) => (option.read)(value, &mut options, &mut wrong),
            None => wrong.push(Wrong {
                path: key.clone(),
                name: true,
                failure: unknown(key),
            }),
        }
    }
    (options, wrong)
}

fn unknown(key: &str) -> Failure {
    let names: Vec<_> = STAGE_OPTIONS.iter().map(|option| option.name).collect();
    let failure = Failure::script(format!("`stage` has no option `{key}`"));
    match nearest(key, names.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("its options are: {}", names.join(", "))),
    }
}

impl Wrong {
    /// Says of the value at `path` what is wrong.
    pub(super) fn value(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            name: false,
            failure: Failure::script(message),
        }
    }

    /// The path as seen from a function called `name`, whose options these are.
    pub(super) fn path_in(&self, name: &str) -> &str {
        let inner = self.path.strip_prefix(name);
        let inner = inner.and_then(|inner| inner.strip_prefix('.'));
        inner.unwrap_or(&self.path)
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.failure = self.failure.hint(hint);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::STAGE_OPTIONS;

    #[test]
    fn options_stand_by_name_and_are_told_about() {
        let names: Vec<_> = STAGE_OPTIONS.iter().map(|option| option.name).collect();
        assert!(names.is_sorted(), "{names:?}");
        for option in STAGE_OPTIONS {
            let told = [option.kind, option.doc];
            assert!(
                told.iter()
                    .all(|text| !text.is_empty() && !text.ends_with('.'))
            );
        }
    }
}
