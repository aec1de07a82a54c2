//! The functions of the language that are no actions: files, data, talk, time.

use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::harness::{Finished, Project};

fn run(script: &str) -> Finished {
    Project::new().script(script).run(["run", "--quiet"])
}

#[test]
fn files_are_written_whole_and_read() {
    let project = Project::new().script(
        r#"
write_file("out/deep/a.txt", "one\n");
write_file("out/deep/a.txt", read_file("out/deep/a.txt") + "two\n");
print(`${exists("out")} ${exists("out/deep/a.txt")} ${exists("nowhere")}`);
"#,
    );
    project.run(["run", "--quiet"]).stdout("true true false\n");
    assert_eq!(project.read("out/deep/a.txt"), "one\ntwo\n");
}

#[test]
fn a_file_that_is_written_again_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;

    let project = Project::new()
        .file("run.sh", "")
        .script(r#"write_file("run.sh", "echo"); write_file("new.sh", "echo");"#);
    let mode = |name: &str| {
        let metadata = std::fs::metadata(project.path(name)).expect("a file");
        metadata.permissions().mode() & 0o777
    };
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(project.path("run.sh"), executable).expect("a file of ours");
    project.run(["run", "--quiet"]);
    assert_eq!((mode("run.sh"), mode("new.sh")), (0o755, 0o644));
}

