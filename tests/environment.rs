//! Where a script's values come from, and which of them are never shown.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn a_name_that_is_not_set() {
    let told = Project::new()
        .script("print(env(\"PLACE\"));\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: the environment has no `PLACE`
     --> wharf.rhai:1:7
      |
    1 | print(env("PLACE"));
      |       ^^^
    hint: set it for this run (`PLACE=… wharf run`), write it into `.env`, or give a default: `env("PLACE", "…")`
    "#);
}

#[test]
fn a_default_stands_in_for_a_name_that_is_not_set_or_empty() {
    Project::new()
        .env("EMPTY", "")
        .env("PLACE", "quay")
        .script(
            r#"print(env("PLACE", "pier")); print(env("EMPTY", "pier")); print(env("NONE", 4));"#,
        )
        .run(["run", "--quiet"])
        .stdout("quay\npier\n4\n");
}

#[test]
fn the_environment_beats_the_file_beside_the_script() {
    Project::new()
        .env("PLACE", "quay")
        .file(
            ".env",
            "PLACE=pier\n# a comment\nexport DEPTH='4 fathoms'\n",
        )
        .script(r#"sh("echo $PLACE, $DEPTH" );"#)
        .run(["run", "--quiet"])
        .stdout("***, ***\n");
}

#[test]
fn a_file_of_values_that_cannot_be_read_is_told_with_its_line() {
    let told = Project::new()
        .file(".env", "PLACE=pier\nthis is not a value\n")
        .script("print(1);\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: `.env` cannot be read
    cause: line 2 cannot be understood at its character 6
    hint: write one NAME=value a line, with quotes around a value that has spaces
    ");
}

#[test]
fn a_secret_is_shown_nowhere() {
    let told = Project::new()
        .env("TOKEN", "correct horse battery")
        .script(
            r#"
let token = secret("TOKEN");
print(token);
log(token);
warn(token);
sh("echo $TOKEN; echo $TOKEN >&2; printf %s \"$TOKEN\" | base64; printf 'correct horse'; sleep 0.1; printf ' battery\n'");
fail("with " + token);
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    ***
    ***
    ***
    ***
    ── stderr
    ▸ script
      ***
      warning: ***
    ***
    ✗ script failed after [time]
    1 failed in [time]
    error: with ***
     --> wharf.rhai:7:1
      |
    7 | fail("with " + token);
      | ^^^^
      | ***
      | ***
      | ***
      | ***
      | ***
    hint: see all of it: `wharf logs 1 script`
    "#);
}

#[test]
fn a_secret_that_is_too_short_to_hide_is_told() {
    let told = Project::new()
        .env("PIN", "123")
        .script("secret(\"PIN\");\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    ▸ script
      warning: the secret PIN has fewer than four characters and cannot be hidden
    ✓ script [time]
    1 passed in [time]
    ");
}

#[test]
fn parameters_have_the_type_of_their_default() {
    Project::new()
        .script(r#"print(param("count", 1) + 1); print(param("name", "pier")); print(!param("dry", false));"#)
        .run(["run", "--quiet", "--param", "count=4", "-p", "dry=true"])
        .stdout("5\npier\nfalse\n");
}

#[test]
fn a_parameter_of_the_wrong_type() {
    let told =
        Project::new()
            .script("print(param(\"count\", 1));\n")
            .run(["run", "-p", "count=four"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: the parameter `count` must be a whole number, not `four`
     --> wharf.rhai:1:7
      |
    1 | print(param("count", 1));
      |       ^^^^^
    "#);
}

#[test]
fn a_parameter_that_is_not_given() {
    let told = Project::new()
        .script("print(param(\"count\"));\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: the parameter `count` is not given
     --> wharf.rhai:1:7
      |
    1 | print(param("count"));
      |       ^^^^^
    hint: add `--param count=…` to the command line
    "#);
}

#[test]
fn a_parameter_without_a_value() {
    let told = Project::new()
        .script("print(1);\n")
        .run(["run", "-p", "count"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: invalid value 'count' for '--param <NAME=VALUE>': write it as NAME=VALUE

    For more information, try '--help'.
    ");
}

#[test]
fn a_parameter_that_no_script_reads() {
    let told = Project::new()
        .script("print(1);\n")
        .run(["run", "-p", "cuont=4"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: no script reads the parameter `cuont`
    hint: there are no parameters here
    error: 1 error found; nothing was run
    ");
}

#[test]
fn the_script_is_found_from_a_folder_below() {
    let project = Project::new()
        .script("sh(\"pwd\"); print(read_file(\"a.txt\"));")
        .file("a.txt", "here")
        .file("deep/down/b.txt", "");
    project
        .run_program(
            "sh",
            [
                "-c",
                &format!(
                    "cd deep/down && {} run --quiet",
                    env!("CARGO_BIN_EXE_wharf")
                ),
            ],
        )
        .stdout("[project]\nhere\n");
    project
        .run(["run", "--quiet", "-C", "deep/down"])
        .stdout("[project]\nhere\n");
}

#[test]
fn another_script_can_be_named() {
    Project::new()
        .file("ops/release.rhai", "sh(\"pwd\");")
        .run(["run", "--quiet", "-f", "ops/release.rhai"])
        .stdout("[project]/ops\n");
}

#[test]
fn another_script_can_be_for_the_folder_that_is_named_with_it() {
    let project = Project::new()
        .file(
            "ops/release.rhai",
            "import \"lib\" as lib; sh(\"pwd\"); lib::tell();",
        )
        .file(
            "ops/lib.rhai",
            "fn tell() { print(exists(\"ops/lib.rhai\")) }",
        )
        .file("app/here.txt", "");
    project
        .run(["run", "--quiet", "-C", ".", "-f", "ops/release.rhai"])
        .stdout("[project]\ntrue\n");
    project.write("ops/plain.rhai", "sh(\"pwd\");");
    project
        .run(["run", "--quiet", "-C", "app", "-f", "../ops/plain.rhai"])
        .stdout("[project]/app\n");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_script() {
    Project::new()
        .script("\u{feff}import \"lib\" as lib;\nlib::tell();\n")
        .file("lib.rhai", "\u{feff}fn tell() { print(1) }\n")
        .run(["run", "--quiet"])
        .stdout("1\n");
}

#[test]
fn no_script_here_nor_above() {
    assert_snapshot!(Project::new().run(["run"]).all(), @"
    exit: 2
    ── stderr
    error: there is no `wharf.rhai` in `[project]` or any folder above it
    hint: `wharf init` writes a first one; `-f FILE` names another
    ");
}

#[test]
fn a_script_that_does_not_exist() {
    assert_snapshot!(Project::new().run(["run", "-f", "release.rhai"]).all(), @"
    exit: 2
    ── stderr
    error: there is no script `release.rhai`
    ");
}

#[test]
fn a_folder_that_does_not_exist() {
    assert_snapshot!(Project::new().run(["run", "-C", "nowhere"]).all(), @"
    exit: 2
    ── stderr
    error: cannot enter the directory `nowhere`
    cause: No such file or directory
    ");
}

#[test]
fn a_value_that_the_environment_sets_over_the_file_is_as_secret() {
    let project = Project::new()
        .script("print(env(\"DB\"));")
        .file(".env", "DB=from-the-file\n")
        .env("DB", "from-outside");
    project.run(["run", "--quiet"]).exit(0).stdout("***\n");
}

#[test]
fn the_line_that_cannot_be_understood_is_the_one_named() {
    let project = Project::new()
        .script("print(1);")
        .file(".env", "NOTE=\"see: X=a b\"\n# X=a b\nOK=1\nX=a b\n");
    assert_snapshot!(project.run(["run"]).all(), @"
    exit: 2
    ── stderr
    error: `.env` cannot be read
    cause: a value with spaces has no quotes in line 4
    hint: write one NAME=value a line, with quotes around a value that has spaces
    ");
}

#[test]
fn a_file_beside_the_script_that_cannot_be_meant() {
    for (text, cause) in [
        (
            "A=1\nB=bar baz\n",
            "a value with spaces has no quotes in line 2",
        ),
        (
            "A=1\nPASSWORD=pa$$word\n",
            "a `$` in line 2 stands for nothing that is set",
        ),
    ] {
        let project = Project::new().script("1").file(".env", text);
        let (code, stdout, stderr) = project.run(["run"]).streams();
        assert_eq!((code, &*stdout), (2, ""), "{stderr}");
        let told = format!("error: `.env` cannot be read\ncause: {cause}\nhint: ");
        assert!(stderr.starts_with(&told), "{stderr}");
        assert!(
            !stderr.contains("baz") && !stderr.contains("word"),
            "{stderr}"
        );
    }
    let project = Project::new().script("1");
    std::fs::write(project.path(".env"), b"A=\xff\n").expect("a file");
    let (_, _, stderr) = project.run(["run"]).streams();
    assert_eq!(
        stderr,
        "error: `.env` cannot be read\ncause: it is not UTF-8 text\n"
    );
}

#[test]
fn a_file_beside_the_script_as_editors_write_it() {
    Project::new()
        .script("sh(\"echo $A-$B-$C\")")
        .file(".env", "\u{feff}A='pa$word'\nB=${C}x\nD=False\n")
        .env("C", "c")
        .run(["run", "--quiet"])
        .stdout("***-cx-c\n");
}

#[test]
fn folders_and_scripts_are_told_apart() {
    let project = Project::new().script("1").file("quay/notes", "");
    for arguments in [
        ["run", "-C", "wharf.rhai"],
        ["init", "-C", "wharf.rhai"],
        ["init", "-C", "nowhere"],
        ["run", "-f", "quay"],
    ] {
        let (code, _, stderr) = project.run(arguments).streams();
        let told = match arguments {
            [_, _, "quay"] => {
                "error: `quay` is a folder, not a script\nhint: `-C DIR` works in a folder\n"
            }
            [_, _, "nowhere"] => {
                "error: cannot enter the directory `nowhere`\ncause: No such file or directory\n"
            }
            _ => "error: cannot enter the directory `wharf.rhai`\ncause: it is a file\n",
        };
        assert_eq!((code, stderr.as_str()), (2, told));
    }
}
