//! `wharf call`: one action from the shell.

use insta::assert_snapshot;

use crate::harness::{Project, Standin};

#[test]
fn without_an_action_it_lists_them() {
    let (code, stdout, _) = Project::new().run(["call"]).streams();
    assert_eq!(code, 0);
    for name in ["sh", "docker_push", "render_deploy"] {
        assert!(stdout.contains(&format!("\n  {name} ")), "{stdout}");
    }
    assert!(stdout.contains("`wharf call ACTION --help`"), "{stdout}");
}

#[test]
fn an_action_tells_its_options() {
    let project = Project::new();
    assert_snapshot!(project.run(["call", "lint", "--help"]).all());
}

#[test]
fn the_result_is_data_and_all_else_is_talk() {
    let project = Project::new();
    let (code, stdout, stderr) = project.run(["call", "sh", "echo one; echo two"]).streams();
    assert_eq!(code, 0, "{stderr}");
    let result: Vec<_> = stdout.lines().take(4).collect();
    assert_eq!(result, ["exit_code  0", "stdout", "  one", "  two"]);
    assert!(stderr.contains("▸ sh\none\ntwo\n✓ sh"), "{stderr}");

    let (code, stdout, _) = project
        .run(["call", "--json", "sh", "echo one; echo two"])
        .streams();
    assert_eq!(code, 0);
    let value: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(value["stdout"], "one\ntwo");
}

#[test]
fn what_stands_behind_two_dashes_is_the_argument() {
    let project = Project::new();
    let (code, stdout, stderr) = project
        .run([
            "call", "sh", "--json", "--", "printf", "%s|", "--json", "a b",
        ])
        .streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("\"stdout\": \"--json|a b|\""), "{stdout}");
}

