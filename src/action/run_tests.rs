//! Run a project's tests.

mod cargo;
mod detect;
mod go;
mod history;
mod javascript;
mod junit;
mod pytest;
mod report;
mod unittest;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::toolchain::Project;
use super::{
    Action, ActionError, Category, Context, Descriptor, Duration, Effect, Example, Expected,
};

use report::Report;

pub(super) const ACTION: Descriptor = Descriptor::of::<RunTests>();

struct RunTests;

/// What `run_tests` can be told.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// What runs the tests, in place of what the project's files tell.
    runner: Option<Runner>,
    /// More arguments for the runner.
    #[serde(default)]
    args: Vec<String>,
    /// Files, folders or packages to test, as the runner names them; all of them if not given.
    #[serde(default)]
    paths: Vec<String>,
    /// Environment names and values on top of the stage's.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// The folder of the project; the repository's root if not given.
    cwd: Option<String>,
    /// How long it may take before it is stopped.
    timeout: Option<Duration>,
    /// A file to write the results to, as `JUnit` XML.
    junit: Option<String>,
    /// Run only what failed the last time; everything if nothing did.
    #[serde(default)]
    only_failed: bool,
}

/// A test runner that wharf can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Runner {
    Pytest,
    /// `manage.py test`.
    Django,
    Unittest,
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
            script: r#"let report = run_tests();
print(`${report.passed} passed`);"#,
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
            outcome: Expected::Fails("1 of 1 tests failed"),
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
        );
        let (runner, why) = match options.runner {
            Some(runner) => (runner, "the script says so".to_owned()),
            None => detect::detect(&project)?,
        };
        context.say(format!("{}: {why}", runner.name()));
        if options.only_failed {
            narrow(context, runner, &mut options);
        }
        let report = match runner {
            Runner::Pytest => pytest::run(context, &mut project, &options),
            Runner::Django | Runner::Unittest => {
                unittest::run(context, &mut project, &options, runner)
            }
            Runner::Nextest | Runner::Cargo => cargo::run(context, &project, &options, runner),
            Runner::Go => go::run(context, &project, &options),
            Runner::Vitest | Runner::Jest | Runner::Npm => {
                javascript::run(context, &project, &options, runner)
            }
        }?;
        history::remember(context, &report)?;
        if let Some(path) = &options.junit {
            junit::write(&context.path(path), &report)?;
        }
        report.verdict()
    }
}

/// Takes from the options what failed last time, where the runner can be told so.
fn narrow(context: &Context, runner: Runner, options: &mut Options) {
    let failed = history::failed(context, runner);
    if failed.is_empty() {
        context.say("nothing failed the last time: all tests run");
        return;
    }
    context.say(format!(
        "only the {} that failed the last time",
        failed.len()
    ));
    options.paths = failed;
}
