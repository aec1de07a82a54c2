//! `wharf plan`: decisions without a run, what they follow from, and runs that keep to them.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::Project;

fn project() -> Project {
    Project::new()
        .script(
            r#"
let level = "high";
stage("test", #{ inputs: "src/**" }, || { print(level + env("MODE", "")); 1 });
stage("lint", #{ inputs: "*.cfg" }, || print("lint"));
stage("image", #{ needs: ["test", "lint"], inputs: "Dockerfile" }, |n| print(`image ${n}`));
stage("deploy", #{ needs: "image", when: on_branch("main") }, || sh("echo deployed", #{ effect: "deploy" }));
stage("tell", #{ needs: "image", when: || true }, || print("told"));
"#,
        )
        .file("src/app.py", "app\n")
        .file("setup.cfg", "[flake8]\n")
        .file("Dockerfile", "FROM scratch\n")
}

#[test]
fn nothing_runs_and_nothing_is_left_behind() {
    let project = project();
    assert_snapshot!(project.run(["plan"]).all(), @"
    exit: 0
    ── stdout
    test    run    first time
    lint    run    first time
    image   run    first time
    deploy  skip   the branch is not known: this is not a git repository
    tell    maybe  if its `when` answers yes
    ");
    assert!(!project.path(".wharf").exists());
}

#[test]
fn each_decision_is_the_one_of_the_run() {
    let project = project().git();
    project
        .run(["run", "--quiet"])
        .exit(0)
        .stdout("high\nlint\nimage 1\ndeployed\ntold\n");
    assert_snapshot!(project.run(["plan"]).all(), @"
    exit: 0
    ── stdout
    test    skip   same inputs as run 1, [time] ago
    lint    skip   same inputs as run 1, [time] ago
    image   skip   same inputs as run 1, [time] ago
    deploy  run    it has no `inputs`
    tell    maybe  if its `when` answers yes
    ");
    project.write("src/app.py", "changed\n");
    assert_snapshot!(project.run(["plan"]).all(), @"
    exit: 0
    ── stdout
    test    run    src/app.py changed
    lint    skip   same inputs as run 1, [time] ago
    image   maybe  if `test` gives another result
    deploy  run    it has no `inputs`
    tell    maybe  if its `when` answers yes
    ");
    assert_snapshot!(project.run(["plan", "lint"]).all(), @"
    exit: 0
    ── stdout
    lint  skip   same inputs as run 1, [time] ago
    ");
    let told = project.run(["plan", "--json", "--only", "test"]);
    let mut plan: Value = serde_json::from_str(&told.streams().1).expect("JSON");
    let key = plan[0]["key"].take();
    assert_eq!(key.as_str().map(str::len), Some(64));
    assert_eq!(
        plan,
        json!([{ "stage": "test", "will": "run", "why": "src/app.py changed", "key": null }])
    );
}

#[test]
fn what_counts_is_told_part_by_part() {
    let project = project().git();
    project
        .run(["run", "--quiet", "image"])
        .exit(0)
        .stdout("high\nlint\nimage 1\n");
    project.write("src/app.py", "changed\n");
    project.write("src/new.py", "new\n");
    let project = project.env("MODE", "fast");
    assert_snapshot!(project.run(["plan", "--explain", "test"]).all(), @r#"
    exit: 0
    ── stdout
    what counts for `test`:
      same     its script
      same     option `inputs`
      same     the variable `level`
      changed  env("MODE")
      changed  its inputs: 2 files
        changed  src/app.py
        added    src/new.py
    "#);
    assert_snapshot!(project.run(["plan", "--explain", "deploy"]).all(), @"
    exit: 0
    ── stdout
    `deploy` has no `inputs`: it runs each time
    ");
    assert_snapshot!(project.run(["plan", "--explain", "tets"]).all(), @"
    exit: 2
    ── stderr
    error: there is no stage `tets` in this plan
    hint: did you mean `test`?
    ");
}

#[test]
fn a_saved_plan_runs_as_it_was_reviewed() {
    let project = project().git();
    project
        .run(["run", "--quiet", "image"])
        .exit(0)
        .stdout("high\nlint\nimage 1\n");
    project.write("src/app.py", "changed\n");
    let _ = project
        .run(["plan", "image", "--save", "plan.json"])
        .streams();
    project
        .run(["run", "--plan", "plan.json", "--quiet"])
        .exit(0)
        .stdout("high\n");
}

/// Each thing that may change between the review and the run.
#[test]
fn a_saved_plan_that_does_not_hold_is_refused() {
    type Change = fn(&Project);
    let changes: &[(Change, &str)] = &[
        (
            |project| project.write("src/app.py", "other\n"),
            "what `test` depends on changed",
        ),
        (
            |project| project.write("setup.cfg", "[mypy]\n"),
            "`lint` would run: setup.cfg changed",
        ),
        (
            |project| project.write("wharf.rhai", project.read("wharf.rhai") + "\n"),
            "the script or one of its modules changed",
        ),
        (
            |project| drop(project.tool("git", ["commit", "-q", "--allow-empty", "-m", "More"])),
            "another commit is checked out",
        ),
    ];
    for (change, difference) in changes {
        let project = project().git();
        project
            .run(["run", "--quiet", "image"])
            .exit(0)
            .stdout("high\nlint\nimage 1\n");
        project.write("src/app.py", "changed\n");
        let _ = project.run(["plan", "--save", "plan.json"]).streams();
        change(&project);
        let expected = format!(
            "exit: 3\n── stderr\nerror: the plan does not hold any more: {difference}\nhint: look at the new one: `wharf plan`\n"
        );
        assert_eq!(project.run(["run", "--plan", "plan.json"]).all(), expected);
    }
}

#[test]
fn what_is_no_plan_is_told() {
    let project = project()
        .file("old.json", "{\"version\": 0}")
        .file("no.json", "[]");
    assert_snapshot!(project.run(["run", "--plan", "missing.json"]).all(), @"
    exit: 2
    ── stderr
    error: cannot read the plan `missing.json`
    cause: there is no such file or folder
    ");
    assert_snapshot!(project.run(["run", "--plan", "old.json"]).all(), @"
    exit: 2
    ── stderr
    error: `old.json` was saved by another version of wharf
    hint: save it again: `wharf plan --save FILE`
    ");
    assert_snapshot!(project.run(["run", "--plan", "no.json"]).all(), @"
    exit: 2
    ── stderr
    error: `no.json` is no saved plan
    hint: make one with `wharf plan --save FILE`
    ");
    assert_snapshot!(project.run(["run", "--plan", "no.json", "test"]).all(), @"
    exit: 2
    ── stderr
    error: the argument '--plan <FILE>' cannot be used with '[STAGE]...'

    Usage: wharf run --plan <FILE> --jobs <N> [STAGE]...

    For more information, try '--help'.
    ");
    assert_snapshot!(project.run(["plan", "--save", "wharf.rhai/where.json"]).all(), @"
    exit: 2
    ── stderr
    error: cannot write `wharf.rhai/where.json`
    cause: not a directory
    ");
}

/// Conditions that are put together have no words of their own: then the script's are shown.
#[test]
fn a_condition_of_several_parts_is_told_as_it_is_written() {
    let project = Project::new()
        .script(
            "let ready = false;\n\
             stage(\"a\", #{ when: on_branch(\"main\")\n    && (ready || exists(\"a, b\")), needs: [] }, || 1);\n\
             stage(\"b\", #{ when: ready }, || 1);\n\
             stage(\"c\", #{ when: on_branch(\"release/*\") }, || 1);\n",
        )
        .git();
    project.tool("git", ["switch", "--quiet", "--create", "release/2026/11"]);
    assert_snapshot!(project.run(["plan"]).all(), @r#"
    exit: 0
    ── stdout
    a  skip   its `when` is false: on_branch("main") && (ready || exists("a, b"))
    b  skip   its `when` is false: ready
    c  skip   branch is release/2026/11, needs release/*
    "#);
}
