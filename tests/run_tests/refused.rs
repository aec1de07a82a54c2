//! Options of `run_tests` that cannot be used.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn a_runner_that_is_none_or_cannot_run_here() {
    let told = ["runner: [5][0]", "runner: \"django\""].map(|options| {
        let script = format!("run_tests(#{{ {options} }});");
        Project::new().script(&script).run(["run"]).failure()
    });
    assert_snapshot!(told.join("\n"), @"
    exit: 2
    error: option `runner` of `run_tests` must be text, not the number 5

    exit: 2
    error: option `runner` of `run_tests`: is `django`, and there is no `manage.py` in the project's folder
    hint: the option `cwd` names the folder that has it
    ");
}

#[test]
fn what_failed_is_told_also_where_the_results_cannot_be_written() {
    let project = super::python()
        .file("pytest.ini", "[pytest]\n")
        .file("test_rent.py", "def test_rent():\n    assert 1 == 2\n")
        .script("run_tests(#{ junit: \"/proc/nowhere/results.xml\" });");
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 1, "{stderr}");
    for told in [
        "warning: cannot write `/proc/nowhere/results.xml`: ",
        "1 of 1 test failed",
        "| test_rent.py:2 test_rent: assert 1 == 2\n",
    ] {
        assert!(stderr.contains(told), "{told}: {stderr}");
    }
}
