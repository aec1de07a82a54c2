//! What a script learns from git, on a laptop and in CI.

use insta::assert_snapshot;

use crate::harness::Project;

const ASKED: &str = r"
print(`branch ${git::branch()}, tag ${git::tag()}, ${git::short_sha()}, dirty ${git::is_dirty()}`);
print(git::sha().starts_with(git::short_sha()));
";

#[test]
fn a_branch_a_tag_and_changes() {
    let project = Project::new().script(ASKED).git();
    let sha = project.tool("git", ["rev-parse", "HEAD"])[..7].to_owned();
    project
        .run(["run", "--quiet"])
        .stdout(&format!("branch main, tag , {sha}, dirty false\ntrue\n"));
    project.tool("git", ["checkout", "-q", "-b", "feature/lights"]);
    project.tool("git", ["tag", "v1.4.2"]);
    project.write("new.txt", "new");
    project.run(["run", "--quiet"]).stdout(&format!(
        "branch feature/lights, tag v1.4.2, {sha}, dirty true\ntrue\n"
    ));
}

#[test]
fn a_detached_checkout_takes_the_names_that_ci_gives() {
    let detached = || {
        let project = Project::new()
            .script("print(`${git::branch()}|${git::tag()}`);")
            .git();
        project.tool("git", ["checkout", "-q", "--detach"]);
        project
    };
    let run = |project: Project, told: &str| project.run(["run", "--quiet"]).stdout(told);
    run(detached(), "|\n");
    run(detached().env("CIRCLE_BRANCH", "main"), "main|\n");
    run(detached().env("CIRCLE_TAG", "v2"), "|v2\n");
    let github = |kind: &str, name: &str| {
        detached()
            .env("GITHUB_REF_TYPE", kind)
            .env("GITHUB_REF_NAME", name)
    };
    run(github("branch", "main"), "main|\n");
    run(github("tag", "v3"), "|v3\n");
    // A pull request is built from a merge of its own.
    run(
        github("branch", "12/merge").env("GITHUB_HEAD_REF", "fix/lights"),
        "fix/lights|\n",
    );
}

#[test]
fn of_several_tags_it_is_the_one_that_ci_was_started_for() {
    let project = Project::new().script("print(git::tag());").git();
    project.tool("git", ["tag", "v2-rc1"]);
    project.tool("git", ["tag", "v2"]);
    project.tool("git", ["checkout", "-q", "--detach"]);
    let project = project.env("CIRCLE_TAG", "v2");
    project.run(["run", "--quiet"]).stdout("v2\n");
    // A tag of another commit is not this one's.
    let project = project.env("CIRCLE_TAG", "v9");
    let (_, stdout, _) = project.run(["run", "--quiet"]).streams();
    assert!(stdout.starts_with("v2"), "{stdout}");
}

#[test]
fn a_branch_left_behind_by_a_new_name_is_not_compared_with() {
    let project = Project::new()
        .script("print(changed(\"old.txt\")); print(changed(\"new.txt\"));")
        .git();
    project.tool("git", ["branch", "master"]);
    for name in ["old.txt", "new.txt"] {
        project.write(name, "");
        project.tool("git", ["add", name]);
        project.tool("git", ["commit", "-q", "-m", name]);
    }
    project.run(["run", "--quiet"]).stdout("false\ntrue\n");
}

#[test]
fn the_checkout_goes_before_what_ci_says() {
    Project::new()
        .script("print(git::branch());")
        .git()
        .env("CIRCLE_BRANCH", "other")
        .env("GITHUB_REF_TYPE", "branch")
        .env("GITHUB_REF_NAME", "another")
        .run(["run", "--quiet"])
        .stdout("main\n");
}

#[test]
fn ci_can_name_the_commit_of_a_folder_without_git() {
    Project::new()
        .script("print(git::short_sha()); print(git::branch());")
        .env("CIRCLE_SHA1", "0123456789abcdef0123456789abcdef01234567")
        .env("CIRCLE_BRANCH", "main")
        .run(["run", "--quiet"])
        .stdout("0123456\nmain\n");
}

#[test]
fn without_a_repository_each_question_is_an_error() {
    let told = Project::new()
        .script(
            r"
try { git::sha() } catch (err) { print(err.message) }
try { git::branch() } catch (err) { print(err.message) }
try { git::tag() } catch (err) { print(err.message) }
git::is_dirty();
",
        )
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @"
    exit: 1
    ── stdout
    this is not a git repository
    this is not a git repository
    this is not a git repository
    ── stderr
    error: this is not a git repository
     --> wharf.rhai:5:6
      |
    5 | git::is_dirty();
      |      ^^^^^^^^
    ");
}

