//! `parallel` inside a stage: closures side by side, their results in order.

use std::time::Duration;

use insta::assert_snapshot;
use rustix::process::Signal;

use crate::harness::Project;

const SOON: Duration = Duration::from_secs(2);

#[test]
fn closures_run_at_the_same_time_and_give_their_results_in_order() {
    let project = Project::new().script(
        r#"
fn wait_for(file) { `until [ -e ${file} ]; do :; done` }
let name = "me/app";
stage("both", || {
    let results = parallel([
        || { sh("touch a; " + wait_for("b")); name + ":a" },
        || { sh("touch b; " + wait_for("a")); 2 },
        || (),
    ]);
    print(results);
    results
});
stage("after", #{ needs: "both" }, |results| print(results.len()));
"#,
    );
    let told = project.run(["run"]);
    told.exit(0).stdout("[\"me/app:a\", 2, ()]\n3\n").streams();
}

#[test]
fn the_first_failure_stops_the_others_and_names_its_place() {
    let project = Project::new().script(
        r#"
stage("both", || {
    parallel([
        || sh("touch up; sleep 600 & wait"),
        || sh("until [ -e up ]; do :; done; exit 3"),
    ]);
    print("not reached");
});
"#,
    );
    assert_snapshot!(project.run(["run"]).all(), @r#"
    exit: 1
    ── stderr
    ▸ both
    ✗ both failed after [time]
    1 failed in [time]
    error: `sh`: the command ended with exit code 3
     --> wharf.rhai:5:12
      |
    5 |         || sh("until [ -e up ]; do :; done; exit 3"),
      |            ^^
    "#);
    project.wait_for_survivors(&[]);
}

#[test]
fn a_failure_of_one_can_be_caught_around_all() {
    let project = Project::new().script(
        r#"
try {
    parallel([|| fail("no good"), || 1]);
} catch (err) {
    print("caught: " + err.message);
}
"#,
    );
    project
        .run(["run"])
        .exit(0)
        .stdout("caught: no good\n")
        .streams();
}

#[test]
fn ctrl_c_stops_all_of_them() {
    let project = Project::new().script(
        r#"
stage("both", || parallel([
    || sh("echo one; sleep 600 & wait"),
    || { loop { } },
]));
"#,
    );
    let running = project.spawn(["run"]);
    running.wait_for("one\n");
    running.signal(Signal::INT);
    let (code, _, _) = running.finish_within(SOON).streams();
    assert_eq!(code, 130);
    project.wait_for_survivors(&[]);
}

#[test]
fn what_is_no_closure_without_parameters_is_refused() {
    for (script, expected) in [
        (
            "parallel([|| 1, 2]);",
            "`parallel` takes an array of closures, but one entry is a whole number",
        ),
        (
            "parallel([|x| x]);",
            "`parallel` calls its closures with nothing, but one wants more",
        ),
        (
            "parallel([|| 1]);\nstage(\"a\", || 1);",
            "`parallel` cannot run while the pipeline is being declared",
        ),
    ] {
        let project = Project::new().script(script);
        let (code, _, stderr) = project.run(["run"]).streams();
        assert!(stderr.contains(expected), "{stderr}");
        assert!(stderr.contains("--> wharf.rhai:1:1"), "{stderr}");
        assert_ne!(code, 0);
    }
}
