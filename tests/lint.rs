//! `lint` with the real tools.

use insta::assert_snapshot;

use crate::harness::{Project, Services};

fn python() -> Project {
    Project::new().tools(&Services::from_env())
}

const LINT: &str = "let report = lint();\nprint(report.counts);\n";

/// The exit code, the linters and why they run, and the failure.
fn told(project: &Project) -> String {
    let (code, stdout, stderr) = project.run(["run"]).streams();
    let stderr = stderr.replace(&project.base().display().to_string(), "[base]");
    let failure = stderr.find("\nerror: `lint`").or(stderr.rfind("\nerror: "));
    let (before, failure) = stderr.split_at(failure.map_or(stderr.len(), |at| at + 1));
    let linters = ["flake8:", "ruff:", "mypy:", "clippy:", "eslint:"];
    let said: Vec<_> = before
        .lines()
        .filter(|line| linters.iter().any(|linter| line.trim().starts_with(linter)))
        .collect();
    format!("exit: {code}\n{stdout}{}\n{failure}", said.join("\n"))
}

#[test]
fn findings_are_grouped_by_file_over_all_linters() {
    let project = python()
        .script(LINT)
        .file(
            "setup.cfg",
            "[flake8]\nmax-line-length = 60\n[options]\npackages = find:\n[mypy]\nstrict = True\n",
        )
        .file("pyproject.toml", "[tool.ruff.lint]\nselect = [\"F\"]\n")
        .file(
            "harbour/rent.py",
            "import os\n\n\ndef rent(months: int) -> str:\n    return months * 400\n",
        )
        .file("quay.py", "x = 1;\n");
    assert_snapshot!(told(&project), @r#"
    exit: 1
      flake8: setup.cfg has [flake8]
      ruff: pyproject.toml has [tool.ruff.lint]
      mypy: setup.cfg has [mypy]
    error: `lint`: 4 findings in 2 files: flake8 2, mypy 1, ruff 1
     --> wharf.rhai:1:14
      |
    1 | let report = lint();
      |              ^^^^
      | harbour/rent.py
      |   1:1 flake8 F401 'os' imported but unused
      |   1:8 ruff F401 `os` imported but unused
      |   5:12 mypy return-value Incompatible return value type (got "int", expected "str")
      | quay.py
      |   1:6 flake8 E703 statement ends with a semicolon
    "#);
}

#[test]
fn a_file_that_cannot_be_parsed_is_a_finding_of_each() {
    let project = python()
        .script("lint(#{ linter: [\"flake8\", \"ruff\", \"mypy\"] });\n")
        .file("rent.py", "def rent(:\n    pass\n");
    assert_snapshot!(told(&project), @r#"
    exit: 1
      flake8: the script says so
      ruff: the script says so
      mypy: the script says so
    error: `lint`: 5 findings in 1 file: flake8 1, mypy 2, ruff 2
     --> wharf.rhai:1:1
      |
    1 | lint(#{ linter: ["flake8", "ruff", "mypy"] });
      | ^^^^
      | rent.py
      |   1:10 ruff invalid-syntax Expected a parameter or the end of the parameter list
      |   1:11 flake8 E999 SyntaxError: invalid syntax
      |   1:11 ruff invalid-syntax Expected `)`, found newline
      |   1:11 mypy syntax Expected a parameter or the end of the parameter list
      |   1:12 mypy syntax Expected `)`, found newline
    "#);
}

#[test]
fn no_linter_at_all_is_refused() {
    let project = Project::new().script("lint(#{ linter: [] });\n");
    assert_snapshot!(project.run(["run"]).failure(), @"
    exit: 2
    error: option `linter` of `lint`: names no linter
    hint: leave it out to run those that the project is configured for
    ");
}

#[test]
fn nothing_found_is_told_as_such() {
    let project = python()
        .script(LINT)
        .file(".flake8", "[flake8]\n")
        .file("rent.py", "RENT = 400\n");
    assert_snapshot!(told(&project), @r#"
    exit: 0
    #{"flake8": 0}
      flake8: found .flake8
    "#);
}

#[test]
fn a_linter_that_is_not_installed_fails() {
    for (linter, file, text) in [
        ("flake8", "setup.cfg", "[flake8]\n"),
        ("eslint", "eslint.config.js", ""),
    ] {
        let project = Project::new().script("lint();\n").file(file, text);
        let nowhere = project.path("bin").display().to_string();
        let project = project.env("PATH", nowhere);
        match linter {
            "flake8" => assert_snapshot!(told(&project), @r"
            exit: 1
              flake8: setup.cfg has [flake8]
            error: `lint`: flake8 is not installed for `python3` on PATH
             --> wharf.rhai:1:1
              |
            1 | lint();
              | ^^^^
            hint: install it: `python3 -m pip install flake8`
            "),
            _ => assert_snapshot!(told(&project), @r"
            exit: 1
              eslint: found eslint.config.js
            error: `lint`: eslint is not installed
             --> wharf.rhai:1:1
              |
            1 | lint();
              | ^^^^
            hint: install it: `npm install --save-dev eslint`
            "),
        }
    }
}

#[test]
fn a_configuration_that_a_linter_cannot_use() {
    let project = python()
        .script("lint();\n")
        .file("ruff.toml", "no-such-setting = 1\n");
    assert_snapshot!(told(&project), @"
    exit: 1
      ruff: found ruff.toml
    error: `lint`: ruff ended with exit code 2
     --> wharf.rhai:1:1
      |
    1 | lint();
      | ^^^^
      | ruff failed
      |   Cause: Failed to load configuration `[base]/project/ruff.toml`
      |   Cause: Failed to parse [base]/project/ruff.toml
      |   Cause: TOML parse error at line 1, column 1
      |   |
      | 1 | no-such-setting = 1
      |   | ^
      | unknown field `no-such-setting`
    hint: see all of it: `wharf logs 1 script`
    ");
}

#[test]
fn one_broken_linter_does_not_hide_what_others_find() {
    let project = python()
        .script("lint();\n")
        .file(".flake8", "")
        .file("ruff.toml", "no-such-setting = 1\n")
        .file("rent.py", "import os\n");
    assert_snapshot!(told(&project), @"
    exit: 1
      flake8: found .flake8
      ruff: found ruff.toml
    error: `lint`: ruff ended with exit code 2
     --> wharf.rhai:1:1
      |
    1 | lint();
      | ^^^^
      | ruff failed
      |   Cause: Failed to load configuration `[base]/project/ruff.toml`
      |   Cause: Failed to parse [base]/project/ruff.toml
      |   Cause: TOML parse error at line 1, column 1
      |   |
      | 1 | no-such-setting = 1
      |   | ^
      | unknown field `no-such-setting`
      | rent.py
      |   1:1 flake8 F401 'os' imported but unused
    hint: see all of it: `wharf logs 1 script`
    ");
}

#[test]
fn warnings_fail_unless_they_are_allowed() {
    let project = Project::new()
        .packages()
        .script("lint();\n")
        .file(
            "Cargo.toml",
            "[package]\nname = \"rent\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        )
        .file(
            "src/lib.rs",
            "pub fn empty(boats: &[u8]) -> bool {\n    return boats.len() == 0;\n}\n",
        );
    assert_snapshot!(told(&project), @"
    exit: 1
      clippy: found Cargo.toml
    error: `lint`: 2 findings in 1 file
     --> wharf.rhai:1:1
      |
    1 | lint();
      | ^^^^
      | src/lib.rs
      |   2:5 clippy::needless_return unneeded `return` statement
      |   2:12 clippy::len_zero length comparison to zero
    hint: there are only warnings: `allow_warnings: true` lets them pass
    hint: see all of it: `wharf logs 1 script`
    ");
    project.write(
        "wharf.rhai",
        "print(lint(#{ allow_warnings: true }).counts);\n",
    );
    assert_snapshot!(told(&project), @r#"
    exit: 0
    #{"clippy": 2}
      clippy: found Cargo.toml
    "#);
    project.write("src/lib.rs", "pub fn empty( {\n");
    assert_snapshot!(told(&project), @"
    exit: 1
      clippy: found Cargo.toml
    error: `lint`: 1 finding in 1 file
     --> wharf.rhai:1:7
      |
    1 | print(lint(#{ allow_warnings: true }).counts);
      |       ^^^^
      | src/lib.rs
      |   1:17 rustc this file contains an unclosed delimiter
    hint: see all of it: `wharf logs 3 script`
    ");
}

#[test]
fn options_that_are_for_one_linter_only() {
    let project = Project::new()
        .script("lint(#{ args: [\"--strict\"] });\n")
        .file(".flake8", "")
        .file("mypy.ini", "");
    assert_snapshot!(told(&project), @r#"
    exit: 2

    error: option `args` of `lint`: they are for one linter, and 2 run: flake8, mypy
     --> wharf.rhai:1:15
      |
    1 | lint(#{ args: ["--strict"] });
      |               ^
    hint: name it: `lint(#{ linter: "flake8", args: […] })`
    "#);
    let project = Project::new()
        .script("lint(\"src\");\n")
        .file("Cargo.toml", "");
    assert_snapshot!(told(&project), @r#"
    exit: 2

    error: option `paths` of `lint`: clippy looks at whole packages, not at paths
     --> wharf.rhai:1:6
      |
    1 | lint("src");
      |      ^^^^^
    hint: name the packages: `lint(#{ linter: "clippy", args: ["-p", "NAME"] })`
    "#);
}

#[test]
fn a_project_whose_linters_cannot_be_told() {
    let project = Project::new().script("lint();\n");
    assert_snapshot!(told(&project), @r#"
    exit: 1

    error: `lint`: cannot tell how this project is linted
     --> wharf.rhai:1:1
      |
    1 | lint();
      | ^^^^
    hint: configure a linter (`[flake8]` in setup.cfg, say), or name one: `lint(#{ linter: "ruff" })`
    "#);
}
