//! What failed the last time, in `.wharf/failed-tests.json`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::Runner;
use super::report::{Outcome, Report};
use crate::action::{ActionError, Context};

type Failed = BTreeMap<String, Vec<String>>;

const FILE: &str = ".wharf/failed-tests.json";

/// Names of the tests that failed when `runner` ran last.
pub(super) fn failed(context: &Context, runner: Runner) -> Vec<String> {
    read(context).remove(runner.name()).unwrap_or_default()
}

/// Keeps the names of what failed. What was not run this time is forgotten: it is known no more.
pub(super) fn remember(context: &Context, report: &Report) -> Result<(), ActionError> {
    let bad = |outcome| matches!(outcome, Outcome::Failed | Outcome::Error);
    let names: Vec<_> = report
        .cases
        .iter()
        .filter(|case| bad(case.outcome))
        .map(|case| case.name.clone())
        .collect();
    let mut all = read(context);
    let before = all.remove(report.runner.name()).unwrap_or_default();
    if names == before {
        return Ok(());
    }
    if !names.is_empty() {
        all.insert(report.runner.name().to_owned(), names);
    }
    write(&context.path(FILE), &all)
        .map_err(|error| ActionError::caused("cannot remember which tests failed", &error))
}

/// A file that cannot be read is as good as none.
fn read(context: &Context) -> Failed {
    let text = std::fs::read(context.path(FILE)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn write(path: &Path, failed: &Failed) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(ignore, "*\n")?;
    }
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(serde_json::to_string_pretty(failed)?.as_bytes())?;
    draft.persist(path)?;
    Ok(())
}
