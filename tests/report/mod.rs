//! What a person and a program see of a run.

mod files;
mod github;
mod json;
mod live;

use insta::assert_snapshot;

use crate::harness::Project;

/// Three stages of which two run at once, in an order that is the same each time: `lint` speaks
/// and ends while `test` goes on.
const BESIDE: &str = r#"
stage("test", || sh("echo test begins; touch begun; until [ -e linted ]; do sleep 0.01; done; echo test ends"));
stage("lint", #{ when: || { sh("until [ -e begun ]; do sleep 0.01; done"); true } }, || {
    sh("echo lint >&2");
    print("linted");
    sh("touch linted");
});
stage("image", #{ needs: ["test", "lint"], when: on_branch("release") }, || 0);
"#;

/// Both streams as one, as a CI's log has them.
fn merged(project: &Project, arguments: &str) -> String {
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let command = format!("{wharf} {arguments} 2>&1");
    let told = project.run_program("sh", ["-c", &command]).all();
    told.replace("── stdout\n", "")
}

#[test]
fn beside_the_one_that_is_shown_others_wait_for_their_turn() {
    let project = Project::new().script(BESIDE).git();
    assert_snapshot!(merged(&project, "run --jobs 2"), @"
    exit: 0
    ▸ test
    test begins
    test ends
    ✓ test [time]
    ▸ lint
    lint
    linted
    ✓ lint [time]
    ○ image skipped: branch is main, needs release
    2 passed, 1 skipped in [time]
    ");
}

#[test]
fn grouped_each_is_shown_when_it_ends() {
    let project = Project::new().script(BESIDE).git();
    let told = merged(&project, "run --jobs 2 --output grouped");
    // Which of the two is seen to end first is a matter of luck.
    let test = "▸ test\ntest begins\ntest ends\n✓ test [time]\n";
    let lint = "▸ lint\nlint\nlinted\n✓ lint [time]\n";
    assert!(told.contains(test) && told.contains(lint), "{told}");
    assert!(told.ends_with(
        "○ image skipped: branch is main, needs release\n2 passed, 1 skipped in [time]\n"
    ));
}

#[test]
fn prefixed_every_line_tells_its_stage() {
    let project = Project::new().script(BESIDE).git();
    let told = merged(&project, "run --jobs 2 --output prefixed");
    let mut lines: Vec<_> = told.lines().collect();
    lines.sort_unstable();
    assert_snapshot!(lines.join("\n"), @"
    2 passed, 1 skipped in [time]
    exit: 0
    lint  │ lint
    lint  │ linted
    test  │ test begins
    test  │ test ends
    ▸ lint
    ▸ test
    ○ image skipped: branch is main, needs release
    ✓ lint [time]
    ✓ test [time]
    ");
}

#[test]
fn prefixes_have_colours_where_colours_are_wanted() {
    let project = Project::new()
        .env("FORCE_COLOR", "1")
        .script("stage(\"test\", || print(\"up\"));\n");
    let (_, first, _) = project.run(["run", "--output", "prefixed"]).streams();
    let (_, second, _) = project.run(["run", "--output", "prefixed"]).streams();
    assert!(
        first.starts_with("\x1b[") && first.ends_with("test │ \x1b[0mup\n"),
        "{first:?}"
    );
    assert_eq!(first, second);
    let project = project.env("NO_COLOR", "1");
    let (_, stdout, stderr) = project.run(["run", "--output", "prefixed"]).streams();
    assert_eq!(stdout, "test │ up\n");
    assert!(!stderr.contains('\x1b'), "{stderr:?}");
}

#[test]
fn much_output_of_a_stage_that_waits_is_whole_and_in_order() {
    let project = Project::new().script(
        r#"
stage("first", || sh("touch begun; until [ -e done ]; do sleep 0.01; done"));
stage("second", || sh("until [ -e begun ]; do sleep 0.01; done; seq 200000; touch done"));
"#,
    );
    let (code, stdout, stderr) = project.run(["run", "--jobs", "2"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout
            .lines()
            .eq((1..=200_000).map(|number| number.to_string()))
    );
}

#[test]
fn a_failure_is_repeated_with_the_end_of_its_log() {
    let told = Project::new()
        .script("stage(\"test\", || { sh(\"seq 25; printf '\\\\033[1mlast\\\\033[2J'\"); fail(\"the quay is full\") });\n")
        .run(["run"]);
    let (code, _, stderr) = told.streams();
    assert_eq!(code, 1);
    let (_, failure) = stderr.split_once("error: ").expect("a failure");
    assert!(
        !failure.contains("  | 6\n") && failure.contains("  | 7\n"),
        "{failure}"
    );
    let end = "  | 25\n  | last\nhint: see all of it: `wharf logs 1 test`\n";
    assert!(failure.ends_with(end), "{failure:?}");
}

#[test]
fn quiet_repeats_nothing() {
    let told = Project::new()
        .script("stage(\"one\", || 0);\nstage(\"two\", || { sh(\"echo up\"); fail(\"the quay is full\") });\n")
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    up
    ── stderr
    error: the quay is full
     --> wharf.rhai:2:34
      |
    2 | stage("two", || { sh("echo up"); fail("the quay is full") });
      |                                  ^^^^
    "#);
}

#[test]
fn times_are_compared_and_the_critical_path_is_marked() {
    let project = Project::new().script(
        r#"
stage("test", || sh("touch begun; sleep 0.3"));
stage("lint", || sh("until [ -e begun ]; do sleep 0.01; done"));
stage("image", #{ needs: ["test", "lint"] }, || sh("sleep 0.1"));
"#,
    );
    let (_, _, stderr) = project.run(["run", "--jobs", "2"]).streams();
    let table: Vec<_> = stderr
        .lines()
        .skip_while(|line| !line.starts_with("  stage"))
        .take(5)
        .collect();
    assert!(table[0].starts_with("  stage    time"), "{stderr}");
    let row = |name: &str| {
        let row = table.iter().find(|row| row[2..].starts_with(name));
        *row.unwrap_or_else(|| panic!("no {name} in {table:?}"))
    };
    assert!(row("test").starts_with("* test") && row("test").contains('█'));
    assert!(row("lint").starts_with("  lint"));
    assert!(row("image").starts_with("* image"));
    assert!(
        table[4].starts_with("* critical path: test → image, 0."),
        "{table:?}"
    );
    let (_, _, stderr) = project.run(["run", "--jobs", "2", "--quiet"]).streams();
    assert_eq!(stderr, "");
}
