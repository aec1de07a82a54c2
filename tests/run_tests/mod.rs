//! `run_tests` with the real tools.

mod much;
mod others;
mod pytest;
mod refused;

use insta::assert_snapshot;

use crate::harness::{Project, Services};

const RUN: &str = "let report = run_tests();
print(`${report.runner}: ${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped, ${report.errors} errors`);
";

fn python() -> Project {
    Project::new()
        .tools(&Services::from_env())
        .env("PYTHONDONTWRITEBYTECODE", "1")
}

/// The exit code, what wharf says of the runner, and the failure.
fn told(project: &Project) -> String {
    told_by(project, &["run"])
}

/// The same for a failure without output of its own: it would be followed by its log's end.
fn told_quietly(project: &Project) -> String {
    told_by(project, &["run", "--quiet"])
}

fn told_by(project: &Project, arguments: &[&str]) -> String {
    let (code, _, stderr) = project.run(arguments).streams();
    let base = project.base().display().to_string();
    let stderr = stderr.replace(&base, "[base]");
    let failure = stderr
        .find("\nerror: `run_tests`")
        .or(stderr.rfind("\nerror: "))
        .map(|at| at + 1);
    let begins = stderr.starts_with("error: ").then_some(0);
    let (before, failure) = stderr.split_at(failure.or(begins).unwrap_or(stderr.len()));
    let said: Vec<_> = before
        .lines()
        .filter(|line| line.starts_with("  ") && !line.trim().is_empty())
        .filter(|line| {
            [
                "pytest:",
                "django:",
                "unittest:",
                "cargo:",
                "only ",
                "nothing ",
            ]
            .iter()
            .any(|word| line.trim().starts_with(word))
        })
        .collect();
    format!("exit: {code}\n{}\n{failure}", said.join("\n"))
}

#[test]
fn no_tests_are_no_success() {
    let project = python().script(RUN).file("pytest.ini", "[pytest]\n");
    assert_snapshot!(told_quietly(&project), @r"
    exit: 1

    error: `run_tests`: pytest found no tests
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests();
      |              ^^^^^^^^^
    hint: are they where the runner looks for them? the option `paths` tells it where to look
    ");
    let project = python().script(RUN).file("setup.py", "");
    assert_snapshot!(told_quietly(&project), @r"
    exit: 1

    error: `run_tests`: unittest found no tests
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests();
      |              ^^^^^^^^^
    hint: are they where the runner looks for them? the option `paths` tells it where to look
    ");
}

#[test]
fn only_what_failed_is_run_again() {
    let tests = "def test_a():\n    assert A\n\n\ndef test_b():\n    assert B\n\n\ndef test_c():\n    pass\n";
    let project = python()
        .script("let report = run_tests(#{ only_failed: true, args: [\"-q\"] });\nprint(report.cases.map(|test| test.name));\n")
        .file("pytest.ini", "[pytest]\n")
        .file("test_ab.py", format!("A = B = False\n\n\n{tests}"));
    assert_snapshot!(told(&project), @r#"
    exit: 1
      pytest: pytest.ini has [pytest]
      nothing failed the last time: all tests run
    error: `run_tests`: 2 of 3 tests failed
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests(#{ only_failed: true, args: ["-q"] });
      |              ^^^^^^^^^
      | test_ab.py:5 test_a: assert False
      | test_ab.py:9 test_b: assert False
    hint: see all of it: `wharf logs 1 script`
    "#);
    assert_eq!(project.read(".wharf/.gitignore"), "*\n");

    project.write("test_ab.py", format!("A, B = True, False\n\n\n{tests}"));
    assert_snapshot!(told(&project), @r#"
    exit: 1
      pytest: pytest.ini has [pytest]
      only the 2 that failed the last time
    error: `run_tests`: 1 of 2 tests failed
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests(#{ only_failed: true, args: ["-q"] });
      |              ^^^^^^^^^
      | test_ab.py:9 test_b: assert False
    hint: see all of it: `wharf logs 2 script`
    "#);

    project.write("test_ab.py", format!("A = B = True\n\n\n{tests}"));
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.ends_with("[\"test_ab.py::test_b\"]\n"), "{stdout}");

    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout.ends_with(
            "[\"test_ab.py::test_a\", \"test_ab.py::test_b\", \"test_ab.py::test_c\"]\n"
        ),
        "{stdout}"
    );
}

#[test]
fn tests_that_failed_and_are_gone_let_all_run() {
    let project = python()
        .script("run_tests(#{ only_failed: true, args: [\"-q\"] });\n")
        .file("pytest.ini", "[pytest]\n")
        .file("test_a.py", "def test_old():\n    assert False\n");
    project.run(["run"]).streams();
    project.write("test_a.py", "def test_new():\n    pass\n");
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    let said = "the tests that failed the last time cannot be run alone: all run";
    assert!(stderr.contains(said), "{stderr}");
}

#[test]
fn a_project_whose_runner_cannot_be_told() {
    let project = Project::new().script("run_tests();\n");
    assert_snapshot!(told(&project), @r#"
    exit: 1

    error: `run_tests`: cannot tell how this project is tested
     --> wharf.rhai:1:1
      |
    1 | run_tests();
      | ^^^^^^^^^
    hint: name the runner: `run_tests(#{ runner: "pytest" })`, or run its command with `sh`
    "#);
    let project = Project::new().script("run_tests(#{ cwd: \"nowhere\" });\n");
    assert_snapshot!(told(&project), @r#"
    exit: 2

    error: option `cwd` of `run_tests`: the folder `nowhere` does not exist
     --> wharf.rhai:1:19
      |
    1 | run_tests(#{ cwd: "nowhere" });
      |                   ^^^^^^^^^
    "#);
}

#[test]
fn a_run_that_takes_too_long_is_stopped() {
    let project = python()
        .script("run_tests(\"test_slow.py\", #{ timeout: \"1s\", args: [\"-q\"] });\n")
        .file("pytest.ini", "[pytest]\n")
        .file(
            "test_slow.py",
            "import time\n\n\ndef test_slow():\n    time.sleep(600)\n",
        );
    assert_snapshot!(told(&project), @r#"
    exit: 1
      pytest: pytest.ini has [pytest]
    error: `run_tests`: took longer than its timeout of 1s
     --> wharf.rhai:1:1
      |
    1 | run_tests("test_slow.py", #{ timeout: "1s", args: ["-q"] });
      | ^^^^^^^^^
    "#);
    assert_eq!(project.survivors(), [] as [String; 0]);
}
