//! `wharf repl`, from a pipe and from a terminal.

mod effects;
mod saving;
mod typing;

use insta::assert_snapshot;

use crate::harness::{Finished, Project, Standin};

/// `wharf repl` with `entries` on its standard input.
fn fed(project: &Project, entries: &str, arguments: &str) -> Finished {
    project.write("entries", entries);
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let command = format!("exec {wharf} repl {arguments} < entries");
    project.run_program("sh", ["-c", &command])
}

const SCRIPT: &str = r#"
import "std/python" as python;
let app = "me/lettings";
fn image(tag) { app_of() + ":" + tag }
fn app_of() { "me/lettings" }
stage("test", || sh("touch ran"));
stage("deploy", #{ needs: "test", when: on_branch("main") }, || sh("touch ran"));
"#;

#[test]
fn one_expression_is_evaluated_and_printed() {
    let project = Project::new().script(SCRIPT);
    for (expression, printed) in [
        ("1 + 1", "2\n"),
        ("app", "\"me/lettings\"\n"),
        ("image(\"1\")", "\"me/lettings:1\"\n"),
        (
            "#{ tag: 1, names: [\"a\", ()] }",
            "names  [\"a\", ()]\ntag    1\n",
        ),
        ("let x = 1;", ""),
        ("|x| x", "a function\n"),
        ("#{ f: |x| x, n: 1 }", "f  a function\nn  1\n"),
        (
            "[#{ a: 1, b: \"x\" }, #{ a: 22, b: \"y\" }]",
            "a   b\n1   x\n22  y\n",
        ),
        ("print(\"hi\")", "hi\n"),
    ] {
        project
            .run(["repl", "-e", expression])
            .exit(0)
            .stdout(printed)
            .stderr("");
    }
    assert!(!project.path("ran").exists());
    assert!(
        !project.path(".wharf").exists(),
        "to compute leaves nothing behind"
    );
}

#[test]
fn values_are_printed_as_json_where_that_is_wanted() {
    let project = Project::new().script(SCRIPT);
    let json = |expression| project.run(["repl", "--json", "-e", expression]).exit(0);
    json("#{ a: [1, \"x\"] }")
        .stdout("{\n  \"a\": [\n    1,\n    \"x\"\n  ]\n}\n")
        .streams();
    json("let x = 1;").stdout("null\n").streams();
}

#[test]
fn entries_know_of_each_other() {
    let project = Project::new().script(SCRIPT);
    let told = fed(
        &project,
        r#"
let x = 20;
fn twice(n) {
    n * 2
}
twice(x) + 1
_ + 1
import "std/python" as python;
`several
lines`
twice(_.len())
fn twice(n) { n * 20 }
twice(1)
switch 3 { 1 => "one", _ => "other" }
"#,
        "",
    );
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stdout
    41
    42
    "several\nlines"
    26
    20
    "other"
    "#);
}

#[test]
fn an_error_names_its_place_and_ends_what_is_not_typed() {
    let project = Project::new().script(SCRIPT);
    let told = fed(
        &project,
        "let x = 1;\nfn f(a) { a + nope }\nf(x)\nprint(\"not reached\")\n",
        "",
    );
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: unknown variable `nope`
     --> entry 2:1:15
      |
    1 | fn f(a) { a + nope }
      |               ^^^^
      |
     ::: entry 3:1:1
      |
    1 | f(x)
      | - `f` called here
    ");
    let told = fed(&project, "image(\"1\", 2)\n", "");
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: `image` takes 1 argument, not 2
     --> entry 1:1:1
      |
    1 | image("1", 2)
      | ^^^^^
    "#);
}

#[test]
fn without_a_script_there_is_the_language() {
    let project = Project::new();
    project
        .run(["repl", "-e", "1 + 1"])
        .exit(0)
        .stdout("2\n")
        .stderr("");
    project
        .run(["repl", "--bare", "-e", "[1, 2].len()"])
        .exit(0)
        .stdout("2\n")
        .stderr("");
}

#[test]
fn an_effect_that_nobody_can_be_asked_about_does_not_happen() {
    let standin = Standin::new("200 OK", "{}");
    let call = format!(
        "http(\"http://{}/\", #{{ json: 1 }}).status\n",
        standin.address
    );
    let project = Project::new();
    assert_snapshot!(
        fed(&project, &call, "--bare").all().replace(&standin.address, "[address]"),
        @r#"
    exit: 3
    ── stderr
    error: `http`: did not run: its effect is `deploy` and nobody is there to be asked
     --> entry 1:1:1
      |
    1 | http("http://127.0.0.1:[port]/", #{ json: 1 }).status
      | ^^^^
    hint: `--yes` lets it run
    "#
    );
    assert_eq!(standin.requests().len(), 0);
    fed(&project, &call, "--bare --yes")
        .exit(0)
        .stdout("200\n")
        .streams();
    assert_eq!(standin.requests().len(), 1);
    let rehearsed = format!(":rehearse on\n{call}:rehearse off\n");
    fed(&project, &rehearsed, "--bare")
        .exit(0)
        .stdout("200\n")
        .streams();
    assert_eq!(standin.requests().len(), 1);
}

#[test]
fn what_a_command_printed_is_not_printed_again() {
    let entries = "let r = sh(\"echo hi\");\nsh(\"echo ho\")\nr.stdout\n";
    let (_, stdout, _) = fed(&Project::new(), entries, "--bare").streams();
    assert!(
        stdout.starts_with("hi\nho\nexit_code  0\nseconds "),
        "{stdout}"
    );
    assert!(stdout.ends_with("\n\"hi\"\n"), "{stdout}");
}

#[test]
fn what_was_done_is_in_the_journal() {
    let project = Project::new().script(SCRIPT);
    fed(&project, "sh(\"echo hi\").exit_code\n", "")
        .exit(0)
        .stdout("hi\n0\n")
        .streams();
    let (_, history, _) = project.run(["history"]).streams();
    assert!(history.contains("passed"), "{history}");
    let (_, log, _) = project.run(["logs", "last"]).streams();
    assert!(log.ends_with("hi\n"), "{log}");
}

#[test]
fn closures_outlive_their_entries() {
    let project = Project::new().script("let inc = |x| x + 1;\nstage(\"a\", || 1);\n");
    let entries = "let f = |x| x * 2;\nf.call(2)\n[1, 2].map(f)\ninc.call(4)\n\
                   retry(1, || inc.call(f.call(1)))\n";
    fed(&project, entries, "")
        .exit(0)
        .stdout("4\n[2, 4]\n5\n3\n")
        .streams();
}

#[test]
fn an_entry_may_go_over_lines_wherever_the_language_lets_it() {
    let entries = "let q = \"a\\\nb\"; q\nprint(\"`\"); `a\nb`\n[1, 2]\n`${_} ${_.len()}`\n\
                   :time [1,\n2]\n";
    fed(&Project::new(), entries, "--bare")
        .exit(0)
        .stdout("\"ab\"\n`\n\"a\\nb\"\n[1, 2]\n\"[1, 2] 2\"\n[1, 2]\n")
        .streams();
}

#[test]
fn the_value_before_stands_where_it_was_typed() {
    let (_, _, stderr) = fed(&Project::new(), "#{ size: 1 }\n_.size + nope\n", "--bare").streams();
    assert!(
        stderr.contains(" --> entry 2:1:10\n  |\n1 | _.size + nope\n"),
        "{stderr}"
    );
}

#[test]
fn commands_take_words_as_a_shell_does() {
    let project = Project::new().script("stage(\"to the moon\", || print(\"up\"));\n");
    let entries = ":run to the moon\n:run \"to the moon\"\n:plan --explain to the moon\n\
                   :why to the moon\n:call sh \"echo hi there\"\n:call sh --help\n";
    let (code, stdout, stderr) = fed(&project, entries, "").streams();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout.matches("up\n").count(), 2, "{stdout}");
    assert_eq!(stdout.matches("it runs each time").count(), 2, "{stdout}");
    assert!(stdout.contains("\"hi there\""), "{stdout}");
    assert!(stdout.contains("Usage: wharf call sh"), "{stdout}");
    let (code, stdout, _) = project.run(["repl", "-e", ":plan"]).streams();
    assert_eq!(code, 0);
    assert!(stdout.starts_with("to the moon "), "{stdout}");
}

#[test]
fn what_a_session_does_not_do_is_told() {
    let project = Project::new().script(SCRIPT);
    for (entry, told) in [
        ("exit", "hint: `:quit` leaves, and so does Ctrl-D\n"),
        ("quit()", "hint: `:quit` leaves, and so does Ctrl-D\n"),
        ("help", "hint: `:help` tells what there is\n"),
        (
            "stage(\"x\", || 1)",
            "error: `stage` cannot be called in a session\n",
        ),
        ("_.size", "in nothing"),
    ] {
        let (code, _, stderr) = project.run(["repl", "-e", entry]).streams();
        assert_eq!(code, 2);
        assert!(stderr.contains(told), "{stderr}");
    }
    let (code, stdout, stderr) = project.run(["repl", "--json", "-e", "|x| x"]).streams();
    assert_eq!((code, &*stdout), (2, ""));
    assert_eq!(stderr, "error: a function cannot be printed as JSON\n");
}

#[test]
fn secrets_are_hidden() {
    let project = Project::new().script("let token = secret(\"TOKEN\");\nstage(\"a\", || 1);\n");
    let project = project.env("TOKEN", "correct-horse-battery");
    let (code, stdout, _) = fed(&project, "token\n#{ token: token }\n:env TOKEN\n", "").streams();
    assert_eq!((code, &*stdout), (0, "\"***\"\ntoken  \"***\"\n\"***\"\n"));
}

#[test]
fn commands_of_wharf_follow_a_colon() {
    let project = Project::new().script(SCRIPT).git();
    let told = fed(
        &project,
        ":stages\n:plan\n:why test\n:git\n:time 1\n:run test\n:nope\n",
        "",
    );
    let (code, stdout, stderr) = told.streams();
    assert_eq!(code, 2);
    for part in [
        "  test\n",
        "  deploy  needs test\n",
        "it has no `inputs`",
        "branch    \"main\"",
        "1\n",
    ] {
        assert!(stdout.contains(part), "no {part} in\n{stdout}");
    }
    assert!(stderr.contains("✓ test"), "{stderr}");
    assert!(
        stderr.ends_with("error: there is no command `:nope`\nhint: `:help` shows what there is\n"),
        "{stderr}"
    );
    assert!(project.path("ran").exists());
}

#[test]
fn what_is_saved_passes_the_check() {
    let project = Project::new();
    let entries = "let x = 1\nfn f(a) { a + x_of() }\nfn x_of() { 2 }\nf(x)\n:save saved.rhai\n";
    fed(&project, entries, "--bare").exit(0).streams();
    project.run(["check", "-f", "saved.rhai"]).exit(0).streams();
    assert_eq!(
        project.read("saved.rhai"),
        "let x = 1;\nfn f(a) { a + x_of() }\nfn x_of() { 2 }\nf(x);\n"
    );
    fed(&project, ":load saved.rhai\nf(40)\n", "--bare")
        .exit(0)
        .stdout("3\n42\n")
        .streams();
}
