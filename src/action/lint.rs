//! Lint a project.

mod clippy;
mod detect;
mod eslint;
mod python;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::toolchain::Project;
use super::{
    Action, ActionError, Category, Context, Descriptor, Duration, Effect, Example, Expected,
};

pub(super) const ACTION: Descriptor = Descriptor::of::<Lint>();

struct Lint;

/// What `lint` can be told.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The linter or linters to run, in place of those the project's files tell.
    linter: Option<Linters>,
    /// More arguments for the linter.
    #[serde(default)]
    args: Vec<String>,
    /// Files and folders to look at; all of the project if not given.
    #[serde(default)]
    paths: Vec<String>,
    /// Environment names and values on top of the stage's.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// The folder of the project; the repository's root if not given.
    cwd: Option<String>,
    /// How long each linter may take before it is stopped.
    timeout: Option<Duration>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "must be the name of a linter, or an array of them"
)]
enum Linters {
    One(Linter),
    Several(Vec<Linter>),
}

/// A linter that wharf can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Linter {
    Flake8,
    Ruff,
    Mypy,
    Clippy,
    Eslint,
}

impl Linter {
    fn name(self) -> &'static str {
        match self {
            Self::Flake8 => "flake8",
            Self::Ruff => "ruff",
            Self::Mypy => "mypy",
            Self::Clippy => "clippy",
            Self::Eslint => "eslint",
        }
    }
}

/// What the linters found: nothing, where this is returned and not thrown, but notes.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// The linters that ran.
    linters: Vec<Linter>,
    /// Each finding.
    findings: Vec<Finding>,
}

/// One thing a linter found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Finding {
    /// Which linter found it.
    linter: Linter,
    /// The file, from the project's folder.
    path: String,
    /// From 1.
    line: usize,
    /// From 1.
    column: usize,
    /// The rule, such as `E501`.
    code: String,
    /// What is wrong.
    message: String,
    /// `error`, `warning` or `note`; a note fails nothing.
    severity: Severity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
    Note,
}

/// More findings than this are counted, not listed.
const LISTED: usize = 100;

impl Action for Lint {
    const NAME: &'static str = "lint";
    const CATEGORY: Category = Category::Quality;
    const SUMMARY: &'static str = "Lint the project with the linters it is configured for";
    const EFFECT: Effect = Effect::Check;
    const NATURAL: Option<&'static str> = Some("paths");
    const EXAMPLES: &'static [Example] = &[
        Example {
            title: "finds flake8 by its configuration",
            files: &[
                ("setup.cfg", "[flake8]\nmax-line-length = 100\n"),
                ("rent.py", "RENT = 400\n"),
            ],
            script: "print(lint().linters);",
            outcome: Expected::Prints("[\"flake8\"]\n"),
        },
        Example {
            title: "fails with what is wrong, by file",
            files: &[("setup.cfg", "[flake8]\n"), ("rent.py", "import os\n")],
            script: "lint();",
            outcome: Expected::Fails("1 finding in 1 file"),
        },
    ];

    type Options = Options;
    type Output = Output;

    fn run(context: &Context, options: Options) -> Result<Output, ActionError> {
        let mut project = Project::new(
            context,
            options.cwd.as_deref(),
            &options.env,
            options.timeout,
        );
        let linters = match &options.linter {
            Some(Linters::One(linter)) => vec![(*linter, "the script says so".to_owned())],
            Some(Linters::Several(linters)) => linters
                .iter()
                .map(|linter| (*linter, "the script says so".to_owned()))
                .collect(),
            None => detect::detect(&project)?,
        };
        let mut findings = Vec::new();
        for (linter, why) in &linters {
            context.say(format!("{}: {why}", linter.name()));
            findings.extend(match linter {
                Linter::Flake8 => python::flake8(context, &mut project, &options),
                Linter::Ruff => python::ruff(context, &mut project, &options),
                Linter::Mypy => python::mypy(context, &mut project, &options),
                Linter::Clippy => clippy::clippy(context, &project, &options),
                Linter::Eslint => eslint::eslint(context, &project, &options),
            }?);
        }
        verdict(&findings)?;
        Ok(Output {
            linters: linters.into_iter().map(|(linter, _)| linter).collect(),
            findings,
        })
    }
}

fn verdict(findings: &[Finding]) -> Result<(), ActionError> {
    let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.severity != Severity::Note)
    {
        files.entry(&finding.path).or_default().push(finding);
    }
    let count: usize = files.values().map(Vec::len).sum();
    if count == 0 {
        return Ok(());
    }
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    let message = format!(
        "{count} finding{} in {} file{}",
        plural(count),
        files.len(),
        plural(files.len())
    );
    let mut lines = Vec::new();
    for (path, findings) in files {
        lines.push(path.to_owned());
        lines.extend(findings.into_iter().map(|finding| {
            let Finding {
                line,
                column,
                code,
                message,
                ..
            } = finding;
            format!("  {line}:{column} {code} {message}")
        }));
    }
    if lines.len() > LISTED {
        let left = lines.len() - LISTED;
        lines.truncate(LISTED);
        lines.push(format!("and {left} lines more"));
    }
    Err(ActionError::new(message).exit_code(Some(1)).output(lines))
}