#[test]
fn a_repository_without_a_commit() {
    let project = Project::new().script("print(git::branch());\nprint(git::sha());\n");
    project.tool("git", ["init", "-q", "-b", "main"]);
    assert_snapshot!(project.run(["run", "--quiet"]).all(), @"
    exit: 1
    ── stdout
    main
    ── stderr
    error: the git repository has no commit yet
     --> wharf.rhai:2:12
      |
    2 | print(git::sha());
      |            ^^^
    ");
}

#[test]
fn a_machine_without_git() {
    let told = Project::new()
        .script("print(git::sha());\n")
        .env("PATH", "/nowhere")
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @"
    exit: 1
    ── stderr
    error: `git` is not installed or not on `PATH`
     --> wharf.rhai:1:12
      |
    1 | print(git::sha());
      |            ^^^
    ");
}

#[test]
fn conditions_on_branch_and_tag_know_patterns() {
    let project = Project::new()
        .script(
            r#"
print(["main", "m*", "release/*", "{main,next}", "*"].map(|pattern| on_branch(pattern)));
print(["v1", "v*", "v[0-9]*", "w*"].map(|pattern| on_tag(pattern)));
"#,
        )
        .git();
    for tags in [&["v10"][..], &["above", "west"]] {
        for tag in tags {
            project.tool("git", ["tag", tag]);
        }
        let also = tags.len() > 1;
        project.run(["run", "--quiet"]).stdout(&format!(
            "[true, true, false, true, true]\n[false, true, true, {also}]\n"
        ));
    }
}

#[test]
fn a_pattern_that_is_none() {
    let told = Project::new()
        .script("let pattern = \"release/[\";\non_branch(pattern);\n")
        .git()
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    error: `release/[` is no pattern
     --> wharf.rhai:2:1
      |
    2 | on_branch(pattern);
      | ^^^^^^^^^
    cause: unclosed character class; missing `]`
    ");
}

#[test]
fn what_has_changed_on_a_branch() {
    let script = r#"
for globs in ["src/**", ["*.md", "docs/**"], "new.txt", "**/*.rs", "nothing"] {
    print(`${globs}: ${changed(globs)}`);
}
"#;
    let project = Project::new()
        .script(script)
        .file("src/main.rs", "")
        .file("README.md", "")
        .git();
    project.tool("git", ["checkout", "-q", "-b", "feature"]);
    project.write("src/main.rs", "fn main() {}\n");
    project.tool("git", ["commit", "-q", "-a", "-m", "Write main"]);
    // The last commit is not all that differs from `main`.
    project.tool("git", ["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    project.write("new.txt", "not added");
    assert_snapshot!(project.run(["run", "--quiet"]).all(), @r#"
    exit: 0
    ── stdout
    src/**: true
    ["*.md", "docs/**"]: false
    new.txt: true
    **/*.rs: true
    nothing: false
    "#);
}

#[test]
fn what_has_changed_on_the_default_branch() {
    let project = Project::new()
        .script("print(`${changed(\"a.txt\")} ${changed(\"b.txt\")}`);")
        .file("a.txt", "1")
        .git();
    // The first commit is all new.
    project.run(["run", "--quiet"]).stdout("true false\n");
    project.write("b.txt", "1");
    project.tool("git", ["add", "-A"]);
    project.tool("git", ["commit", "-q", "-m", "Add b"]);
    project.run(["run", "--quiet"]).stdout("false true\n");
}

#[test]
fn a_condition_says_why_it_does_not_hold() {
    let project = Project::new()
        .script(
            r#"
let release = on_tag("v*");
stage("branch", #{ when: on_branch("release/*") }, || 0);
stage("tag", #{ when: release }, || 0);
stage("changed", #{ when: changed("docs/**") }, || 0);
stage("false", #{ when: 1 > 2 }, || 0);
stage("asked", #{ when: || on_branch("next") }, || 0);
stage("asked itself", #{ when: || false }, || 0);
stage("true", #{ when: on_branch("main") }, || 0);
stage("asked, true", #{ needs: "true", when: || output("true") == 0 }, || 0);
"#,
        )
        .git();
    assert_snapshot!(project.run(["run"]).all(), @"
    exit: 0
    ── stderr
    ○ branch skipped: branch is main, needs release/*
    ○ tag skipped: there is no tag, needs v*
    ○ changed skipped: no file it looks at has changed
    ○ false skipped: its `when` is false: 1 > 2
    ○ asked skipped: branch is main, needs next
    ○ asked itself skipped: its `when` answered false
    ▸ true
    ✓ true [time]
    ▸ asked, true
    ✓ asked, true [time]
    2 passed, 6 skipped in [time]
    ");
}

#[test]
fn without_a_repository_no_condition_on_it_holds() {
    let told = Project::new()
        .script(
            r#"
stage("branch", #{ when: on_branch("*") }, || 0);
stage("tag", #{ when: on_tag("*") }, || 0);
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    ○ branch skipped: the branch is not known: this is not a git repository
    ○ tag skipped: the tag is not known: this is not a git repository
    2 skipped in [time]
    ");
}

const BRANCH: &str = r"print(`${git::branch()}|${git::tag()}|${git::sha() == git::sha().to_lower()}|${git::short_sha().len()}|${git::is_dirty()}`);";

#[test]
fn git_is_asked() {
    let project = Project::new().script(BRANCH).git();
    project
        .run(["run", "--quiet"])
        .stdout("main||true|7|false\n");
    project.write("more.txt", "more");
    project.tool("git", ["tag", "v1"]);
    project
        .run(["run", "--quiet"])
        .stdout("main|v1|true|7|true\n");
}

#[test]
fn a_detached_checkout_in_ci_is_on_the_branch_that_ci_names() {
    let project = Project::new().script("print(git::branch());").git();
    project.tool("git", ["checkout", "-q", "--detach"]);
    project.run(["run", "--quiet"]).stdout("\n");
    let project = project
        .env("CIRCLECI", "true")
        .env("CIRCLE_BRANCH", "feature/x");
    project.run(["run", "--quiet"]).stdout("feature/x\n");
    let project = project.env("CIRCLE_BRANCH", "").env("CIRCLECI", "");
    let project = project
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_REF_TYPE", "branch")
        .env("GITHUB_REF_NAME", "feature/y");
    project.run(["run", "--quiet"]).stdout("feature/y\n");
}

#[test]
fn a_folder_that_is_no_repository() {
    let told = Project::new().script("print(git::sha());\n").run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: this is not a git repository
     --> wharf.rhai:1:12
      |
    1 | print(git::sha());
      |            ^^^
    ");
}