#[test]
fn files_that_cannot_be_read_or_written() {
    let project = Project::new()
        .file("a.txt", "")
        .file("latin1.txt", [0xe9])
        .script(
            r#"
for path in ["nowhere", ".", "latin1.txt"] {
    try { read_file(path) } catch (err) { print(`${err.message}: ${err.causes[0]}`) }
}
write_file("a.txt/b.txt", "");
"#,
        );
    let (code, stdout, stderr) = project.run(["run", "--quiet"]).streams();
    assert_eq!(code, 1);
    assert_snapshot!(stdout, @"
    cannot read `nowhere`: it does not exist
    cannot read `.`: it is a directory
    cannot read `latin1.txt`: it is not UTF-8 text
    ");
    assert!(
        stderr.starts_with("error: cannot write `a.txt/b.txt`\n"),
        "{stderr}"
    );
}

#[test]
fn globs_find_what_git_does_not_ignore_and_what_they_lead_to() {
    let project = Project::new()
        .file(".gitignore", "dist/\n*.pyc\n.venv/\n")
        .file("src/a.py", "")
        .file("src/a.pyc", "")
        .file("src/deep/b.py", "")
        .file("dist/app.whl", "")
        .file("dist/deep/other.whl", "")
        .file(".venv/pyvenv.cfg", "")
        .file(".github/ci.yml", "")
        .file(".git/config.py", "")
        .script(
            r#"
for globs in ["*.py", "src/*.py", "**/*.py", ["src/**", "*.rhai"], "src/deep", "./src/a.py", "src/a.pyc",
              "**/*.whl", "dist/*", "dist/**/*.whl", ".venv/*", "**/*.yml", ".venv/pyvenv.cfg", "nowhere/*", ["**/*.py", "!src/deep/"], []] {
    print(`${globs} → ${glob(globs)}`);
}
"#,
        );
    assert_snapshot!(project.run(["run", "--quiet"]).all(), @r#"
    exit: 0
    ── stdout
    *.py → []
    src/*.py → ["src/a.py"]
    **/*.py → ["src/a.py", "src/deep/b.py"]
    ["src/**", "*.rhai"] → ["src/a.py", "src/deep/b.py", "wharf.rhai"]
    src/deep → ["src/deep/b.py"]
    ./src/a.py → ["src/a.py"]
    src/a.pyc → ["src/a.pyc"]
    **/*.whl → []
    dist/* → ["dist/app.whl"]
    dist/**/*.whl → ["dist/app.whl", "dist/deep/other.whl"]
    .venv/* → [".venv/pyvenv.cfg"]
    **/*.yml → [".github/ci.yml"]
    .venv/pyvenv.cfg → [".venv/pyvenv.cfg"]
    nowhere/* → []
    ["**/*.py", "!src/deep/"] → ["src/a.py"]
    [] → []
    "#);
}

#[test]
fn a_glob_that_cannot_be_meant_says_why() {
    let told = |globs: &str| {
        let project = Project::new().script(&format!("glob({globs});"));
        project.run(["run", "--quiet"]).all()
    };
    assert_snapshot!(told(r#""src/[a""#), @r#"
    exit: 2
    ── stderr
    error: `src/[a` is no glob
     --> wharf.rhai:1:6
      |
    1 | glob("src/[a");
      |      ^^^^^^^^
    cause: unclosed character class; missing ']'
    error: 1 error found; nothing was run
    "#);
    assert_snapshot!(told(r#"["a", "../shared/*"]"#), @r#"
    exit: 2
    ── stderr
    error: `../shared/*` leads out of the pipeline's folder
     --> wharf.rhai:1:12
      |
    1 | glob(["a", "../shared/*"]);
      |            ^^^^^^^^^^^^^
    error: 1 error found; nothing was run
    "#);
    assert_snapshot!(told(r#""!docs/**""#), @r#"
    exit: 2
    ── stderr
    error: `!docs/**` only excludes, and there is no glob that includes
     --> wharf.rhai:1:6
      |
    1 | glob("!docs/**");
      |      ^^^^^^^^^^
    error: 1 error found; nothing was run
    "#);
    assert!(told(r#"["!a", "!b"]"#).contains("`!a` only excludes"));
}

#[test]
fn a_hash_is_of_names_and_contents() {
    let project = Project::new().file("a.txt", "1").file("b.txt", "2").script(
        r#"
let all = hash_files("*.txt");
print(all.len());
print(all == hash_files(["b.txt", "a.txt"]));
print(all == hash_files("a.txt"));
write_file("c.txt", read_file("a.txt"));
print(hash_files("a.txt") == hash_files("c.txt"));
hash_files(["requirments.txt", "setup.cf?"]);
"#,
    );
    assert_snapshot!(project.run(["run", "--quiet"]).all(), @r#"
    exit: 1
    ── stdout
    64
    true
    false
    false
    ── stderr
    error: there is no file to hash
     --> wharf.rhai:8:1
      |
    8 | hash_files(["requirments.txt", "setup.cf?"]);
      | ^^^^^^^^^^
    cause: nothing matches requirments.txt, setup.cf?
    "#);
}

#[test]
fn json_toml_and_yaml_go_both_ways() {
    let told = run(r#"
let data = #{ name: "harbour", quays: [1, 2.5, true], deep: #{ empty: [], text: "a\nb" } };
for there in [parse_json(to_json(data)), parse_toml(to_toml(data)), parse_yaml(to_yaml(data))] {
    print(there == data);
}
print(to_json(data));
print(to_toml(data));
print(to_yaml(data));
print(to_json("text") + to_json(5) + to_json(()) + #{ a: 1 }.to_json());
print(parse_json("[null, 1, 1.5, 18446744073709551615]"));
print(parse_toml("day = 2026-01-02\nat = 2026-01-02T03:04:05Z"));
print(parse_yaml("a: &q [1]\nb: *q\n7: yes"));
"#);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stdout
    true
    true
    true
    {
      "deep": {
        "empty": [],
        "text": "a\nb"
      },
      "name": "harbour",
      "quays": [
        1,
        2.5,
        true
      ]
    }
    name = "harbour"
    quays = [
        1,
        2.5,
        true,
    ]

    [deep]
    empty = []
    text = """
    a
    b"""

    deep:
      empty: []
      text: |-
        a
        b
    name: harbour
    quays:
    - 1
    - 2.5
    - true

    "text"5null{
      "a": 1
    }
    [(), 1, 1.5, 1.8446744073709552e19]
    #{"at": "2026-01-02T03:04:05Z", "day": "2026-01-02"}
    #{"7": "yes", "a": [1], "b": [1]}
    "#);
}

#[test]
fn text_that_is_no_data_is_told_with_its_place() {
    let told = run(r#"
fn complain(work) { try { work.call() } catch (err) { print(`${err.message}: ${err.causes[0]}`) } }
complain(|| parse_json("{\n  \"a\": [1,\n}"));
complain(|| parse_json(""));
complain(|| parse_toml("a = 1\nb = [1, 2"));
complain(|| parse_toml("a = 1\na = 2"));
complain(|| parse_yaml("a: 1\nb: c: d"));
complain(|| parse_yaml("a: !Ref x"));
complain(|| parse_yaml("a: 1\n---\nb: 2"));
complain(|| parse_yaml("a: 1\nb: 2\na: 3"));
complain(|| parse_yaml("a: 1\nb: .nan"));
complain(|| parse_yaml("a: 99999999999999999999"));
complain(|| parse_toml("a.b = [1.0, inf]"));
complain(|| to_toml([1]));
complain(|| to_toml(#{ a: #{ b: [()] } }));
complain(|| to_json(#{ a: [|| 1] }));
complain(|| to_yaml(timestamp()));
parse_json("nonsense");
"#);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    this is no JSON: expected value at line 3 column 1
    this is no JSON: EOF while parsing a value at line 1 column 0
    this is no TOML: unclosed array, expected `]` at line 2 column 10
    this is no TOML: duplicate key at line 2 column 1
    this is no YAML: mapping values are not allowed in this context at line 2 column 5
    this is no YAML: a: a tag such as `!Ref` is not plain data at line 1 column 4
    this is no YAML: a second document begins at line 2, and only one can be read
    this is no YAML: the key `a` is there twice at line 3 column 1
    this is no YAML: b: a number that is not finite is not plain data at line 2 column 4
    this is no YAML: a: a number is too large at line 1 column 4
    this is no TOML: the number `a.b[1]` is not finite
    this cannot be written as TOML: only a map can be a whole TOML file
    this cannot be written as TOML: TOML has no way to write the nothing at `a.b[0]`
    this cannot be written as JSON: a function at `a[0]` is not plain data
    this cannot be written as YAML: a timestamp is not plain data
    ── stderr
    error: this is no JSON
      --> wharf.rhai:18:1
       |
    18 | parse_json("nonsense");
       | ^^^^^^^^^^
    cause: expected ident at line 1 column 2
    "#);
}

#[test]
fn an_image_reference_is_taken_apart() {
    let told = run(r#"
for text in ["alpine", "me/app:1.4", "ghcr.io/me/app:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "localhost:5000/app"] {
    let it = image_ref(text);
    print(`${it.registry}|${it.repository}|${it.tag}|${it.digest}`);
}
let text = "me/App";
image_ref(text);
"#);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stdout
    docker.io|library/alpine|latest|
    docker.io|me/app|1.4|
    ghcr.io|me/app|1|sha256:[digest]
    localhost:[port]|app|latest|
    ── stderr
    error: `me/App` is not an image reference: a repository is written in lowercase
     --> wharf.rhai:7:1
      |
    7 | image_ref(text);
      | ^^^^^^^^^
    ");
}

#[test]
fn what_is_said_is_said_by_the_right_voice() {
    let told = Project::new()
        .script("print(\"data\"); log(\"talk\"); log(2.5); log([1, \"a\"]); warn(#{ depth: 4 }); print();\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stdout
    data

    ── stderr
    ▸ script
      talk
      2.5
      [1, "a"]
      warning: #{"depth": 4}
    ✓ script [time]
    1 passed in [time]
    "#);
}

#[test]
fn anything_can_be_failed_with() {
    assert_snapshot!(run("let depth = 4;\nfail(`only ${depth} fathoms`);\n").all(), @"
    exit: 1
    ── stderr
    error: only 4 fathoms
     --> wharf.rhai:2:1
      |
    2 | fail(`only ${depth} fathoms`);
      | ^^^^
    ");
    assert_snapshot!(run("fail(4);\n").all(), @"
    exit: 1
    ── stderr
    error: 4
     --> wharf.rhai:1:1
      |
    1 | fail(4);
      | ^^^^
    ");
}

#[test]
fn a_sleep_takes_seconds_or_a_text() {
    let begin = Instant::now();
    run(r#"sleep(0); sleep(0.05); sleep("50ms"); print("awake");"#).stdout("awake\n");
    assert!(begin.elapsed() >= Duration::from_millis(100));
    let told = run(r#"
for time in ["soon", -1, [1], (), 1.0e300] {
    try { sleep(time) } catch (err) { print(err.message) }
}
"#);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stdout
    `sleep` takes a number of seconds or a text like "1m30s", not `soon`
    `sleep` takes a number of seconds or a text like "1m30s", not `-1`
    `sleep` takes a number of seconds or a text like "1m30s", not an array
    `sleep` takes a number of seconds or a text like "1m30s", not nothing
    `sleep` takes a number of seconds or a text like "1m30s", not `1e300`
    "#);
}

#[test]
fn a_stages_time_limit_ends_every_kind_of_sleep() {
    for time in ["600", "600.5", "\"10m\""] {
        let project = Project::new().script(&format!(
            "stage(\"wait\", #{{ timeout: 0.2 }}, || sleep({time}));"
        ));
        let (code, _, stderr) = project.run(["run", "--quiet"]).streams();
        assert_eq!(code, 1);
        assert!(stderr.contains("`wait` took longer than 200ms"), "{stderr}");
    }
}
