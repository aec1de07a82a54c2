//! What leaves the machine does not happen.

use insta::assert_snapshot;

use super::{end, watch};
use crate::harness::{Project, normal};

const SCRIPT: &str = r#"stage("image", #{ inputs: "a.txt" }, || {
    sh("echo built");
    try { sh("touch pushed", #{ effect: "publish" }); } catch (err) { print("caught"); }
    print("never said");
});
stage("deploy", #{ needs: "image" }, || sh("touch deployed", #{ effect: "deploy" }));
stage("clean", #{ needs: "image", always: true }, || sh("echo cleaned"));
on_success(|| sh("touch told", #{ effect: "notify" }));"#;

#[test]
fn effects_are_held_and_told() {
    let project = Project::new().script(SCRIPT).file("a.txt", "one\n");
    let running = watch(&project, &[]);
    project.write("a.txt", "two\n");
    running.wait_for_stderr_count(" in 0", 2);
    let (stdout, stderr) = end(running);
    assert_eq!(stdout, "built\ncleaned\nbuilt\ncleaned\n");
    assert_snapshot!(normal::text(&stderr, &project.base()), @"
    watching 1 folder; publish, deploy and notify are held
    ▸ image
    ◇ image held: it would publish: `sh` touch pushed
    ◇ deploy held: `image` is
    ▸ clean
    ✓ clean [time]
    ◇ on_success held: it would notify: `sh` touch told
    1 passed, 2 held in [time]
    ↻ a.txt changed
    ▸ image
    ◇ image held: it would publish: `sh` touch pushed
    ◇ deploy held: `image` is
    ▸ clean
    ✓ clean [time]
    ◇ on_success held: it would notify: `sh` touch told
    1 passed, 2 held in [time]
    error: interrupted
    ");
    for made in ["pushed", "deployed", "told"] {
        assert!(!project.path(made).exists(), "{made}");
    }
}

#[test]
fn what_is_allowed_happens_and_nothing_else() {
    let project = Project::new().script(
        r#"stage("push", || sh("touch pushed", #{ effect: "publish" }));
stage("deploy", || sh("touch deployed", #{ effect: "deploy" }));"#,
    );
    let running = watch(&project, &["--allow", "publish", "--yes"]);
    // What one stage writes may be there before the other begins, and then both run again.
    running.wait_for_stderr("◇ deploy held: it would deploy: `sh` touch deployed");
    let (_, stderr) = end(running);
    assert!(stderr.contains("allowed: publish"), "{stderr}");
    assert!(project.path("pushed").exists());
    assert!(!project.path("deployed").exists());
}

#[test]
fn nobody_is_asked_whether_to_allow_where_nobody_can_answer() {
    let project = Project::new().script("stage(\"a\", || ());");
    let told = project.run(["watch", "--allow", "publish,deploy"]);
    assert_snapshot!(told.all(), @"
    exit: 3
    ── stderr
    error: nobody can be asked whether to publish and deploy on every change
    hint: `--yes` answers
    ");
}

#[test]
fn a_person_is_asked_once() {
    let project =
        Project::new().script("stage(\"a\", || sh(\"touch a\", #{ effect: \"deploy\" }));");
    let mut terminal = project.terminal(["watch", "--allow", "deploy"]);
    terminal.wait_for("really deploy on every change? [y/N] ");
    terminal.write("n\n");
    assert_eq!(terminal.finish(), 3);
    assert!(!project.path("a").exists());
    let mut terminal = project.terminal(["watch", "--allow", "deploy"]);
    terminal.wait_for("[y/N] ");
    terminal.write("y\n");
    terminal.wait_for("waiting for changes");
    terminal.write("q");
    assert_eq!(terminal.finish(), 0);
    assert!(project.path("a").exists());
}

#[test]
fn a_rehearsal_plays_them() {
    let project = Project::new().script(SCRIPT).file("a.txt", "one\n");
    let running = project.spawn(["watch", "--rehearse"]);
    running.wait_for_stderr("what each service would have received");
    let (_, stderr) = end(running);
    assert!(
        stderr.starts_with(
            "watching 1 folder; publish, deploy and notify are played against stand-ins\n"
        ),
        "{stderr}"
    );
}

#[test]
fn what_is_manual_waits_to_be_asked_for() {
    let project = Project::new().script(
        r#"stage("unit", || sh("echo unit"));
stage("e2e", #{ watch: "manual", labels: "slow" }, || sh("echo e2e"));"#,
    );
    let running = watch(&project, &[]);
    let (stdout, _) = end(running);
    assert_eq!(stdout, "unit\n");
    for asked in ["e2e", "e*", "label:slow"] {
        let running = watch(&project, &[asked]);
        let (stdout, _) = end(running);
        assert_eq!(stdout, "e2e\n", "{asked}");
    }
    let told = Project::new()
        .script("stage(\"a\", #{ watch: \"manul\" }, || ());")
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: `watch` must be one of "auto", "manual", "restart", "wait", "queue", not `manul`
     --> wharf.rhai:1:22
      |
    1 | stage("a", #{ watch: "manul" }, || ());
      |                      ^^^^^^^
    hint: did you mean `manual`?
    error: 1 error found
    "#);
}

#[test]
fn what_there_is_not_ends_the_watch() {
    let told = Project::new()
        .script("stage(\"a\", || ());")
        .run(["watch", "nope"]);
    assert_snapshot!(told.all(), @r"
    exit: 2
    ── stderr
    watching 1 folder; publish, deploy and notify are held
    error: there is no stage `nope`
    hint: the stages are: a
    ");
}

#[test]
fn what_is_left_out_stays_so() {
    let project = Project::new()
        .script(
            r#"stage("a", || sh("cat a.txt"));
stage("b", || sh("echo b"));
stage("c", #{ needs: "b" }, || sh("echo c"));"#,
        )
        .file("a.txt", "one\n");
    let running = watch(&project, &["--skip", "b"]);
    project.write("a.txt", "two\n");
    running.wait_for_stderr_count(" passed, 1 skipped in ", 2);
    let (stdout, _) = end(running);
    assert_eq!(stdout, "one\ntwo\n");
}

#[test]
fn no_effect_begins_once_files_have_changed() {
    let project = Project::new()
        .script(
            r#"stage("a", || sh("read a < a.txt; echo begin $a; until test -e go; do sleep 0.01; done; echo end $a", #{ effect: "publish" }));
stage("b", || {
    let a = sh("read a < a.txt; echo ready $a; until test -e late; do sleep 0.01; done");
    sh(`echo deploys; : ${a}`, #{ effect: "deploy" })
});"#,
        )
        .file("a.txt", "one\n")
        .file(".wharfignore", "go\nlate\n");
    let arguments = [
        "-j2",
        "--allow",
        "publish,deploy",
        "-y",
        "--output",
        "prefixed",
    ];
    let running = project.spawn(["watch"].iter().chain(&arguments));
    running.wait_for("begin one\n");
    running.wait_for("ready one\n");
    project.write("a.txt", "two\n");
    running.wait_for_stderr("changed during the run: a.txt changed");
    project.write("late", "");
    project.write("go", "");
    running.wait_for("end two\n");
    running.wait_for("deploys\n");
    running.wait_for_stderr("2 passed in ");
    let (stdout, stderr) = end(running);
    assert_eq!(stdout.matches("deploys\n").count(), 1, "{stdout}{stderr}");
    assert_eq!(stdout.matches("end one\n").count(), 1, "{stdout}{stderr}");
    // The end of what was waited for is told.
    assert_eq!(stderr.matches("✓ a ").count(), 2, "{stderr}");
}
