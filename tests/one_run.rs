//! One run in full: what `wharf history RUN` tells.

use insta::assert_snapshot;
use regex::Regex;
use serde_json::{Value, json};

use crate::harness::Project;

const SCRIPT: &str = r#"
stage("test", #{ inputs: "src" }, || sh("echo tested"));
stage("flaky", #{ needs: "test", retry: #{ count: 2, backoff: "1ms" } }, || {
    sh("true");
    sh("[ -e ok ] || { touch ok; exit 3; }");
    7
});
stage("soft", #{ needs: "flaky", allow_failure: true }, || {
    try { sh("exit 4") } catch {}
    fail("no\nmore")
});
stage("deploy", #{ needs: "soft", environment: "production" }, || sh("exit 1", #{ effect: "deploy" }));
stage("tell", #{ needs: "deploy" }, || print(param("who", "")));
stage("off", #{ when: false }, || 1);
on_failure(|failure| sh("true", #{ effect: "notify" }));
"#;

fn project() -> Project {
    let project = Project::new()
        .script(SCRIPT)
        .file("src", "")
        .env("USER", "ada");
    let told = project.run(["run", "--keep-going", "--quiet", "-p", "who=ada lovelace"]);
    told.exit(1).streams();
    project
}

/// What is told of a run, without its date and the machine.
fn shown(project: &Project, arguments: &[&str]) -> String {
    let told = project.run(["history"].iter().chain(arguments)).all();
    let date = Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC").expect("a pattern");
    let machine = Regex::new("ada@.*").expect("a pattern");
    let told = date.replace(&told, "[date]");
    machine.replace(&told, "ada@[machine]").into_owned()
}

fn object(project: &Project, arguments: &[&str]) -> Value {
    let told = project.run(["history", "--json"].iter().chain(arguments));
    let (code, stdout, stderr) = told.streams();
    assert_eq!((code, stderr.as_str()), (0, ""));
    serde_json::from_str(&stdout).expect("JSON")
}

#[test]
fn a_run_is_shown_with_its_stages_attempts_and_actions() {
    let project = project();
    assert_snapshot!(shown(&project, &["1"]), @"
    exit: 0
    ── stdout
    run 1 failed after [time]
      started    [date], [time] ago
      by         ada@[machine]
      command    wharf run --keep-going --quiet -p 'who=ada lovelace'

    ✓ test passed in [time]  ran: first time
        sh  check  [time]  passed
    ✓ flaky passed in [time]
        attempt 1 failed after [time]: wharf.rhai:5:5: `sh`: the command ended with exit code 3
          sh  check  [time]  passed
          sh  check  [time]  failed
        attempt 2 passed in [time]
          sh  check  [time]  passed
          sh  check  [time]  passed
    ! soft failed after [time], which is allowed
        wharf.rhai:10:5: no
        sh  check  [time]  failed: the command ended with exit code 4
    ✗ deploy to production failed after [time]
        wharf.rhai:12:67: `sh`: the command ended with exit code 1
        sh  deploy  [time]  failed
    ○ tell not run: `deploy` did not pass
    ○ off skipped: its `when` is false
    ▸ on_failure
        sh  notify  [time]  passed
    ");
    assert_eq!(shown(&project, &["1"]), shown(&project, &["last"]));
}

#[test]
fn the_object_of_a_run_is_that_of_the_list_and_more() {
    let project = project();
    let mut run = object(&project, &["1"]);
    let deploy = &run["stages"][3];
    assert_eq!(deploy["environment"], "production");
    assert_eq!(deploy["actions"][0]["effect"], "deploy");
    assert_eq!(run["hooks"][0]["name"], "on_failure");
    assert_eq!(run["hooks"][0]["actions"][0]["state"], "passed");
    let flaky = &run["stages"][1];
    let tries = flaky["tries"].as_array().expect("tries");
    let told = tries
        .iter()
        .map(|one| (&one["attempt"], &one["state"], &one["failure"]));
    let place = "wharf.rhai:5:5: `sh`: the command ended with exit code 3";
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (&json!(1), &json!("failed"), &json!(place)),
            (&json!(2), &json!("passed"), &Value::Null)
        ]
    );
    assert!(
        tries
            .iter()
            .all(|one| one["took_ms"].is_u64() && one["started"].is_string())
    );
    let actions = flaky["actions"].as_array().expect("actions");
    let told = actions
        .iter()
        .map(|one| format!("{} {}", one["attempt"], one["state"]));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "1 \"passed\"",
            "1 \"failed\"",
            "2 \"passed\"",
            "2 \"passed\""
        ]
    );
    for stage in run["stages"].as_array_mut().expect("stages") {
        let stage = stage.as_object_mut().expect("a stage");
        assert!(stage.remove("tries").is_some() && stage.remove("actions").is_some());
    }
    run.as_object_mut().expect("a run").remove("hooks");
    assert_eq!(json!([run]), object(&project, &[]));
}

#[test]
fn a_run_that_was_resumed_names_the_one_before() {
    let project = Project::new()
        .script(r#"stage("a", || sh("[ -e ok ]"));"#)
        .env("USER", "ada");
    project.run(["run", "--quiet"]).exit(1).streams();
    project.write("ok", "");
    project.run(["resume", "--quiet"]).exit(0).streams();
    assert_snapshot!(shown(&project, &["#2"]), @"
    exit: 0
    ── stdout
    run 2 passed in [time]
      started    [date], [time] ago
      by         ada@[machine]
      command    wharf run --quiet
      continues  run 1

    ✓ a passed in [time]
        sh  check  [time]  passed
    ");
    assert_eq!(object(&project, &["2"])["continues"], 1);
}

#[test]
fn a_run_that_is_not_there_is_told_with_what_is() {
    let project = Project::new().script("print(1);");
    assert_snapshot!(project.run(["history", "1"]).all(), @"
    exit: 2
    ── stderr
    error: nothing was run yet in `[project]`
    hint: `wharf run` does, and records it
    ");
    project.run(["run", "--quiet"]).streams();
    assert_snapshot!(project.run(["history", "7"]).all(), @"
    exit: 2
    ── stderr
    error: there is no run 7
    hint: the last one is 1
    ");
    assert_snapshot!(project.run(["history", "first"]).all(), @"
    exit: 2
    ── stderr
    error: invalid value 'first' for '[RUN]': write the number of a run, or `last`

    For more information, try '--help'.
    ");
}
