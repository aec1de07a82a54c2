//! Runs that stopped in the middle, and how they go on: what passed stays, no effect happens twice.

use std::sync::mpsc::channel;

use insta::assert_snapshot;
use rustix::process::Signal;

use crate::harness::{PATIENCE, Project, Standin};

/// Where a run is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The stage has just started.
    Start,
    /// Its effect has happened, and wharf does not know yet.
    Middle,
    /// It has just ended.
    End,
}

const STAGES: usize = 10;

fn ten(standin: &Standin) -> Project {
    Project::new().script(&format!(
        r#"
for n in 0..{STAGES} {{
    let needs = if n == 0 {{ [] }} else {{ [`s${{n - 1}}`] }};
    stage(`s${{n}}`, #{{ needs: needs }}, || {{
        http(`http://{}/s${{n}}`, #{{ method: "POST" }});
        print(`s${{n}} is done`);
        n
    }});
}}
"#,
        standin.address
    ))
}

/// How often the effect of each stage happened.
fn effects(standin: &Standin) -> Vec<usize> {
    let requests = standin.requests();
    let times = |stage| {
        let line = format!("POST /s{stage}");
        requests
            .iter()
            .filter(|request| request.line == line)
            .count()
    };
    (0..STAGES).map(times).collect()
}

#[test]
fn after_a_kill_at_any_moment_every_effect_happens_exactly_once() {
    let moments = [Moment::Start, Moment::Middle, Moment::End];
    for round in 0..20 {
        let (stage, moment) = ((round * 7) % STAGES, moments[round % 3]);
        let (arrived, arrival) = channel();
        let (answer, answered) = channel::<()>();
        let line = format!("POST /s{stage}");
        let answered = std::sync::Mutex::new(answered);
        let standin = Standin::watched(&[("200 OK", "{}")], move |request| {
            if request.line == line && matches!(moment, Moment::Middle) && arrived.send(()).is_ok()
            {
                // Until the run is killed; there is nobody to answer then.
                let _ = answered.lock().expect("no panic").recv_timeout(PATIENCE);
            }
        });
        let project = ten(&standin);
        let running = project.spawn(["run"]);
        match moment {
            Moment::Start => running.wait_for_stderr(&format!("▸ s{stage}\n")),
            Moment::Middle => arrival.recv_timeout(PATIENCE).expect("a request"),
            Moment::End => running.wait_for_stderr(&format!("✓ s{stage} ")),
        }
        running.signal(Signal::KILL);
        let _ = running.finish().streams();
        drop(arrival);
        drop(answer);
        finish(&project, &standin);
        assert_eq!(effects(&standin), [1; STAGES], "{moment:?} of s{stage}");
    }
}

/// Resumes until the run passes, and judges by what the stand-in saw where wharf asks.
fn finish(project: &Project, standin: &Standin) {
    let mut verdict = Vec::new();
    loop {
        let told = project.run(
            ["resume"]
                .iter()
                .copied()
                .chain(verdict.iter().map(String::as_str)),
        );
        let (code, _, stderr) = told.streams();
        match code {
            0 => return,
            // It was killed before anything was recorded, or after all was.
            2 if effects(standin) == [0; STAGES] => {
                project.run(["run", "--quiet"]).exit(0).streams();
                return;
            }
            2 => {
                return assert!(
                    stderr.contains(" passed: nothing of it is left to do"),
                    "{stderr}"
                );
            }
            3 if verdict.is_empty() => {
                let name = stderr.split("in stage `s").nth(1).expect("a stage's name");
                let name: String = name.chars().take_while(char::is_ascii_digit).collect();
                let stage: usize = name.parse().expect("a number");
                let happened = effects(standin)[stage] > 0;
                let option = if happened { "--done" } else { "--again" };
                verdict = vec![option.to_owned(), format!("s{stage}")];
            }
            other => panic!("exit {other}: {stderr}"),
        }
    }
}

