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
    let _ = project.run(["plan", "--save", "plan.json"]).streams();
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

type Change = fn(&Project);

/// Each thing that may change between the review and the run, and how it is told.
const OTHERS: &[(Change, &[&str], &str)] = &[
    (
        |project| project.write("src/app.py", "other\n"),
        &["p=1"],
        "of what `test` depends on, src/app.py changed",
    ),
    (
        |project| project.write("setup.cfg", "[mypy]\n"),
        &["p=1"],
        "of what `lint` depends on, setup.cfg changed",
    ),
    (
        |project| project.write("lib/names.rhai", "fn of(n) { n + 1 }\nfn other() {}\n"),
        &["p=1"],
        "the function `of` in `lib/names.rhai` changed",
    ),
    (
        |project| rewrite(project, "${target}", "the ${target}"),
        &["p=1"],
        "the script of `deploy` changed",
    ),
    (
        |project| rewrite(project, "fn loud(t) { t", "fn loud(t) { t + 1"),
        &["p=1"],
        "the function `loud` in `wharf.rhai` changed",
    ),
    (
        |project| drop(project.tool("git", ["commit", "-q", "--allow-empty", "-m", "More"])),
        &["p=1"],
        "commit [commit] is checked out, and it was commit [commit]",
    ),
    (|_| (), &["p=2"], "the parameter `p` is `2`, and was `1`"),
    (|_| (), &[], "the parameter `p` is not given, and was `1`"),
    (
        |project| project.write(".env", "TARGET=production\n"),
        &["p=1"],
        "`TARGET` is set in the environment, and was not",
    ),
    (
        |project| project.write("target", "production"),
        &["p=1"],
        "of what `deploy` depends on, `place` changed",
    ),
];

/// `text` with the same word for each commit.
fn without_commits(text: &str) -> String {
    let is_commit = |word: &&str| word.len() == 7 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = text.split(' ').map(|word| match word.split_once('\n') {
        Some((commit, rest)) if is_commit(&commit) => format!("[commit]\n{rest}"),
        None if is_commit(&word) => "[commit]".to_owned(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn rewrite(project: &Project, old: &str, new: &str) {
    let script = project.read("wharf.rhai");
    assert!(script.contains(old), "{script}");
    project.write("wharf.rhai", script.replace(old, new));
}

const REVIEWED: &str = r#"
import "lib/names" as names;
let target = env("TARGET", "staging");
let place = read_file("target");
fn loud(t) { t }
stage("test", #{ inputs: "src/**" }, || { param("p", ""); 1 });
stage("lint", #{ inputs: "*.cfg" }, || names::of(1));
stage("deploy", #{ needs: "test" }, || {
    sh(`echo to ${target} ${place} ${loud(1)}`, #{ effect: "deploy" });
});
"#;

#[test]
fn a_saved_plan_that_does_not_hold_is_refused() {
    for (change, parameters, difference) in OTHERS {
        let project = Project::new()
            .script(REVIEWED)
            .file("lib/names.rhai", "fn of(n) { n }\nfn other() {}\n")
            .file("src/app.py", "app\n")
            .file("setup.cfg", "[flake8]\n")
            .file("target", "here")
            .git();
        let save = ["plan", "-p", "p=1", "--save", "plan.json"];
        let _ = project.run(save).streams();
        change(&project);
        let parameters = parameters.iter().flat_map(|pair| ["-p", *pair]);
        let told = project.run(["run", "--plan", "plan.json"].into_iter().chain(parameters));
        let expected = format!(
            "exit: 3\n── stderr\nerror: the plan does not hold any more: {difference}\nhint: look at the new one: `wharf plan`\n"
        );
        assert_eq!(without_commits(&told.all()), expected);
        assert!(!project.path(".wharf/logs").exists());
    }
}

#[test]
fn a_saved_plan_holds_in_another_copy_and_with_another_secret() {
    let copy = || {
        Project::new()
            .script(
                r#"let token = secret("TOKEN"); stage("a", #{ inputs: "x.in" }, || token.len);"#,
            )
            .file("x.in", "1")
    };
    let project = copy().env("TOKEN", "harbour-light");
    let _ = project.run(["plan", "--save", "plan.json"]).streams();
    let other = copy().env("TOKEN", "harbour-night");
    other.write("plan.json", project.read("plan.json"));
    other
        .run(["run", "--quiet", "--plan", "plan.json"])
        .exit(0)
        .stdout("");
}

#[test]
fn what_may_be_skipped_leaves_what_needs_it_open() {
    let project = Project::new().script(
        r#"
stage("gate", #{ when: || exists("open") }, || 1);
stage("deploy", #{ needs: "gate" }, || 1);
stage("tell", #{ needs: "deploy" }, || 1);
stage("clean", #{ needs: "tell", always: true }, || 1);
"#,
    );
    assert_snapshot!(project.run(["plan"]).all(), @"
    exit: 0
    ── stdout
    gate    maybe  if its `when` answers yes
    deploy  maybe  if `gate` is not skipped
    tell    maybe  if `deploy` is not skipped
    clean   run    it has no `inputs`
    ");
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

#[test]
fn inputs_that_match_nothing_are_told_and_never_skip_a_stage() {
    let project = Project::new()
        .script(
            r#"
stage("test", #{ inputs: ["sorce/**", "!**/*.md"] }, || 1);
stage("lint", #{ inputs: ["*.cfg", "*.pyy"] }, || 1);
stage("pack", #{ inputs: "src", outputs: "dist/" }, || write_file("dist/a.txt", read_file("src/deep/a.txt")));
"#,
        )
        .file("setup.cfg", "")
        .file("src/deep/a.txt", "1")
        .file("dist/old.txt", "");
    project.run(["run", "--quiet"]).exit(0).streams();
    assert_snapshot!(project.run(["plan"]).all(), @"
    exit: 0
    ── stdout
    test  run    no file matches its `inputs`
    lint  skip   same inputs as run 1, [time] ago
    pack  skip   same inputs as run 1, [time] ago
    ── stderr
    warning: no file matches `sorce/**` in the `inputs` of `test`
    warning: no file matches `*.pyy` in the `inputs` of `lint`
    ");
    project.write("src/deep/a.txt", "2");
    assert_snapshot!(project.run(["run"]).all(), @"
    exit: 0
    ── stderr
    ▸ test
      warning: no file matches `sorce/**`, which is one of its `inputs`
    ✓ test [time]  ran: no file matches its `inputs`
    ○ lint skipped: same inputs as run 1, [time] ago
    ▸ pack
    ✓ pack [time]  ran: src/deep/a.txt changed
    2 passed, 1 skipped in [time]
    ");
}
