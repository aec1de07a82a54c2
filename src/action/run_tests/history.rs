//! What failed the last time, in `.wharf/failed-tests.json`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::report::{Case, Report};
use super::{Options, Runner};
use crate::action::{ActionError, Context};
use crate::service::{files, state};

/// By runner and folder.
type Failed = BTreeMap<String, Vec<FailedTest>>;

/// What it takes to run a test again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FailedTest {
    pub(super) name: String,
    pub(super) file: Option<String>,
}

/// In the folder of wharf's state.
const FILE: &str = "failed-tests.json";

/// The tests that failed when `runner` ran last in this folder.
pub(super) fn failed(context: &Context, runner: Runner, options: &Options) -> Vec<FailedTest> {
    read(context)
        .remove(&key(runner, options))
        .unwrap_or_default()
}

/// Keeps what failed. What was not run this time is forgotten: it is known no more. Where one of
/// the failures cannot be run alone nothing is kept, so that the next run leaves nothing out.
pub(super) fn remember(
    context: &Context,
    report: &Report,
    options: &Options,
) -> Result<(), ActionError> {
    let bad = || report.cases.iter().filter(|case| case.outcome.is_bad());
    let mut failed: Vec<_> = bad().map(FailedTest::of).collect();
    failed.dedup();
    if bad().any(|case| !case.again) {
        failed.clear();
    }
    let mut all = read(context);
    let key = key(report.runner, options);
    if all.remove(&key).unwrap_or_default() == failed {
        return Ok(());
    }
    if !failed.is_empty() {
        all.insert(key, failed);
    }
    write(&context.root, &all)
        .map_err(|error| ActionError::caused("cannot remember which tests failed", &error))
}

impl FailedTest {
    fn of(case: &Case) -> Self {
        Self {
            name: case.name.clone(),
            file: case.file.clone(),
        }
    }
}

fn key(runner: Runner, options: &Options) -> String {
    match options.cwd.as_deref() {
        None | Some("" | ".") => runner.name().to_owned(),
        Some(folder) => format!("{} in {folder}", runner.name()),
    }
}

/// A file that cannot be read is as good as none.
fn read(context: &Context) -> Failed {
    let text = std::fs::read(context.path(state::FOLDER).join(FILE)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn write(root: &Path, failed: &Failed) -> std::io::Result<()> {
    let folder = state::make(root)?;
    files::replace(&folder.join(FILE), serde_json::to_string_pretty(failed)?)
}
