//! Lint a project.

mod clippy;
mod detect;
mod eslint;
mod flake8;
mod mypy;
mod ruff;
mod verdict;

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::toolchain::{Project, Texts};
use super::{
    Action, ActionError, Category, Context, Descriptor, Duration, Effect, ErrorKind, Example,
    Expected,
};

pub(super) const ACTION: Descriptor = Descriptor::of::<Lint>();

struct Lint;

/// What `lint` can be told.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The linter or linters to run; what the project's files say if not given.
    linter: Option<Linters>,
    /// More arguments for the linter, where only one runs.
    #[serde(default)]
    args: Vec<String>,
    /// Files and folders to check; all of the project if not given.
    #[serde(default)]
    paths: Texts,
    /// Pass where there is nothing but warnings, as eslint and clippy themselves do.
    #[serde(default)]
    allow_warnings: bool,
    /// Environment names and values on top of the stage's.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// The folder of the project; the repository's root if not given.
    cwd: Option<String>,
    /// How long each linter may take before it is stopped; no limit if not given.
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

/// What the linters found, where it is no reason to fail.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// The linters that ran.
    linters: Vec<Linter>,
    /// How many findings each of them has.
    counts: BTreeMap<&'static str, usize>,
    /// Each finding, by file and line.
    findings: Vec<Finding>,
    /// The folder that their paths are relative to; empty for the repository's root.
    folder: String,
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
    /// `error`, `warning` or `note`; a note is no failure.
    severity: Severity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
    Note,
}

impl Action for Lint {
    const NAME: &'static str = "lint";
    const CATEGORY: Category = Category::Quality;
    const SUMMARY: &'static str = "Lint the project with the linters it is configured for";
    const EFFECT: Effect = Effect::Check;
    const NATURAL: Option<&'static str> = Some("paths");
    const ERRORS: &'static [&'static str] = &[
        "if there is a finding, with all of them by file",
        "if no linter fits the project, or the linter is not installed",
        "if it takes longer than `timeout`",
    ];
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
        )?;
        let chosen = match &options.linter {
            Some(Linters::One(linter)) => vec![*linter],
            Some(Linters::Several(linters)) if linters.is_empty() => {
                return Err(ActionError::option("linter", "names no linter")
                    .hint("leave it out to run those that the project is configured for"));
            }
            Some(Linters::Several(linters)) => linters.clone(),
            None => Vec::new(),
        };
        let linters = if chosen.is_empty() {
            detect::detect(&project)?
        } else {
            let said = |linter| (linter, "the script says so".to_owned());
            chosen.into_iter().map(said).collect()
        };
        fit(&options, &linters)?;
        let mut found = Vec::new();
        let mut broken = None;
        for (linter, why) in &linters {
            context.say(format!("{}: {why}", linter.name()));
            match run(context, &mut project, &options, *linter) {
                Ok(findings) => found.extend(findings),
                Err(error) if error.kind != ErrorKind::Failed => return Err(error),
                // The others still tell what they find.
                Err(error) => broken = broken.or(Some(error)),
            }
        }
        found.sort_by(|a, b| (&a.path, a.line, a.column).cmp(&(&b.path, b.line, b.column)));
        let linters: Vec<_> = linters.into_iter().map(|(linter, _)| linter).collect();
        let output = Output {
            counts: verdict::counts(&linters, &found),
            linters,
            findings: found,
            folder: options.cwd.unwrap_or_default(),
        };
        let judged = match broken {
            Some(broken) => {
                let several = output.linters.len() > 1;
                Err(verdict::beside(broken, &output.findings, several))
            }
            None => verdict::judge(&output.findings, &output.counts, options.allow_warnings),
        };
        match judged {
            Ok(()) => Ok(output),
            Err(error) => Err(error.found(&output)),
        }
    }
}

fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
    linter: Linter,
) -> Result<Vec<Finding>, ActionError> {
    match linter {
        Linter::Flake8 => flake8::run(context, project, options),
        Linter::Ruff => ruff::run(context, project, options),
        Linter::Mypy => mypy::run(context, project, options),
        Linter::Clippy => clippy::run(context, project, options),
        Linter::Eslint => eslint::run(context, project, options),
    }
}

/// Whether the files of a folder tell how it is linted.
pub(crate) fn is_configured(folder: &Path) -> bool {
    detect::detect(&Project::in_folder(folder)).is_ok()
}

/// Options that mean something to one linter only are not for several.
fn fit(options: &Options, linters: &[(Linter, String)]) -> Result<(), ActionError> {
    let names: Vec<_> = linters.iter().map(|(linter, _)| linter.name()).collect();
    if linters.len() > 1 && !options.args.is_empty() {
        let message = format!(
            "they are for one linter, and {} run: {}",
            names.len(),
            names.join(", ")
        );
        return Err(ActionError::option("args", message).hint(format!(
            "name it: `lint(#{{ linter: \"{}\", args: […] }})`",
            names[0]
        )));
    }
    if names.contains(&Linter::Clippy.name()) && !options.paths.is_empty() {
        let message = "clippy looks at whole packages, not at paths";
        return Err(ActionError::option("paths", message)
            .hint("name the packages: `lint(#{ linter: \"clippy\", args: [\"-p\", \"NAME\"] })`"));
    }
    Ok(())
}
