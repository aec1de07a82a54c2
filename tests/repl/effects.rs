//! What leaves the machine, and what is known of it afterwards.

use insta::assert_snapshot;

use super::fed;
use crate::harness::{Project, Standin};

const SCRIPT: &str = r#"
stage("deploy", || sh("touch deployed", #{ effect: "deploy" }));
"#;

#[test]
fn commands_are_rehearsed_as_entries_are() {
    let project = Project::new().script(SCRIPT);
    let entries = ":rehearse on\n:run deploy\n:call sh \"touch deployed\" --effect deploy\n";
    let (code, _, stderr) = fed(&project, entries, "--yes").streams();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stderr.matches("would run: touch deployed").count(), 2);
    assert!(!project.path("deployed").exists());
    let (_, history, _) = project.run(["history"]).streams();
    assert_eq!(history.matches("rehearsal").count(), 2, "{history}");
    fed(&project, ":run deploy\n", "-y").exit(0).streams();
    assert!(project.path("deployed").exists());
}

#[test]
fn a_rehearsed_entry_tells_what_would_have_been_received_and_is_recorded_as_one() {
    let project = Project::new();
    let entries = ":rehearse on\nhttp(\"https://example.com/a\", #{ method: \"DELETE\" }).status\n";
    let (code, stdout, stderr) = fed(&project, entries, "--bare").streams();
    assert_eq!((code, &*stdout), (0, "200\n"), "{stderr}");
    assert!(
        stderr.ends_with(
            "what each service would have received\n  http      DELETE https://example.com/a\n"
        ),
        "{stderr}"
    );
    let (_, history, _) = project.script(SCRIPT).run(["history"]).streams();
    assert!(history.contains("rehearsal"), "{history}");
}

#[test]
fn each_entry_that_acts_is_recorded_by_how_it_ended() {
    let project = Project::new().script(SCRIPT);
    fed(
        &project,
        "sh(\"true\").exit_code\n1 + 1\nsh(\"exit 4\")\n",
        "",
    )
    .exit(1)
    .streams();
    let (_, history, _) = project.run(["history"]).streams();
    let outcomes: Vec<_> = history
        .lines()
        .filter_map(|line| line.split("  ").nth(3))
        .collect();
    assert_eq!(outcomes, ["failed", "passed"], "{history}");
}

#[test]
fn what_is_not_set_is_made_up_only_in_a_rehearsal() {
    let standin = Standin::new("200 OK", "{}");
    let project = Project::new().script("let app = env(\"APP\");\nstage(\"a\", || 1);\n");
    let call = format!(
        "http(\"http://{}/\" + env(\"NOPE_X\"), #{{ json: 1 }})\n",
        standin.address
    );
    let (code, _, stderr) = fed(&project, &call, "--yes").streams();
    assert_eq!(code, 2);
    assert!(
        stderr.contains("simulated: APP is not set, `app` stands in for it\n"),
        "{stderr}"
    );
    assert!(
        stderr.contains("error: the environment has no `NOPE_X`\n"),
        "{stderr}"
    );
    for entry in ["secret(\"NOPE_X\")", ":env NOPE_X"] {
        let (code, _, stderr) = project.run(["repl", "-e", entry]).streams();
        assert_eq!(code, 2);
        assert!(
            stderr.contains("the environment has no `NOPE_X`"),
            "{stderr}"
        );
    }
    let (code, _, stderr) = project.run(["repl", "-e", "param(\"nope\")"]).streams();
    assert_eq!(code, 2);
    assert!(
        stderr.contains("the parameter `nope` is not given"),
        "{stderr}"
    );
    assert_eq!(standin.requests().len(), 0);
    fed(&project, ":rehearse on\nenv(\"NOPE_X\")\n", "")
        .exit(0)
        .stdout("\"nope-x\"\n")
        .streams();
}

#[test]
fn an_error_of_a_refused_call_hides_what_it_was_told() {
    let entry = "docker_push(\"a/b:1\", #{ password: \"hunter2222\" })";
    assert_snapshot!(Project::new().run(["repl", "-e", entry]).all(), @r#"
    exit: 3
    ── stderr
    error: `docker_push`: did not run: its effect is `publish` and nobody is there to be asked
     --> entry 1:1:1
      |
    1 | docker_push("a/b:1", #{ password: "***" })
      | ^^^^^^^^^^^
    hint: `--yes` lets it run
    "#);
}

#[test]
fn what_was_made_up_leaves_no_machine() {
    let project =
        Project::new().script("let app = env(\"NOPE\") + \"/app\";\nstage(\"s\", || 1);\n");
    let entry = "sh(\"touch done-\" + app.len, #{ effect: \"deploy\" })";
    let (code, _, stderr) = project.run(["repl", "--yes", "-e", entry]).streams();
    assert_eq!(code, 3, "{stderr}");
    assert!(
        stderr.contains("`sh`: did not run: the script was read with settings that are not set"),
        "{stderr}"
    );
    assert!(!project.path("done-8").exists());
    let project = project.env("NOPE", "quay");
    let (code, _, stderr) = project.run(["repl", "--yes", "-e", entry]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(project.path("done-8").exists());
}
