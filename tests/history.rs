//! What is asked of the journal, and what it does not know.

use insta::assert_snapshot;

use crate::harness::Project;

const SCRIPT: &str = r#"
stage("test", || { sh("echo tested; echo and said >&2"); 3 });
stage("lint", #{ needs: ["test"] }, || { if param("lint", "ok") != "ok" { fail("no good") } });
stage("image", #{ needs: ["lint"], when: false }, || 1);
stage("deploy", #{ needs: ["image"] }, || 1);
"#;

fn run(project: &Project, arguments: &[&str]) {
    let all = ["run", "--quiet"].iter().chain(arguments);
    project.run(all).streams();
}

#[test]
fn what_is_asked_in_vain_is_told_with_what_to_do() {
    let project = Project::new().script(SCRIPT);
    let nothing = "nothing was run yet: `wharf run` does, and records it\n";
    project.run(["history"]).stderr(nothing);
    project
        .run(["history", "--json"])
        .stdout("[]\n")
        .stderr(nothing);
    assert_snapshot!(project.run(["logs"]).all(), @"
    exit: 2
    ── stderr
    error: nothing was run yet in `[project]`
    hint: `wharf run` does, and records it
    ");
    run(&project, &[]);
    assert_snapshot!(project.run(["logs", "7"]).all(), @"
    exit: 2
    ── stderr
    error: there is no run 7
    hint: the last one is 1
    ");
    assert_snapshot!(project.run(["logs", "last", "tset"]).all(), @"
    exit: 2
    ── stderr
    error: run 1 has no stage `tset`
    hint: did you mean `test`?
    ");
    assert_snapshot!(project.run(["logs", "first"]).all(), @"
    exit: 2
    ── stderr
    error: invalid value 'first' for '[RUN]': write the number of a run, or `last`

    For more information, try '--help'.
    ");
    assert_snapshot!(project.run(["history", "-n", "few"]).all(), @"
    exit: 2
    ── stderr
    error: invalid value 'few' for '--limit <N>': `few` is not a number of runs

    For more information, try '--help'.
    ");
    for jobs in ["two", "0"] {
        let (code, _, stderr) = project.run(["run", "--jobs", jobs]).streams();
        let told = format!("`{jobs}` is not a number of jobs; write 1 or more\n");
        assert!(code == 2 && stderr.contains(&told), "{stderr}");
    }
}

#[test]
fn the_last_run_is_the_last_of_the_pipeline() {
    let project = Project::new().script(SCRIPT);
    run(&project, &[]);
    project.run(["call", "sh", "true", "--quiet"]).streams();
    project.run(["repl", "-e", "sh(`true`)"]).streams();
    let expected = "tested\nand said\n";
    project.run(["logs", "last", "test"]).stdout(expected);
    let (_, all, _) = project.run(["logs"]).streams();
    assert!(all.starts_with("▸ test passed"), "{all}");
    let (code, _, stderr) = project.run(["resume"]).streams();
    assert!(
        code == 2 && stderr.contains("run 1 passed: nothing of it is left to do"),
        "{stderr}"
    );
}

#[test]
fn a_matrix_is_looked_at_by_its_name() {
    let project = Project::new().script(
        r#"stage("t", #{ matrix: #{ v: [1, 2] } }, || print(matrix("v")));
stage("t2", || 0);
"#,
    );
    run(&project, &[]);
    assert_snapshot!(project.run(["logs", "last", "t"]).all(), @"
    exit: 0
    ── stdout
    ▸ t (v=1) passed in [time]
    1
    ▸ t (v=2) passed in [time]
    2
    ");
    let told = project.run(["logs", "last", "t", "--follow"]);
    told.stdout("▸ t (v=1)\n1\n▸ t (v=2)\n2\n");
}

#[test]
fn a_journal_that_cannot_be_read_is_a_warning_of_a_plan() {
    let project = Project::new()
        .script("stage(\"test\", #{ inputs: \"src\" }, || 0);\n")
        .file("src", "")
        .file(".wharf/journal.db", "no database ".repeat(100));
    assert_snapshot!(project.run(["plan"]).all(), @"
    exit: 0
    ── stdout
    test  run    first time
    ── stderr
    warning: the journal cannot be used
    cause: file is not a database
    hint: move `.wharf/journal.db` away to begin a new one
    ");
}
