//! Stages that need not run, and what each decision says.

mod asked;
mod foreseen;
mod named;
mod written;

use serde_json::Value;

use crate::harness::Project;

const SCRIPT: &str = r#"
import "lib/names" as names;

const SUFFIX = "!";
let level = "high";
let token = secret("TOKEN");

fn helper() { inner() + "help" }
fn inner() { global::SUFFIX }
fn unused() { 1 }

/// Tests it.
stage("test", #{ inputs: ["src/**", "setup.cfg"] }, || {
    print(helper() + level + env("MODE", "none") + param("size", "small") + token);
    parse_int(read_file("src/count").split("\n")[0])
});

stage("lint", #{ inputs: "src/**", outputs: "report.txt", env: #{ STYLE: "strict" } },
    || sh("echo $STYLE > report.txt"));

stage("name", #{ inputs: "src/app.py" }, || names::of("app"));

stage("image", #{ needs: ["test", "name"], inputs: "Dockerfile" }, |count, name| `${name}:${count}`);

stage("commit", #{ inputs: "Dockerfile" }, || git::sha());
"#;

fn project() -> Project {
    Project::new()
        .script(SCRIPT)
        .file("lib/names.rhai", "fn of(name) { \"me/\" + name }\n")
        .file("src/app.py", "app\n")
        .file("src/count", "1\n")
        .file("src/deep/er.py", "deeper\n")
        .file("setup.cfg", "[flake8]\n")
        .file("Dockerfile", "FROM scratch\n")
        .file("notes.md", "notes\n")
        .env("TOKEN", "harbour-light")
        .git()
}

/// What became of each stage and why, a line each, in the order of the script.
fn decisions(project: &Project, arguments: &[&str]) -> String {
    let told = project.run(["run", "--json"].iter().chain(arguments));
    let (code, stdout, stderr) = told.streams();
    assert_eq!(code, 0, "{stderr}");
    let mut lines = Vec::new();
    for line in stdout.lines() {
        let event: Value = serde_json::from_str(line).expect("an event");
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        match text("type").as_str() {
            "stage_started" => lines.push(format!("{} ran: {}", text("stage"), text("why"))),
            "stage_skipped" => lines.push(format!("{} {}", text("stage"), text("reason"))),
            _ => {}
        }
    }
    let order = ["test", "lint", "name", "image", "commit"];
    lines.sort_by_key(|line| {
        let stage = line.split(' ').next();
        order.iter().position(|known| Some(*known) == stage)
    });
    lines.join("\n")
}

/// Those that ran.
fn ran(project: &Project, arguments: &[&str]) -> String {
    let all = decisions(project, arguments);
    let ran = all.lines().filter(|line| line.contains(" ran: "));
    ran.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_success_is_kept_until_something_changes() {
    let project = project();
    assert_eq!(
        ran(&project, &[]),
        "test ran: first time\nlint ran: first time\nname ran: first time\nimage ran: first time\ncommit ran: first time"
    );
    let again = decisions(&project, &[]);
    for line in again.lines() {
        assert!(line.contains(" same inputs as run 1, "), "{again}");
    }
    assert_eq!(again.lines().count(), 5);
}

type Change = fn(Project) -> Project;

/// What changes, how, the arguments of the run after it, and what runs then.
const CHANGES: &[(&str, Change, &[&str], &str)] = &[
    (
        "a file of two",
        |project| project.file("src/app.py", "changed\n"),
        &[],
        "test ran: src/app.py changed\nlint ran: src/app.py changed\nname ran: src/app.py changed",
    ),
    (
        "a new file",
        |project| project.file("src/new.py", ""),
        &[],
        "test ran: src/new.py added\nlint ran: src/new.py added",
    ),
    (
        "a result",
        |project| project.file("src/count", "2\n"),
        &[],
        "test ran: src/count changed\nlint ran: src/count changed\nimage ran: the result of `test` changed",
    ),
    (
        "a file of none",
        |project| project.file("notes.md", "other\n"),
        &[],
        "",
    ),
    (
        "the same content",
        |project| project.file("setup.cfg", "[flake8]\n"),
        &[],
        "",
    ),
    (
        "its own text",
        |project| project.script(&SCRIPT.replace("[0])", "[0]) + 0")),
        &[],
        "test ran: its script changed",
    ),
    (
        "a function that it calls",
        |project| project.script(&SCRIPT.replace("\"help\"", "\"helped\"")),
        &[],
        "test ran: function `helper` changed",
    ),
    (
        "a function behind that, by its constant",
        |project| project.script(&SCRIPT.replace("\"!\"", "\"?\"")),
        &[],
        "test ran: constant `SUFFIX` changed",
    ),
    (
        "a function that nobody calls",
        |project| project.script(&SCRIPT.replace("{ 1 }", "{ 2 }")),
        &[],
        "",
    ),
    (
        "a comment and the place of all",
        |project| project.script(&SCRIPT.replace("/// Tests it.", "/// Tests all of it.\n")),
        &[],
        "",
    ),
    (
        "a module that it calls",
        |project| project.file("lib/names.rhai", "fn of(name) { \"me/\" + name + \"\" }\n"),
        &[],
        "name ran: module `lib/names` changed",
    ),
    (
        "a variable that it captured",
        |project| project.script(&SCRIPT.replace("\"high\"", "\"low\"")),
        &[],
        "test ran: `level` changed",
    ),
    (
        "a secret that it captured",
        |project| project.env("TOKEN", "harbour-night"),
        &[],
        "test ran: `token` changed",
    ),
    (
        "the environment that it read",
        |project| project.env("MODE", "fast"),
        &[],
        "test ran: env(\"MODE\") changed",
    ),
    (
        "a parameter that it read",
        |project| project,
        &["--param", "size=big"],
        "test ran: param(\"size\") changed",
    ),
    (
        "its options",
        |project| project.script(&SCRIPT.replace("\"strict\"", "\"lax\"")),
        &[],
        "lint ran: option `env` changed",
    ),
    (
        "an option that it did not have",
        |project| project.script(&SCRIPT.replace("outputs: ", "timeout: \"5m\", outputs: ")),
        &[],
        "lint ran: option `timeout` changed",
    ),
    (
        "what it made",
        |project| {
            std::fs::remove_file(project.path("report.txt")).expect("what lint made");
            project
        },
        &[],
        "lint ran: there is no report.txt",
    ),
    ("nothing", |project| project, &[], ""),
];

/// Each part of what decides, changed alone, after a run with nothing to do.
#[test]
fn each_change_runs_what_depends_on_it_and_is_named() {
    for (what, change, arguments, expected) in CHANGES {
        let project = project();
        let _ = decisions(&project, &[]);
        assert_eq!(ran(&project, &[]), "", "{what}");
        let project = change(project);
        assert_eq!(ran(&project, arguments), *expected, "{what}");
        assert_eq!(ran(&project, arguments), "", "{what}");
    }
}

#[test]
fn what_git_says_counts_where_it_was_asked() {
    let project = project();
    let _ = decisions(&project, &[]);
    project.tool("git", ["commit", "-q", "--allow-empty", "-m", "More"]);
    assert_eq!(ran(&project, &[]), "commit ran: git::sha() changed");
}

#[test]
fn force_runs_all() {
    let project = project();
    let _ = decisions(&project, &[]);
    let forced = ran(&project, &["--force"]);
    assert_eq!(
        forced.matches("ran: it was asked for").count(),
        5,
        "{forced}"
    );
}

#[test]
fn failures_and_effects_are_never_kept() {
    let project = Project::new()
        .script(
            r#"
stage("test", #{ inputs: "src", allow_failure: true }, || sh("[ -e fixed ]"));
stage("ship", #{ inputs: "src" }, || sh("true", #{ effect: "deploy" }));
"#,
        )
        .file("src", "");
    let expected = "ship ran: first time\ntest ran: first time";
    assert_eq!(ran(&project, &[]), expected);
    let expected =
        "ship ran: its effect is `deploy`, which is never left out\ntest ran: it failed in run 1";
    assert_eq!(ran(&project, &[]), expected);
}

#[test]
fn a_result_with_a_secret_is_not_kept() {
    let project = Project::new()
        .script(r#"stage("test", #{ inputs: "src" }, || secret("TOKEN"));"#)
        .file("src", "")
        .env("TOKEN", "harbour-light");
    assert_eq!(ran(&project, &[]), "test ran: first time");
    assert_eq!(
        ran(&project, &[]),
        "test ran: its result in run 1 held a secret, and was not kept"
    );
    let kept = std::fs::read(project.path(".wharf/journal.db")).expect("the journal");
    assert!(!kept.windows(13).any(|window| window == b"harbour-light"));
}

#[test]
fn instances_of_a_matrix_are_kept_one_by_one() {
    let project = Project::new()
        .script(
            r#"stage("test", #{ inputs: "src", matrix: #{ n: [1, 2] } }, || env("N" + matrix("n"), ""));"#,
        )
        .file("src", "");
    let _ = ran(&project, &[]);
    let project = project.env("N2", "x");
    assert_eq!(ran(&project, &[]), "test (n=2) ran: env(\"N2\") changed");
}

#[test]
fn a_stage_is_what_its_closure_is_wherever_it_is_declared() {
    let project = Project::new()
        .file(
            "lib/a.rhai",
            "fn declare(name, body) { stage(name, #{ inputs: \"x.txt\" }, body) }\n",
        )
        .file("lib/b.rhai", "fn closure() { || print(\"old\") }\n")
        .file("x.txt", "x\n")
        .git();
    let script = r#"import "lib/a" as a;
import "lib/b" as b;

fn body() { print("old") }

a::declare("handed", || print("old"));
a::declare("calls", || body());
let kept = || print("old");
stage("variable", #{ inputs: "x.txt" }, kept);
stage("captures", #{ inputs: "x.txt" }, || kept.call());
let both = #{ act: || print("x"), name: env("NAME", "old") };
stage("map", #{ inputs: "x.txt" }, || both.name);
stage("module", #{ inputs: "x.txt" }, b::closure());
stage("same", #{ inputs: "x.txt" }, || print("x"));
"#;
    project.write("wharf.rhai", script);
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    let ran = |arguments: &[&str]| {
        let told = decisions(&project, arguments);
        let ran = told.lines().filter_map(|line| line.split_once(" ran: "));
        let mut ran: Vec<_> = ran.map(|(stage, _)| stage.to_owned()).collect();
        ran.sort();
        ran.join(" ")
    };
    assert_eq!(ran(&[]), "");
    let change = |from: &str, to: &str| {
        let now = project.read("wharf.rhai").replace(from, to);
        project.write("wharf.rhai", &now);
        ran(&[])
    };
    assert_eq!(
        change(
            "\"handed\", || print(\"old\")",
            "\"handed\", || print(\"new\")"
        ),
        "handed"
    );
    assert_eq!(
        change("fn body() { print(\"old\")", "fn body() { print(\"new\")"),
        "calls"
    );
    assert_eq!(
        change("kept = || print(\"old\")", "kept = || print(\"new\")"),
        "captures variable"
    );
    assert_eq!(change("(\"NAME\", \"old\")", "(\"NAME\", \"new\")"), "map");
    project.write("lib/b.rhai", "fn closure() { || print(\"new\") }\n");
    assert_eq!(ran(&[]), "module");
}
