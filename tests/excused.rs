//! Failures that are allowed, and the runs after them.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn a_failure_that_is_allowed_stays_until_something_changes() {
    let project = Project::new()
        .script(
            r#"
stage("audit", #{ inputs: "src", allow_failure: true }, || { print(env("DEPTH", "1")); fail("old packages") });
stage("style", #{ allow_failure: true }, || fail("too long"));
stage("deploy", #{ needs: ["audit", "style"] }, || sh("[ -e fixed ]"));
"#,
        )
        .file("src", "1");
    project
        .run(["run", "--quiet"])
        .exit(1)
        .stdout("1\n")
        .streams();
    for _ in 0..2 {
        let told = project.run(["resume"]).exit(1);
        let (_, _, stderr) = told.streams();
        for line in [
            "○ audit skipped: failed in run 1, which is allowed\n",
            "○ style skipped: failed in run 1, which is allowed\n",
        ] {
            assert!(stderr.contains(line), "{stderr}");
        }
    }
    let project = project.env("DEPTH", "2");
    project
        .run(["resume", "--quiet"])
        .exit(1)
        .stdout("2\n")
        .streams();
    project.write("src", "2");
    project.write("fixed", "");
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 0
    ── stdout
    2
    ── stderr
    ▸ audit
    ! audit failed after [time], which is allowed: old packages  ran: it failed in run 4
    ○ style skipped: failed in run 1, which is allowed
    ▸ deploy
    ✓ deploy [time]
    1 passed, 1 failed (allowed), 1 skipped in [time]
    ");
}
