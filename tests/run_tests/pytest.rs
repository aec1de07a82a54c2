use insta::assert_snapshot;

use super::{RUN, python, told, told_quietly};
use crate::harness::Project;

#[test]
fn pytest_tells_what_failed_and_where() {
    let project = python()
        .script(RUN)
        .file("setup.cfg", "[tool:pytest]\ntestpaths = tests\n")
        .file(
            "tests/test_rent.py",
            r#"import unittest

import pytest


def check(rent):
    assert rent == 400, "the rent is due"


def test_due():
    check(300)


@pytest.mark.parametrize("flat", ["quay 4", "a::b"])
def test_flat(flat):
    assert flat == "quay 4"


@pytest.fixture
def ledger():
    raise OSError("no ledger")


def test_ledger(ledger):
    pass


@pytest.mark.skip(reason="later")
def test_later():
    pass


@pytest.mark.xfail
def test_never():
    assert False


class Months(unittest.TestCase):
    def test_each(self):
        for month in range(3):
            with self.subTest(month=month):
                self.assertNotEqual(month, 1)
"#,
        );
    assert_snapshot!(told(&project), @"
    exit: 1
      pytest: setup.cfg has [tool:pytest]
    error: `run_tests`: 3 of 7 tests failed, 1 could not be run
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests();
      |              ^^^^^^^^^
      | tests/test_rent.py:7 test_due: AssertionError: the rent is due
      | tests/test_rent.py:16 test_flat[a::b]: AssertionError: assert 'a::b' == 'quay 4'
      | tests/test_rent.py:21 test_ledger: OSError: no ledger
      | tests/test_rent.py:42 Months::test_each: [month=1] AssertionError: 1 == 1
    hint: see all of it: `wharf logs 1 script`
    ");
}

#[test]
fn files_that_cannot_be_collected_are_told_with_their_reason() {
    let project = python()
        .script(RUN)
        .file("pytest.ini", "[pytest]\n")
        .file("test_good.py", "def test_good():\n    pass\n")
        .file("test_import.py", "import os\nimport no_such_module\n")
        .file("test_syntax.py", "def test_quay(:\n    pass\n");
    assert_snapshot!(told(&project), @"
    exit: 1
      pytest: pytest.ini has [pytest]
    error: `run_tests`: 2 tests could not be run
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests();
      |              ^^^^^^^^^
      | test_import.py:2 ModuleNotFoundError: No module named 'no_such_module'
      | test_syntax.py:1 SyntaxError: invalid syntax
    hint: see all of it: `wharf logs 1 script`
    ");
}

#[test]
fn a_pytest_that_ends_early_fails_whatever_its_exit_code() {
    let project = python()
        .script("run_tests(#{ args: [\"-q\", \"-s\"] });\n")
        .file("pytest.ini", "[pytest]\n")
        .file(
            "test_exit.py",
            "import os\n\n\ndef test_a():\n    pass\n\n\ndef test_exit():\n    os._exit(0)\n",
        );
    assert_snapshot!(told(&project), @r#"
    exit: 1
      pytest: pytest.ini has [pytest]
    error: `run_tests`: pytest died while it ran `test_exit.py::test_exit`, with exit code 0
     --> wharf.rhai:1:1
      |
    1 | run_tests(#{ args: ["-q", "-s"] });
      | ^^^^^^^^^
      | .
    hint: see all of it: `wharf logs 1 script`
    "#);
    project.write(
        "test_exit.py",
        "import pytest\n\n\ndef test_a():\n    pass\n\n\ndef test_exit():\n    pytest.exit(\"the quay is full\")\n",
    );
    assert_snapshot!(told_quietly(&project), @r#"
    exit: 1

    error: `run_tests`: pytest was stopped: the quay is full
     --> wharf.rhai:1:1
      |
    1 | run_tests(#{ args: ["-q", "-s"] });
      | ^^^^^^^^^
    "#);
}

#[test]
fn a_configuration_that_pytest_cannot_use() {
    let project = python()
        .script(RUN)
        .file("pytest.ini", "[pytest]\naddopts = --no-such-option\n");
    assert_snapshot!(told(&project), @"
    exit: 1
      pytest: pytest.ini has [pytest]
    error: `run_tests`: pytest cannot use its arguments or configuration
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests();
      |              ^^^^^^^^^
      | ERROR: usage: pytest.main() [options] [file_or_dir] [file_or_dir] [...]
      | pytest.main(): error: unrecognized arguments: --no-such-option
      |   inifile: [base]/project/pytest.ini
      |   rootdir: [base]/project
    hint: see all of it: `wharf logs 1 script`
    ");
}

#[test]
fn a_projects_own_environment_is_used_and_what_it_lacks_is_told() {
    let project = Project::new().script(RUN).file("conftest.py", "");
    project.tool("python3", ["-m", "venv", "--without-pip", ".venv"]);
    assert_snapshot!(told(&project), @r"
    exit: 1
      pytest: found conftest.py
    error: `run_tests`: pytest is not installed for `.venv`
     --> wharf.rhai:1:14
      |
    1 | let report = run_tests();
      |              ^^^^^^^^^
    hint: install it: `.venv/bin/pip install pytest`
    ");
}

#[test]
fn results_are_written_for_ci_beside_those_the_project_writes() {
    let project = python()
        .script("try { run_tests(#{ junit: \"reports/wharf.xml\", args: [\"-q\"] }); } catch (err) { print(err.exit_code); }\n")
        .file("pytest.ini", "[pytest]\naddopts = --junitxml=own.xml\n")
        .file("test_a.py", "def test_good():\n    pass\n\n\ndef test_bad():\n    assert 1 == 2\n");
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.ends_with("\n1\n"), "{stdout}");
    assert!(project.read("own.xml").contains("test_bad"));
    let written = project.read("reports/wharf.xml");
    let time = regex::Regex::new(r#" time="[^"]*""#).expect("a pattern of this file");
    assert_snapshot!(time.replace_all(&written, ""), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="wharf" tests="2" skipped="0" failures="1" errors="0">
        <testsuite name="pytest" tests="2" skipped="0" errors="0" failures="1">
            <testcase name="test_a.py::test_good" file="test_a.py" line="1"/>
            <testcase name="test_a.py::test_bad" file="test_a.py" line="6">
                <failure message="assert 1 == 2"/>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
}

#[test]
fn results_for_ci_hold_no_secret() {
    let project = python()
        .script("secret(\"TOKEN\"); run_tests(#{ runner: \"pytest\", junit: \"wharf.xml\", args: [\"-q\"] });")
        .file(
            "test_a.py",
            "import os\n\n\ndef test_bad():\n    assert False, 'with ' + os.environ['TOKEN']\n",
        )
        .env("TOKEN", "harbour-light");
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 1, "{stderr}");
    let written = project.read("wharf.xml");
    assert!(
        written.contains("with ***") && !written.contains("harbour-light"),
        "{written}"
    );
}