#[test]
fn what_passed_stays_and_what_did_not_runs_again() {
    let project = Project::new()
        .script(
            r#"
stage("test", #{ inputs: "src" }, || { print("testing"); 7 });
stage("push", #{ needs: "test" }, |n| { sh("echo pushing", #{ effect: "publish" }); "digest" });
stage("deploy", #{ needs: "push" }, |digest| {
    sh(`echo deploying ${digest}`, #{ effect: "deploy" });
    sh("[ -e fixed ]");
    "live"
});
stage("tell", #{ needs: "deploy" }, |state| print(`told ${state}`));
"#,
        )
        .file("src", "1");
    assert_snapshot!(project.run(["run"]).all(), @r#"
    exit: 1
    ── stdout
    testing
    pushing
    deploying digest
    ── stderr
    ▸ test
    ✓ test [time]  ran: first time
    ▸ push
    ✓ push [time]
    ▸ deploy
    ✗ deploy failed after [time]
    ○ tell not run: `deploy` did not pass
    2 passed, 1 failed, 1 not run in [time]
    error: stage `deploy`: `sh`: the command ended with exit code 1
     --> wharf.rhai:6:5
      |
    6 |     sh("[ -e fixed ]");
      |     ^^
      | deploying digest
    hint: see all of it: `wharf logs 1 deploy`
    "#);
    let again = project.run(["resume", "--quiet"]);
    again.exit(1).streams();
    project.write("fixed", "");
    project.write("src", "2");
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 0
    ── stdout
    testing
    told live
    ── stderr
    ▸ test
    ✓ test [time]  ran: src changed
    ○ push skipped: passed in run 1
    ▸ deploy
      `sh` is done already, in run 1
    ✓ deploy [time]
    ▸ tell
    ✓ tell [time]
    3 passed, 1 skipped in [time]
    ");
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 2
    ── stderr
    error: run 3 passed: nothing of it is left to do
    hint: `wharf history` lists the runs
    ");
}

#[test]
fn an_effect_that_is_in_doubt_is_asked_about() {
    let project = Project::new().script(
        r#"stage("deploy", || sh("echo up; while :; do :; done", #{ effect: "deploy" }));"#,
    );
    let running = project.spawn(["run"]);
    running.wait_for("up\n");
    running.signal(Signal::KILL);
    let _ = running.finish().streams();
    let (code, _, stderr) = project.run(["resume"]).streams();
    let told: Vec<_> = stderr
        .lines()
        .filter(|line| !line.starts_with("warning:"))
        .collect();
    assert_eq!(code, 3);
    assert_eq!(
        told,
        [
            "error: whether `sh` in stage `deploy` has happened is not known: run 1 ended in the middle of it",
            "hint: look, then say `wharf resume 1 --done deploy`, or `--again deploy` to repeat it",
        ]
    );
    assert_snapshot!(project.run(["resume", "1", "--done", "depoly"]).all(), @"
    exit: 2
    ── stderr
    error: run 1 had no stage `depoly`
    ");
    assert_snapshot!(project.run(["resume", "1", "--done", "deploy"]).all(), @"
    exit: 0
    ── stderr
    ○ deploy skipped: passed in run 1
    1 skipped in [time]
    ");
}

#[test]
fn what_cannot_be_resumed_is_told() {
    let project = Project::new().script(r#"stage("test", || print(param("who", "ada")));"#);
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 2
    ── stderr
    error: nothing was run yet in `[project]`
    hint: `wharf run` does, and records it
    ");
    let _ = project.run(["run", "-p", "who=eve"]).streams();
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 2
    ── stderr
    error: run 1 passed: nothing of it is left to do
    hint: `wharf history` lists the runs
    ");
    assert_snapshot!(project.run(["resume", "9"]).all(), @"
    exit: 2
    ── stderr
    error: there is no run 9
    hint: the last one is 1
    ");
}

#[test]
fn the_parameters_of_the_run_are_used_again() {
    let project = Project::new().script(
        r#"stage("test", || { print(param("who", "ada")); sh("[ -e fixed ]") }); stage("other", || print("other"));"#,
    );
    let _ = project.run(["run", "-p", "who=eve", "test"]).streams();
    project.write("fixed", "");
    project.run(["resume", "--quiet"]).exit(0).stdout("eve\n");
}

#[test]
fn of_many_that_resume_a_run_at_once_one_does() {
    let standin = Standin::new("200 OK", "{}");
    let project = Project::new().script(&format!(
        r#"
stage("a", || sh("[ -e ok ]"));
stage("b", #{{ needs: "a" }}, || http("http://{}/b", #{{ method: "POST" }}));
"#,
        standin.address
    ));
    project.run(["run", "--quiet"]).exit(1).streams();
    project.write("ok", "");
    let running: Vec<_> = (0..4)
        .map(|_| project.spawn(["resume", "1", "--quiet"]))
        .collect();
    let ended = running
        .into_iter()
        .map(|running| running.finish().streams());
    let (passed, refused): (Vec<_>, Vec<_>) = ended.partition(|(code, ..)| *code == 0);
    assert_eq!((passed.len(), refused.len()), (1, 3));
    for (_, _, stderr) in refused {
        assert!(stderr.contains("run 1 was resumed by run 2"), "{stderr}");
    }
    assert_eq!(standin.requests().len(), 1);
}

#[test]
fn a_run_is_not_resumed_where_that_cannot_be_recorded() {
    let project =
        Project::new().script(r#"stage("a", || { sh("echo a >> effects"); sh("[ -e ok ]") });"#);
    project.run(["run", "--quiet"]).exit(1).streams();
    // To close it folds all that was written into the journal itself.
    project.run(["history"]).exit(0).streams();
    std::fs::create_dir(project.path(".wharf/journal.db-wal")).expect("no log");
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 3
    ── stderr
    error: run 1 is not resumed, as that cannot be recorded
    cause: unable to open database file
    ");
    assert_eq!(
        std::fs::read_to_string(project.path("effects")).expect("effects"),
        "a\n"
    );
}

#[test]
fn effects_without_the_key_are_asked_about() {
    let project = Project::new()
        .script(r#"stage("to a", || { sh("echo a >> effects", #{ effect: "deploy" }); sh("[ -e ok ]") });"#)
        .file(".wharf/key/none", "");
    let _ = project.run(["run", "--quiet"]).exit(1).streams();
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 3
    ── stderr
    error: the key in `.wharf` cannot be read
    cause: Is a directory
    ");
    std::fs::remove_dir_all(project.path(".wharf/key")).expect("a folder");
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 3
    ── stderr
    error: what `sh` in stage `to a` has done is not known: run 1 could not read the key in `.wharf`
    hint: look, then say `wharf resume 1 --done 'to a'`, or `--again 'to a'` to repeat it
    ");
    project.write("ok", "");
    project
        .run(["resume", "--again", "to a", "--quiet"])
        .exit(0)
        .streams();
}

#[test]
fn what_on_success_has_done_is_not_repeated() {
    let project = Project::new().script(
        r#"
stage("a", || 1);
on_success(|| { sh("echo told >> effects", #{ effect: "notify" }); sh("[ -e ok ]") });
"#,
    );
    project.run(["run", "--quiet"]).exit(1).streams();
    project.write("ok", "");
    project.run(["resume", "--quiet"]).exit(0).streams();
    assert_eq!(project.read("effects"), "told\n");
}

#[test]
fn a_lone_stage_runs_again_when_it_changed_or_its_output_is_gone() {
    let script = r#"
stage("a", #{ outputs: "out" }, || sh("echo one > out"));
on_success(|| sh("[ -e ok ]"));
"#;
    let project = Project::new().script(script);
    project.run(["run", "--quiet"]).exit(1).streams();
    std::fs::remove_file(project.path("out")).expect("an output");
    project.run(["resume", "--quiet"]).exit(1).streams();
    assert_eq!(project.read("out"), "one\n");
    let project = project.script(&script.replace("one", "two"));
    project.run(["resume", "--quiet"]).exit(1).streams();
    assert_eq!(project.read("out"), "two\n");
}

#[test]
fn what_a_watch_ran_is_not_what_is_resumed() {
    let project = Project::new()
        .script(r#"stage("a", #{ inputs: "ok" }, || sh("[ -e ok ]"));"#)
        .git();
    project.run(["run", "--quiet"]).exit(1).streams();
    project.write("ok", "");
    let running = project.spawn(["watch"]);
    running.wait_for_stderr(" passed in ");
    running.signal(Signal::INT);
    let _ = running.finish().streams();
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 0
    ── stderr
    ○ a skipped: same inputs as run 2, [time] ago
    1 skipped in [time]
    ");
}
