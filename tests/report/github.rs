//! GitHub Actions: groups, annotations, the summary, and what a child cannot do there.

use insta::assert_snapshot;

use super::merged;
use crate::harness::{Project, Services};

fn github() -> Project {
    Project::new()
        .env("GITHUB_ACTIONS", "true")
        .env("CI", "true")
}

/// Tests and a linter that find something, in a folder of the repository.
fn failing() -> Project {
    let services = Services::from_env();
    github()
        .tools(&services)
        .file("web/back/test_rent.py", "import unittest\n\n\nclass Rent(unittest.TestCase):\n    def test_rent(self):\n        self.assertEqual(3 * 400, 1300, \"50 %, or: so\\n::error::no\")\n\n    def test_well(self):\n        pass\n")
        .file("web/back/setup.cfg", "[flake8]\n")
        .file("web/back/rent.py", "import os\n")
        .file(
            "web/wharf.rhai",
            "stage(\"test\", || run_tests(#{ cwd: \"back\", runner: \"unittest\" }));\n\
             stage(\"lint\", || { try { lint(#{ cwd: \"back\", linter: \"flake8\", paths: \"rent.py\" }) } catch { } });\n",
        )
}

#[test]
fn a_stage_is_a_group() {
    let project = github().script("stage(\"test: 50 %\", || sh(\"echo up; echo on >&2\"));\n");
    assert_snapshot!(merged(&project, "run"), @"
    exit: 0
    ::group::test: 50 %25
    up
    on
    ::endgroup::
    ✓ test: 50 % [time]
    1 passed in [time]
    ");
    let told = merged(&project, "run --output prefixed");
    assert!(!told.contains("::group::"), "{told}");
    let told = merged(&project, "run --quiet");
    assert_eq!(told, "exit: 0\nup\non\n");
}

#[test]
fn where_the_log_is_read_from_two_pipes_one_is_used() {
    let project = github().script("stage(\"test\", || sh(\"echo up; echo on >&2\"));\n");
    let wharf = env!("CARGO_BIN_EXE_wharf");
    // The step's shell hands its own pipes on.
    let told = project.run_program("sh", ["-c", &format!("{wharf} run; exit $?")]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    ::group::test
    up
    on
    ::endgroup::
    ✓ test [time]
    1 passed in [time]
    ");
    // A reader of its own gets what is for it.
    let command = format!("read=$({wharf} run); echo \"read $read\"");
    let told = project.run_program("sh", ["-c", &command]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    read up
    ── stderr
    ::group::test
    on
    ::endgroup::
    ✓ test [time]
    1 passed in [time]
    ");
}

#[test]
fn no_child_gives_the_runner_a_command() {
    let lines = "::error::a\n  ::add-mask::b\n\x1b[1m::set-env name=A::c\nso ##[error]d\r::warning::e\nstd::env\n";
    let project = github().file("lines", lines).script(
        r#"stage("test", || { let lines = sh("cat lines").stdout; print(lines); fail(lines) });"#,
    );
    for arguments in [
        "run",
        "run --output grouped",
        "run --quiet",
        "run --output prefixed",
    ] {
        let told = merged(&project, arguments);
        let commands: Vec<_> = told
            .lines()
            .filter(|line| line.trim_start().starts_with("::") || line.contains("##["))
            .filter(|line| !line.starts_with("::group::") && *line != "::endgroup::")
            .filter(|line| !line.starts_with("::error file=wharf.rhai,"))
            .collect();
        assert!(commands.is_empty(), "{arguments}: {commands:?}\n{told}");
        assert!(told.contains("std::env\n"), "{told}");
    }
    for arguments in ["logs last", "logs last test", "logs last --follow"] {
        let told = merged(&project, arguments);
        let mut lines = told.lines();
        assert!(
            lines.all(|line| !line.trim_start().starts_with("::") && !line.contains("##[")),
            "{arguments}:\n{told}"
        );
        assert!(told.contains("\n\\::error::a\n"), "{told}");
    }
    let told = merged(&project, "call sh 'cat lines' --quiet");
    let mut lines = told.lines();
    assert!(
        lines.all(|line| !line.trim_start().starts_with("::")),
        "{told}"
    );
}

#[test]
fn failures_are_marked_in_the_files() {
    let project = failing();
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let root = project.root().display().to_string();
    let command = format!(
        "GITHUB_WORKSPACE={root} {wharf} -C web run lint; GITHUB_WORKSPACE={root} {wharf} -C web run test; true"
    );
    let (_, stdout, _) = project.run_program("sh", ["-c", &command]).streams();
    let commands: Vec<_> = stdout
        .lines()
        .filter(|line| line.starts_with("::error") || line.starts_with("::warning"))
        .collect();
    assert_snapshot!(commands.join("\n"), @"
    ::warning file=web/back/rent.py,line=1,col=1,title=flake8 F401::'os' imported but unused
    ::error file=web/wharf.rhai,line=1,col=18,title=stage test failed::`run_tests`: 1 of 2 tests failed
    ::error file=web/back/test_rent.py,line=6,title=test_rent.Rent.test_rent::AssertionError: 1200 != 1300 : 50 %25, or: so%0A::error::no
    ");
}

#[test]
fn the_jobs_summary_gets_a_table() {
    let project = failing().env("TOKEN", "correct-horse-battery");
    let summary = project.path("summary.md").display().to_string();
    let project = project
        .env("GITHUB_STEP_SUMMARY", summary)
        .file("summary.md", "# Before\n\n")
        .script(
            r#"
let token = secret("TOKEN");
stage("test", || run_tests(#{ cwd: "web/back", runner: "unittest" }));
stage("a|b <i>", || fail("no `quay` for correct-horse-battery"));
stage("deploy", #{ needs: ["test"], environment: "production" }, || 0);
"#,
        )
        .git();
    let (code, _, _) = project.run(["run", "a|b <i>"]).streams();
    assert_eq!(code, 1);
    let (code, _, _) = project.run(["run", "test", "deploy"]).streams();
    assert_eq!(code, 1);
    let text = crate::harness::normal::text(&project.read("summary.md"), &project.base());
    assert_snapshot!(text, @r"
    # Before

    ### wharf

    | stage | result | time | why |
    |---|---|---:|---|
    | a\|b &lt;i&gt; | ❌ failed | [time] | no \`quay\` for \*\*\* |

    **no \`quay\` for \*\*\***

    ### wharf

    | stage | result | time | why |
    |---|---|---:|---|
    | test | ❌ failed | [time] | \`run\_tests\`: 1 of 2 tests failed |
    | deploy to production | ⏭️ not run |  | \`test\` did not pass |

    | stage | test or rule | place | message |
    |---|---|---|---|
    | test | test\_rent.Rent.test\_rent | web/back/test\_rent.py:6 | AssertionError: 1200 \!= 1300 : 50 %, or: so |

    **\`run\_tests\`: 1 of 2 tests failed**
    ");
}
