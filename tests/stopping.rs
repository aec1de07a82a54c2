//! Ctrl-C and its kin: everything that was started ends, and soon.

use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use insta::assert_snapshot;
use rustix::process::Signal;

use crate::harness::{PATIENCE, Project, Standin};

/// How long what was started may take to end.
const SOON: Duration = Duration::from_secs(2);
/// How long it may take with hooks that do not end by themselves.
const HOOKS: Duration = Duration::from_secs(4);

const WAITING: &str = r#"
stage("wait", || sh("sh -c 'sleep 600 & echo up; wait' & wait"));
stage("deploy", #{ needs: ["wait"] }, || sh("touch deployed"));
on_failure(|failure| print("told: " + failure.message));
"#;

#[test]
fn a_signal_stops_children_and_their_children_and_is_told() {
    for signal in [Signal::INT, Signal::TERM] {
        let project = Project::new().script(WAITING);
        let running = project.spawn(["run"]);
        running.wait_for("up\n");
        running.signal(signal);
        let (code, stdout, _) = running.finish_within(SOON).streams();
        assert_eq!(code, 130);
        assert_eq!(stdout, "up\ntold: interrupted\n");
        project.wait_for_survivors(&[]);
        assert!(!project.path("deployed").exists());
    }
}

#[test]
fn a_stopped_run_says_so() {
    let project = Project::new().script(WAITING);
    let running = project.spawn(["run"]);
    running.wait_for("up\n");
    running.signal(Signal::INT);
    assert_snapshot!(running.finish_within(SOON).all(), @"
    exit: 130
    ── stdout
    up
    told: interrupted
    ── stderr
    ▸ wait
    ✗ wait cancelled after [time]
    ○ deploy not run: `wait` was cancelled
    1 cancelled, 1 not run in [time]
    error: interrupted
    ");
}

#[test]
fn a_child_that_does_not_listen_is_ended() {
    let project =
        Project::new().script(r#"sh("trap '' TERM INT; echo up; while :; do sleep 600; done");"#);
    let running = project.spawn(["run"]);
    running.wait_for("up\n");
    running.signal(Signal::TERM);
    running.finish_within(SOON).streams();
    project.wait_for_survivors(&[]);
}

#[test]
fn children_of_children_that_do_not_listen_are_ended() {
    let project = Project::new().script(
        r#"stage("deep", || sh("sh -c 'trap \"\" TERM INT; sh -c \"trap : TERM; echo up; while :; do sleep 600; done\"'"));"#,
    );
    let running = project.spawn(["run", "--quiet"]);
    running.wait_for("up\n");
    running.signal(Signal::TERM);
    let (code, _, _) = running.finish_within(SOON).streams();
    assert_eq!(code, 130);
    project.wait_for_survivors(&[]);
}

#[test]
fn a_script_that_is_busy_with_itself_is_stopped() {
    const FUNCTION: &str = "fn f(n) { if n > 0 { f(n - 1) } }";
    for busy in [
        "loop { }",
        "loop { try { loop { } } catch { } }",
        "loop { try { loop { } } catch (err) { print(err); } }",
        "loop { f(50) }",
        "sleep(600)",
        "sleep(600.0)",
        "sleep(\"10m\")",
        "try { sleep(600) } catch (err) { print(\"caught\") }",
        "sh(\"sleep 600\")",
    ] {
        for script in [
            format!("{FUNCTION} print(\"up\"); {busy}"),
            format!("{FUNCTION} stage(\"busy\", || {{ print(\"up\"); {busy} }});"),
            format!("{FUNCTION} stage(\"never\", || print(\"never\")); print(\"up\"); {busy}"),
        ] {
            // An action is refused there.
            if script.contains("never") && busy.contains("sh(") {
                continue;
            }
            let project = Project::new().script(&script);
            let running = project.spawn(["run", "--quiet"]);
            running.wait_for("up\n");
            running.signal(Signal::INT);
            let (code, stdout, stderr) = running.finish_within(SOON).streams();
            assert_eq!((code, stdout.as_str()), (130, "up\n"), "{script}\n{stderr}");
            assert_eq!(stderr, "error: interrupted\n", "{script}");
        }
    }
}

#[test]
fn a_signal_ends_the_hook_of_a_run_that_failed() {
    let project = Project::new().script(
        r#"
stage("test", || fail("the quay is full"));
on_failure(|| sh("echo hook; sleep 600"));
"#,
    );
    let running = project.spawn(["run", "--quiet"]);
    running.wait_for("hook\n");
    running.signal(Signal::INT);
    let (code, _, stderr) = running.finish_within(SOON).streams();
    assert_eq!(code, 1);
    assert!(stderr.starts_with("error: the quay is full\n"), "{stderr}");
    project.wait_for_survivors(&[]);
}

#[test]
fn a_signal_ends_the_hook_of_a_run_that_passed() {
    let project = Project::new().script(
        r#"
stage("test", || 0);
on_success(|| sh("echo hook; sleep 600"));
"#,
    );
    let running = project.spawn(["run", "--quiet"]);
    running.wait_for("hook\n");
    running.signal(Signal::INT);
    running
        .finish_within(SOON)
        .stdout("hook\n")
        .stderr("error: interrupted\n")
        .exit(130);
    project.wait_for_survivors(&[]);
}

#[test]
fn a_stop_cannot_be_caught() {
    let project = Project::new().script(
        "loop {\n    try { sh(\"echo up; sleep 600\"); } catch (err) { print(\"caught\"); }\n}\n",
    );
    let running = project.spawn(["run", "--quiet"]);
    running.wait_for("up\n");
    running.signal(Signal::INT);
    let (code, stdout, _) = running.finish_within(SOON).streams();
    assert_eq!((code, stdout.as_str()), (130, "up\n"));
}

#[test]
fn a_second_signal_ends_at_once() {
    let project = Project::new().script(
        r#"
stage("wait", || sh("echo up; sleep 600"));
on_failure(|failure| sh("echo hook; sleep 600"));
"#,
    );
    let running = project.spawn(["run", "--quiet"]);
    running.wait_for("up\n");
    running.signal(Signal::INT);
    running.wait_for("hook\n");
    running.signal(Signal::INT);
    let (code, _, _) = running.finish_within(Duration::from_millis(500)).streams();
    assert_eq!(code, 130);
    project.wait_for_survivors(&[]);
}

#[test]
fn a_hook_that_takes_too_long_does_not_keep_a_stopped_run() {
    let project = Project::new().script(
        r#"
stage("wait", || sh("echo up; sleep 600"));
on_failure(|failure| sh("echo hook; sleep 600"));
on_failure(|failure| sh("echo another; sleep 600"));
"#,
    );
    let running = project.spawn(["run", "--quiet"]);
    running.wait_for("up\n");
    running.signal(Signal::INT);
    let (code, _, _) = running.finish_within(HOOKS).streams();
    assert_eq!(code, 130);
    project.wait_for_survivors(&[]);
}

#[test]
fn ctrl_c_in_a_terminal_leaves_it_usable() {
    let project = Project::new().script(WAITING);
    let mut terminal = project.terminal(["run"]);
    terminal.wait_for("up");
    terminal.interrupt();
    assert_eq!(terminal.finish(), 130);
    project.wait_for_survivors(&[]);
    // The cursor is shown again.
    let shown = terminal.raw();
    assert_eq!(
        shown.matches("\x1b[?25l").count(),
        shown.matches("\x1b[?25h").count()
    );
}

#[test]
fn a_git_that_hangs_is_stopped() {
    let project = Project::new().file("bin/git", "#!/bin/sh\ntouch started\nexec sleep 600\n");
    project.tool("chmod", ["+x", "bin/git"]);
    let path = format!(
        "{}:{}",
        project.path("bin").display(),
        std::env::var("PATH").expect("a PATH")
    );
    let project = project
        .env("PATH", path)
        .script("stage(\"a\", || { log(\"asking\"); print(git::sha()); });");
    let running = project.spawn(["run"]);
    running.wait_for_stderr("asking\n");
    running.signal(Signal::INT);
    let (code, stdout, _) = running.finish_within(SOON).streams();
    assert_eq!((code, &*stdout), (130, ""));
    project.wait_for_survivors(&[]);
}

#[test]
fn a_second_signal_ends_what_nothing_waits_for() {
    let project = Project::new()
        .script("stage(\"a\", || { sh(\"true\"); log(\"reading\"); read_file(\"pipe\"); });");
    project.tool("mkfifo", ["pipe"]);
    let running = project.spawn(["run"]);
    running.wait_for_stderr("reading\n");
    running.signal(Signal::TERM);
    running.signal(Signal::INT);
    let (code, _, _) = running.finish_within(SOON).streams();
    assert_eq!(code, 130);
}

/// Takes what is sent to it and never answers; the receiver learns of each request.
fn silent() -> (Standin, Receiver<()>) {
    let (seen, asked) = channel();
    let standin = Standin::watched(&[("200 OK", "{}")], move |_| {
        if seen.send(()).is_ok() {
            loop {
                thread::park();
            }
        }
    });
    (standin, asked)
}

#[test]
fn what_waits_for_a_service_is_stopped() {
    let hook = Standin::new("200 OK", r#"{"deploy":{"id":"dep-1"}}"#);
    let hook = format!("hook: \"http://{}/deploy/srv-1?key=k3y\"", hook.address);
    for call in [
        "http(\"http://[address]/\")",
        "http(\"http://[address]/\", #{ json: 1 })",
        "render_deploy(#{ hook: \"http://[address]/deploy/srv-1?key=k3y\" })",
        "render_deploy(#{ service: \"srv-1\" })",
        &format!("render_deploy(#{{ {hook}, wait: \"9m\" }})"),
        &format!("render_deploy(#{{ {hook}, health: \"http://[address]/\" }})"),
        "sentry_notify(\"hello\", #{ dsn: \"http://0a1b2c3d@[address]/42\" })",
        "docker_build(\"me/app:1\")",
        "docker_push(\"me/app:1\")",
    ] {
        let (standin, asked) = silent();
        let call = call.replace("[address]", &standin.address);
        let project = Project::new()
            .script(&format!(
                "try {{ {call}; }} catch (err) {{ print(err.message); }}"
            ))
            .file("Dockerfile", "FROM scratch\n")
            .env("DOCKER_HOST", format!("tcp://{}", standin.address))
            .env("RENDER_API_KEY", "rnd_k3y")
            .env("RENDER_API_URL", format!("http://{}", standin.address));
        let running = project.spawn(["run"]);
        asked.recv_timeout(PATIENCE).expect("a request");
        running.signal(Signal::INT);
        let (code, stdout, stderr) = running.finish_within(SOON).streams();
        assert_eq!((code, &*stdout), (130, ""), "{call}: {stderr}");
    }
}

#[test]
fn what_looks_again_after_a_while_is_stopped() {
    let queued = r#"{"id":"dep-1","status":"queued"}"#;
    for (answers, call, said) in [
        (
            &[("503 Service Unavailable\nRetry-After: 60", "")][..],
            "http(\"http://[address]/\")",
            "trying again in ",
        ),
        (
            &[("200 OK", "[]"), ("201 Created", queued)],
            "render_deploy(#{ service: \"srv-1\", wait: \"9m\" })",
            "deploy dep-1 is queued\n",
        ),
        (
            &[("200 OK", queued), ("502 Bad Gateway", "")],
            "render_deploy(#{ hook: \"http://[address]/deploy/srv-1?key=k3y\", health: \"http://[address]/\" })",
            "accepted it as deploy dep-1\n",
        ),
    ] {
        let standin = Standin::answering(answers);
        let project = Project::new()
            .script(&call.replace("[address]", &standin.address))
            .env("RENDER_API_KEY", "rnd_k3y")
            .env("RENDER_API_URL", format!("http://{}", standin.address));
        let running = project.spawn(["run"]);
        running.wait_for_stderr(said);
        running.signal(Signal::INT);
        let (code, _, stderr) = running.finish_within(SOON).streams();
        assert_eq!(code, 130, "{call}: {stderr}");
    }
}

#[test]
fn a_test_runner_and_a_linter_are_stopped_with_what_they_started() {
    for (tool, call) in [
        ("npm", "run_tests(#{ runner: \"npm\" })"),
        ("cargo", "lint(#{ linter: \"clippy\" })"),
    ] {
        let program = format!("bin/{tool}");
        let project = Project::new()
            .script(call)
            .file(&program, "#!/bin/sh\necho up >&2\nsleep 600 & wait\n");
        project.tool("chmod", ["+x", &program]);
        let path = std::env::var("PATH").expect("a PATH");
        let path = format!("{}:{path}", project.path("bin").display());
        let project = project.env("PATH", path);
        let running = project.spawn(["run"]);
        running.wait_for_stderr("up\n");
        running.signal(Signal::INT);
        let (code, _, stderr) = running.finish_within(SOON).streams();
        assert_eq!(code, 130, "{call}: {stderr}");
        project.wait_for_survivors(&[]);
    }
}

#[test]
fn reading_files_is_stopped() {
    for reading in ["read_file(\"pipe\")", "hash_files(\"vast\")"] {
        for stage in ["#{}", "#{ timeout: \"1h\" }"] {
            let project = Project::new().script(&format!(
                "stage(\"a\", {stage}, || {{ log(\"reading\"); {reading}; print(\"read\") }});"
            ));
            project.tool("mkfifo", ["pipe"]);
            project.tool("truncate", ["-s", "60G", "vast"]);
            let running = project.spawn(["run"]);
            running.wait_for_stderr("reading\n");
            running.signal(Signal::TERM);
            let (code, stdout, stderr) = running.finish_within(SOON).streams();
            assert_eq!((code, &*stdout), (130, ""), "{reading}\n{stderr}");
            assert!(stderr.ends_with("error: interrupted\n"), "{stderr}");
        }
    }
}

#[test]
fn a_timeout_ends_the_reading_of_files() {
    let project = Project::new().script(
        "stage(\"a\", #{ timeout: 1 }, || { try { read_file(\"pipe\") } catch { print(\"caught\") } });",
    );
    project.tool("mkfifo", ["pipe"]);
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!((code, &*stdout), (1, ""), "{stderr}");
    let told = "error: `a` took longer than 1s and was stopped\n --> wharf.rhai:1:40\n";
    assert!(stderr.contains(told), "{stderr}");
}

#[test]
fn a_run_that_nohup_started_outlives_its_terminal() {
    let project = Project::new().script(r#"sh("echo up; cat go; touch done")"#);
    project.tool("mkfifo", ["go"]);
    let running = project.spawn_program("nohup", [env!("CARGO_BIN_EXE_wharf"), "run"]);
    running.wait_for("up\n");
    running.signal(Signal::HUP);
    project.write("go", "");
    let (code, _, stderr) = running.finish_within(PATIENCE).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(project.path("done").exists());
}