#[test]
fn what_does_not_fit_is_told_with_the_next_step() {
    let project = Project::new();
    let told = |words: &[&str]| project.run([&["call"], words].concat()).all();
    assert_snapshot!(told(&["docker_biuld", "me/app:1"]), @"
    exit: 2
    ── stderr
    error: there is no action `docker_biuld`
    hint: did you mean `docker_build`?
    ");
    assert_snapshot!(told(&["sh", "--timeot", "3", "true"]), @"
    exit: 2
    ── stderr
    error: unexpected argument '--timeot' found

      tip: a similar argument exists: '--timeout'

    Usage: wharf call sh --timeout <TIME> [COMMAND]...

    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["sh", "--timeout", "soon", "true"]), @r#"
    exit: 2
    ── stderr
    error: option `timeout` of `sh`: "soon" is no length of time; write "[time]", "1m30s" or "2h"
    hint: `wharf call sh --help` tells its options
    "#);
    assert_snapshot!(told(&["docker_build", "--build-arg", "A"]), @"
    exit: 2
    ── stderr
    error: invalid value 'A' for '--build-args <KEY=VALUE>': write it as KEY=VALUE

    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["docker_build", "--network", "moon"]), @"
    exit: 2
    ── stderr
    error: invalid value 'moon' for '--network <CHOICE>'
      [possible values: default, none, host]

    For more information, try '--help'.
    ");
    assert_snapshot!(told(&["http"]), @"
    exit: 2
    ── stderr
    error: `http` needs the option `url`
    hint: `wharf call http --help` tells its options
    ");
}

#[test]
fn a_failure_has_its_exit_code_and_prints_no_result() {
    let project = Project::new();
    let (code, stdout, stderr) = project.run(["call", "sh", "echo no; exit 7"]).streams();
    assert_eq!((code, &*stdout), (1, ""));
    assert!(
        stderr.contains("error: `sh`: the command ended with exit code 7"),
        "{stderr}"
    );
}

#[test]
fn nothing_leaves_the_machine_unasked() {
    let render = Standin::new("200 OK", "{}");
    let hook = format!("http://{}/deploy/srv-1?key=k3y-of-render", render.address);
    let project = Project::new().script("").env("HOOK_RENDER", &hook);
    assert_snapshot!(project.run(["call", "render_deploy"]).all(), @"
    exit: 3
    ── stderr
    error: `render_deploy` did not run: its effect is `deploy` and nobody is there to be asked
    hint: `--yes` lets it run
    ");
    assert_snapshot!(
        project.run(["call", "sh", "touch shipped", "--effect", "deploy"]).all(),
        @"
    exit: 3
    ── stderr
    error: `sh` did not run: its effect is `deploy` and nobody is there to be asked
    hint: `--yes` lets it run
    "
    );
    assert_eq!(render.requests().len(), 0);
    assert!(!project.path("shipped").exists());

    let (code, _, stderr) = project.run(["call", "render_deploy", "--yes"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(render.requests().len(), 1);
    assert!(!stderr.contains("k3y-of-render"), "{stderr}");
}

#[test]
fn a_rehearsal_plays_it_on_this_machine() {
    let project = Project::new()
        .script("")
        .env("HOOK_RENDER", "http://127.0.0.1:9/deploy/srv-1?key=k3y");
    let rehearsed = project.run(["call", "render_deploy", "--rehearse"]);
    let (code, stdout, stderr) = rehearsed.streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("\"accepted\""), "{stdout}");
    let failed = project.run([
        "call",
        "render_deploy",
        "--rehearse",
        "--fault",
        "render:500",
    ]);
    let (code, _, stderr) = failed.streams();
    assert_eq!(code, 1, "{stderr}");
}

#[test]
fn secrets_among_the_options_are_hidden_and_not_kept() {
    let project = Project::new().script("");
    let called = project.run([
        "call",
        "--json",
        "sh",
        "echo $API_TOKEN",
        "--env",
        "API_TOKEN=s3cret-token",
    ]);
    let (code, stdout, stderr) = called.streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("\"stdout\": \"***\""), "{stdout}");
    assert!(!stderr.contains("s3cret-token"), "{stderr}");
    let journal = project.run_program("grep", ["-rl", "s3cret-token", ".wharf"]);
    assert_eq!(journal.streams().0, 1);
}

#[test]
fn a_call_is_in_the_journal_and_no_run_to_resume() {
    let project = Project::new().script("");
    project.run(["call", "sh", "exit 3"]).streams();
    let (_, history, _) = project.run(["history"]).streams();
    assert!(
        history.ends_with("failed  -  1 failed, call sh\n"),
        "{history}"
    );
    assert_snapshot!(project.run(["resume"]).all(), @"
    exit: 2
    ── stderr
    error: that was one call, and no run of the pipeline
    hint: `wharf history` lists the runs: `wharf resume RUN` goes on with one
    ");
}

#[test]
fn without_a_repository_it_works_and_leaves_nothing() {
    let project = Project::new();
    let (code, stdout, _) = project.run(["call", "sh", "pwd"]).streams();
    assert_eq!(code, 0);
    assert!(stdout.starts_with("exit_code"), "{stdout}");
    assert!(!project.path(".wharf").exists());
}

#[test]
fn a_person_is_asked_once() {
    let project = Project::new().script("");
    let words = ["call", "sh", "touch shipped", "--effect", "deploy"];
    let mut terminal = project.terminal(words);
    terminal.wait_for(" touch shipped will deploy. [y]es, [n]o, [r]ehearse? ");
    terminal.write("n\n");
    assert_eq!(terminal.finish(), 3);
    assert!(!project.path("shipped").exists());

    let mut terminal = project.terminal(words);
    terminal.wait_for("[y]es, [n]o, [r]ehearse?");
    terminal.write("r\n");
    assert_eq!(terminal.finish(), 0);
    assert!(!project.path("shipped").exists());

    let mut terminal = project.terminal(words);
    terminal.wait_for("[y]es, [n]o, [r]ehearse?");
    terminal.write("y\n");
    assert_eq!(terminal.finish(), 0);
    assert!(project.path("shipped").exists());
}

#[test]
fn an_interrupt_stops_all_it_started() {
    let project = Project::new().script("");
    let mut terminal = project.terminal(["call", "sh", "echo begun; sleep 1000 & wait"]);
    terminal.wait_for("begun");
    terminal.interrupt();
    assert_eq!(terminal.finish(), 130);
    assert!(project.survivors().is_empty());
}

/// With so few descriptors nothing can be waited for, which wharf takes for impossible.
#[test]
fn what_breaks_wharf_itself_is_told_as_a_defect() {
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let line = "ulimit -n 7; exec \"$0\" call http http://127.0.0.1:9";
    let told = Project::new().run_program("sh", ["-c", line, wharf]);
    let (code, stdout, stderr) = told.streams();
    assert_eq!((code, &*stdout), (70, ""), "{stderr}");
    let lines: Vec<_> = stderr.lines().collect();
    assert_eq!(lines[1], "error: wharf broke outside of its stages");
    assert!(lines[2].starts_with("cause: "), "{stderr}");
    assert_eq!(
        lines[3],
        "hint: this is a defect of wharf: please report it, with the script if you can"
    );
}
