//! Run a project's tests.

mod cargo;
mod detect;
mod go;
mod history;
mod jest;
mod junit;
mod nextest;
mod npm;
mod panics;
mod pytest;
mod records;
mod report;
mod unittest;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::toolchain::{Project, Texts};
use super::{
    Action, ActionError, Category, Context, Descriptor, Duration, Effect, ErrorKind, Example,
    Expected,
};

use history::FailedTest;
use report::Report;

pub(super) const ACTION: Descriptor = Descriptor::of::<RunTests>();

struct RunTests;

/// What `run_tests` can be told.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// What runs the tests; what the project's files say if not given.
    runner: Option<Runner>,
    /// More arguments for the runner.
    #[serde(default)]
    args: Vec<String>,
    /// Files, folders or packages to test, as the runner names them; all of them if not given.
    #[serde(default)]
    paths: Texts,
    /// Environment names and values on top of the stage's.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// The folder of the project; the repository's root if not given.
    cwd: Option<String>,
    /// How long it may take before it is stopped; no limit if not given.
    timeout: Option<Duration>,
    /// A file to write the results to, as JUnit XML.
    junit: Option<String>,
    /// Run only what failed the last time; everything if nothing did.
    #[serde(default)]
    only_failed: bool,
    /// What `only_failed` came to.
    #[serde(skip)]
    only: Vec<FailedTest>,
}

impl Options {
    /// The tests to name to a runner that takes their names as it takes paths.
    fn chosen(&self) -> Vec<String> {
        if self.only.is_empty() {
            return self.paths.to_vec();
        }
        self.only.iter().map(|test| test.name.clone()).collect()
    }
}

/// A test runner that wharf can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Runner {
    Pytest,
    /// `manage.py test`.
    Django,
    Unittest,
    /// cargo-nextest, which leaves out the examples in documentation.
    Nextest,
    Cargo,
    Go,
    Vitest,
    Jest,
    /// The `test` script of `package.json`, whatever it runs.
    Npm,
}

impl Runner {
    fn name(self) -> &'static str {
        match self {
            Self::Pytest => "pytest",
            Self::Django => "django",
            Self::Unittest => "unittest",
            Self::Nextest => "nextest",
            Self::Cargo => "cargo",
            Self::Go => "go",
            Self::Vitest => "vitest",
            Self::Jest => "jest",
            Self::Npm => "npm",
        }
    }
}

impl Action for RunTests {
    const NAME: &'static str = "run_tests";
    const CATEGORY: Category = Category::Quality;
    const SUMMARY: &'static str = "Run the project's tests with the runner it uses";
    const EFFECT: Effect = Effect::Check;
    const NATURAL: Option<&'static str> = Some("paths");
    const ERRORS: &'static [&'static str] = &[
        "if a test failed, with the tests that did and what they said",
        "if no runner fits the project, or the runner is not installed",
        "if it takes longer than `timeout`",
    ];
    const EXAMPLES: &'static [Example] = &[
        Example {
            title: "finds pytest by its configuration",
            files: &[
                ("pytest.ini", "[pytest]\n"),
                (
                    "test_rent.py",
                    "def test_rent():\n    assert 3 * 400 == 1200\n",
                ),
            ],
            script: r"let report = run_tests();
print(`${report.passed} passed`);",
            outcome: Expected::Prints("1 passed\n"),
        },
        Example {
            title: "fails with the tests that failed",
            files: &[
                ("pytest.ini", "[pytest]\n"),
                (
                    "test_rent.py",
                    "def test_rent():\n    assert 3 * 400 == 1300\n",
                ),
            ],
            script: "run_tests();",
            outcome: Expected::Fails("1 of 1 test failed"),
        },
    ];

    type Options = Options;
    type Output = Report;

    fn run(context: &Context, mut options: Options) -> Result<Report, ActionError> {
        let mut project = Project::new(
            context,
            options.cwd.as_deref(),
            &options.env,
            options.timeout,
        )?;
        let (runner, why) = match options.runner {
            Some(runner) => (runner, "the script says so".to_owned()),
            None => detect::detect(&project)?,
        };
        context.say(format!("{}: {why}", runner.name()));
        if options.only_failed {
            options.only = narrow(context, runner, &options);
        } else if context.failed_first {
            failed_first(context, &mut project, &mut options, runner)?;
        }
        let mut report = run(context, &mut project, &options, runner);
        if !options.only.is_empty() && gone(&report) {
            context.warn("the tests that failed the last time cannot be run alone: all run");
            options.only.clear();
            report = run(context, &mut project, &options, runner);
        }
        let mut report = report?;
        report.folder = options.cwd.clone().unwrap_or_default();
        history::remember(context, &report, &options)?;
        let written = match &options.junit {
            Some(path) => junit::write(&context.path(path), &report, &context.secrets),
            None => Ok(()),
        };
        match report.verdict(&context.secrets) {
            Ok(report) => written.map(|()| report),
            // What failed is worth more than that it cannot be written.
            Err(failure) => {
                if let Err(error) = written {
                    context.warn(error.told());
                }
                Err(failure)
            }
        }
    }
}

fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
    runner: Runner,
) -> Result<Report, ActionError> {
    match runner {
        Runner::Pytest => pytest::run(context, project, options),
        Runner::Django | Runner::Unittest => unittest::run(context, project, options, runner),
        Runner::Nextest => nextest::run(context, project, options),
        Runner::Cargo => cargo::run(context, project, options),
        Runner::Go => go::run(context, project, options),
        Runner::Vitest | Runner::Jest => jest::run(context, project, options, runner),
        Runner::Npm => npm::run(context, project, options),
    }
}

/// Runs what failed the last time, and fails with it if it still does: there is no need to wait for
/// all the others.
fn failed_first(
    context: &Context,
    project: &mut Project,
    options: &mut Options,
    runner: Runner,
) -> Result<(), ActionError> {
    options.only = history::failed(context, runner, options);
    if options.only.is_empty() || !options.paths.is_empty() {
        options.only.clear();
        return Ok(());
    }
    context.say(match options.only.len() {
        1 => "first the one that failed the last time".to_owned(),
        count => format!("first the {count} that failed the last time"),
    });
    let report = run(context, project, options, runner);
    let known = !gone(&report);
    options.only.clear();
    match report {
        Ok(mut report) if known && report.failed + report.errors > 0 => {
            report.folder = options.cwd.clone().unwrap_or_default();
            history::remember(context, &report, options)?;
            report.verdict(&context.secrets).map(drop)
        }
        Err(error) if error.kind == ErrorKind::Cancelled => Err(error),
        // All run now, and tell what is wrong if anything is.
        _ => Ok(()),
    }
}

/// Whether tests chosen by name were not to be found: they were renamed or removed.
fn gone(report: &Result<Report, ActionError>) -> bool {
    match report {
        Ok(report) => report.total() == 0 || report.cases.iter().any(|case| !case.again),
        Err(error) => error.kind == ErrorKind::Failed && error.exit_code.is_some(),
    }
}

/// What failed last time.
fn narrow(context: &Context, runner: Runner, options: &Options) -> Vec<FailedTest> {
    let failed = history::failed(context, runner, options);
    context.say(match failed.len() {
        0 => "nothing failed the last time: all tests run".to_owned(),
        1 => "only the one that failed the last time".to_owned(),
        count => format!("only the {count} that failed the last time"),
    });
    failed
}
