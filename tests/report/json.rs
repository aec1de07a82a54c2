//! `--json`.

use rustix::process::Signal;
use serde_json::Value;

use crate::harness::Project;

/// The lines, and what is on standard error.
fn events(project: &Project, arguments: &[&str]) -> (Vec<Value>, String) {
    let (_, stdout, stderr) = project.run(arguments).streams();
    (read(&stdout), stderr)
}

fn read(stdout: &str) -> Vec<Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}

fn types(events: &[Value]) -> Vec<String> {
    let of = |event: &Value| event["type"].as_str().unwrap_or_default().to_owned();
    events.iter().map(of).collect()
}

const SCRIPT: &str = r#"
stage("test", || { sh("printf '\\033[31mred\\033[0m\\ntwo'; echo err >&2"); print("three"); 4 });
stage("deploy", #{ needs: ["test"], when: on_branch("release") }, || 0);
stage("bad", #{ needs: ["test"] }, || fail("the quay is full"));
"#;

#[test]
fn each_event_is_a_line() {
    let project = Project::new().script(SCRIPT).git();
    let (events, stderr) = events(&project, &["run", "--json"]);
    let first = &events[0];
    assert_eq!(
        (&first["type"], &first["version"]),
        (&"run_started".into(), &1.into())
    );
    assert_eq!(first["stages"][1]["needs"], serde_json::json!(["test"]));
    for event in &events {
        let time = event["time"].as_str().expect("a time");
        assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
    }
    let of = |kind: &str| {
        events
            .iter()
            .filter(|event| event["type"] == kind)
            .collect::<Vec<_>>()
    };
    let texts: Vec<_> = of("output")
        .iter()
        .filter_map(|event| event["text"].as_str())
        .collect();
    assert_eq!(texts.len(), 4);
    for text in ["red", "two", "err", "three"] {
        assert!(texts.contains(&text), "{texts:?}");
    }
    assert_eq!(of("action_finished")[0]["result"]["exit_code"], 0);
    assert_eq!(
        of("stage_skipped")[0]["reason"],
        "branch is main, needs release"
    );
    let finished = of("stage_finished");
    assert_eq!(
        (&finished[0]["outcome"], &finished[0]["result"]),
        (&"passed".into(), &4.into())
    );
    assert_eq!(finished[1]["failure"]["message"], "the quay is full");
    assert_eq!(finished[1]["failure"]["places"][0]["line"], 4);
    let last = events.last().expect("a last event");
    assert_eq!(last["type"], "run_finished");
    assert_eq!((&last["passed"], &last["skipped"]), (&1.into(), &1.into()));
    assert_eq!(last["failure"]["kind"], "pipeline");
    // People read on standard error.
    assert!(
        stderr.contains("▸ test\n") && stderr.contains("three\n"),
        "{stderr}"
    );
    let (_, stdout, stderr) = project.run(["run", "test", "--json", "--quiet"]).streams();
    assert_eq!(
        (
            types(&read(&stdout)).last().map(String::as_str),
            stderr.as_str()
        ),
        (Some("run_finished"), "")
    );
}

#[test]
fn a_full_disk_under_the_lines_is_told() {
    let project = Project::new().script("stage(\"test\", || 0);\n");
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let command = format!("{wharf} run --json > /dev/full");
    let told = project.run_program("sh", ["-c", &command]);
    let (code, _, stderr) = told.streams();
    let error = "error: cannot write to standard output\ncause: No space left on device\n";
    assert!(code == 1 && stderr.ends_with(error), "{code}: {stderr}");
    // Who reads no more wants no more.
    let command = format!("{wharf} run --json | head -n 1 > first");
    project.run_program("sh", ["-c", &command]).streams();
    assert!(project.read("first").contains("run_started"));
}

#[test]
fn what_a_stage_changes_is_told_and_planned() {
    let project =
        Project::new().script("stage(\"deploy\", #{ environment: \"production\" }, || 0);\n");
    project
        .run(["plan"])
        .stdout("deploy  run    it has no `inputs` (environment: production)\n");
    let (events, _) = events(&project, &["run", "--json"]);
    assert_eq!(events[0]["stages"][0]["environment"], "production");
}

#[test]
fn the_lines_are_documented() {
    let (code, text, _) = Project::new().run(["docs", "json"]).streams();
    assert_eq!(code, 0);
    for line in ["What `wharf run --json` prints", "  run_finished  "] {
        assert!(text.contains(line.trim()), "{text}");
    }
}

#[test]
fn an_interrupt_ends_the_lines_in_order() {
    let project = Project::new().script("stage(\"wait\", || sh(\"echo up; sleep 600\"));\n");
    let running = project.spawn(["run", "--json"]);
    running.wait_for("\"up\"");
    running.signal(Signal::INT);
    let (code, stdout, _) = running.finish().streams();
    assert_eq!(code, 130);
    let events = read(&stdout);
    let finished = &events[events.len() - 2];
    assert_eq!(
        (&finished["type"], &finished["outcome"]),
        (&"stage_finished".into(), &"cancelled".into())
    );
    assert_eq!(
        events.last().expect("a last event")["failure"]["kind"],
        "interrupted"
    );
}

#[test]
fn a_script_that_is_wrong_is_told_as_well() {
    let project =
        Project::new().script("print(\"early\");\nstage(\"test\", || 0);\nfail(\"no\");\n");
    let (events, _) = events(&project, &["run", "--json"]);
    assert_eq!(types(&events), ["run_started", "output", "run_finished"]);
    assert_eq!(events[2]["failure"]["message"], "no");
}

#[test]
fn secrets_are_masked_and_lines_stay_json() {
    let project = Project::new()
        .env("TOKEN", "correct \"horse\" battery")
        .env("PIN", "47114711")
        .env("TYPE", "stage_finished")
        .script(
            r#"
let secrets = [secret("TOKEN"), secret("PIN"), secret("TYPE")];
stage("test", || {
    sh("printf 'correct \\033[1m\"horse\" battery\\n'; echo $PIN");
    let map = #{};
    map[env("TOKEN")] = 47114711;
    map
});
stage("bad", || fail("no correct \"horse\" battery"));
"#,
        );
    let (events, stderr) = events(&project, &["run", "--json"]);
    let finished = events
        .iter()
        .find(|event| event["outcome"] == "passed")
        .expect("the end of a stage");
    assert_eq!(finished["result"], serde_json::json!({ "***": "***" }));
    let all = serde_json::to_string(&events).expect("JSON");
    for secret in ["horse", "47114711"] {
        assert!(
            !all.contains(secret) && !stderr.contains(secret),
            "{all}\n{stderr}"
        );
    }
}

#[test]
fn what_it_took_to_decide_is_not_the_time_of_a_stage() {
    let project = Project::new().script(
        r#"stage("a", #{ when: || { sleep("300ms"); true } }, || 1); stage("b", #{ needs: "a" }, || 1);"#,
    );
    let (events, _) = events(&project, &["run", "--json"]);
    let took = |kind: &str| {
        let event = events.iter().find(|event| event["type"] == kind);
        event.expect("an event")["seconds"].clone()
    };
    let (stage, run) = (took("stage_finished"), took("run_finished"));
    assert!(
        stage.as_f64() < Some(0.3) && run.as_f64() >= Some(0.3),
        "{stage} {run}"
    );
}
