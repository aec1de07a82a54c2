//! What a run says to GitHub Actions, in the runner's workflow commands:
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

mod annotation;
mod neutral;
mod summary;

use std::path::{Path, PathBuf};

use super::findings::{findings, tests};
use super::record::{Stage, State};
use crate::event::Outcome;
use crate::secret::Secrets;
use annotation::{Annotation, Level, data};

pub(super) use neutral::neutral;
pub(super) use summary::append;

/// Annotations past this one are counted. GitHub shows ten of a kind for each step.
const MOST: usize = 50;

/// Whether this runs in GitHub Actions.
pub(super) fn is_here() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Commands for one run.
#[derive(Debug)]
pub(super) struct GitHub {
    secrets: Secrets,
    /// From the root of the checked-out repository to that of the pipeline.
    prefix: PathBuf,
}

impl GitHub {
    pub(super) fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            prefix: PathBuf::new(),
        }
    }

    /// Tells where the pipeline's repository is, from which its files are named.
    pub(super) fn set_root(&mut self, root: &Path) {
        let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
        let workspace = workspace.and_then(|path| path.canonicalize().ok());
        let root = root.canonicalize().ok();
        if let (Some(workspace), Some(root)) = (workspace, root) {
            self.prefix = root
                .strip_prefix(workspace)
                .map(Path::to_path_buf)
                .unwrap_or_default();
        }
    }

    /// Opens the group of a stage's lines.
    pub(super) fn group(&self, stage: &str) -> String {
        format!("::group::{}", data(&self.secrets.mask(stage)))
    }

    /// What to mark in the repository's files once `stage` has ended, as lines.
    pub(super) fn annotations(&self, stage: &Stage) -> Vec<String> {
        let mut found = of_failure(stage);
        // What a script caught, or was allowed, fails nothing.
        let bad = match &stage.state {
            State::Ended(Outcome::Failed(_)) => Level::Error,
            _ => Level::Warning,
        };
        for test in tests(stage) {
            if test.outcome.is_bad() {
                found.push(Annotation {
                    level: bad,
                    message: test.message.unwrap_or_else(|| "failed".to_owned()),
                    title: test.name,
                    file: test.file,
                    line: test.line,
                    column: None,
                });
            }
        }
        for finding in findings(stage) {
            found.push(Annotation {
                level: bad.at_most(finding.severity.into()),
                title: format!("{} {}", finding.linter, finding.code)
                    .trim_end()
                    .to_owned(),
                message: finding.message,
                file: Some(finding.path),
                line: Some(finding.line),
                column: Some(finding.column),
            });
        }
        let more = found.len().saturating_sub(MOST);
        found.truncate(MOST);
        let mut lines: Vec<_> = found
            .into_iter()
            .map(|annotation| annotation.command(&self.prefix, &self.secrets))
            .collect();
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines
    }
}

/// The place in the script at which it failed.
fn of_failure(stage: &Stage) -> Vec<Annotation> {
    let Some(failure) = stage.failure() else {
        return Vec::new();
    };
    let place = failure.places.first();
    let at = place.map(super::place::at);
    vec![Annotation {
        level: match stage.state {
            State::Ended(Outcome::Failed(_)) => Level::Error,
            _ => Level::Warning,
        },
        title: format!("stage {} failed", stage.name),
        message: failure.message.clone(),
        // A module of wharf's own is no file of the repository.
        file: at
            .as_ref()
            .map(|at| at.file.clone())
            .filter(|file| !file.starts_with("std/")),
        line: at.as_ref().map(|at| at.line),
        column: at.as_ref().map(|at| at.column),
    }]
}
