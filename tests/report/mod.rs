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
    assert_snapshot!(merged(&project, "run --jobs 2 --output live"), @"
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
    let told = merged(&project, "run --jobs 2");
    // Which of the two is seen to end first is a matter of luck.
    let test = "▸ test\ntest begins\ntest ends\n✓ test [time]\n";
    let lint = "▸ lint\nlint\nlinted\n✓ lint [time]\n";
    assert!(told.contains(test) && told.contains(lint), "{told}");
    assert!(told.ends_with(
        "○ image skipped: branch is main, needs release\n2 passed, 1 skipped in [time]\n"
    ));
}

#[test]
fn a_short_stage_is_shown_while_a_long_one_runs() {
    let project = Project::new().script(
        r#"
stage("long", || sh("echo long begins; touch begun; until [ -e go ]; do sleep 0.01; done"));
stage("short", #{ when: || { sh("until [ -e begun ]; do sleep 0.01; done"); true } }, || sh("echo short"));
"#,
    );
    let running = project.spawn(["run", "--jobs", "2"]);
    running.wait_for("short\n");
    running.wait_for_stderr("✓ short");
    assert_eq!(running.stdout_so_far(), "short\n");
    project.write("go", "");
    running.finish().stdout("short\nlong begins\n").streams();
}

#[test]
fn where_nothing_runs_beside_it_a_stage_is_shown_as_it_prints() {
    for (needs, jobs) in [("[\"test\"]", "2"), ("[]", "1")] {
        let project = Project::new().script(&format!(
            r#"
stage("test", || sh("echo begins; until [ -e go ]; do sleep 0.01; done"));
stage("image", #{{ needs: {needs} }}, || 0);
"#
        ));
        let running = project.spawn(["run", "--jobs", jobs]);
        running.wait_for("begins\n");
        project.write("go", "");
        running.finish().stdout("begins\n").streams();
    }
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
fn every_failure_tells_its_stage_and_where_its_log_is() {
    let project = Project::new().script(
        r#"stage("t", #{ matrix: #{ v: [1, 2] } }, || sh("echo " + matrix("v") + "; exit 1"));"#,
    );
    let (code, _, stderr) = project
        .run(["run", "--keep-going", "--jobs", "1"])
        .streams();
    assert_eq!(code, 1);
    for v in [1, 2] {
        let name = format!("t (v={v})");
        assert!(
            stderr.contains(&format!("\nerror: stage `{name}`: ")),
            "{stderr}"
        );
        let hint = format!("  | {v}\nhint: see all of it: `wharf logs 1 '{name}'`\n");
        assert!(stderr.contains(&hint), "{stderr}");
    }
}

#[test]
fn a_failure_that_is_allowed_tells_what_it_was() {
    let told = Project::new()
        .script("stage(\"lint\", #{ allow_failure: true }, || fail(\"3 findings\\nand more\"));\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    ▸ lint
    ! lint failed after [time], which is allowed: 3 findings
    1 failed (allowed) in [time]
    ");
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
    error: stage `two`: the quay is full
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

/// Two stages that print; the second also leaves something behind.
const PRINTING: &str = r#"
stage("test", || print("tested"));
stage("deploy", #{ needs: "test" }, || { print("deploying"); write_file("live", "1") });
"#;

#[test]
fn what_cannot_be_printed_is_told_at_the_end() {
    let project = Project::new().script(PRINTING);
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let full = |options: &str| {
        let command = format!("{wharf} run {options} > /dev/full");
        project.run_program("sh", ["-c", &command]).all()
    };
    assert_snapshot!(full(""), @"
    exit: 1
    ── stderr
    ▸ test
    ✓ test [time]
    ▸ deploy
    ✓ deploy [time]
    2 passed in [time]
    error: cannot write to standard output
    cause: No space left on device
    ");
    assert_eq!(project.read("live"), "1");
    assert_snapshot!(full("--quiet"), @"
    exit: 1
    ── stderr
    error: cannot write to standard output
    cause: No space left on device
    ");
    project.write("wharf.rhai", "print(1); fail(\"no\");");
    assert_snapshot!(full("--quiet"), @r#"
    exit: 1
    ── stderr
    error: no
     --> wharf.rhai:1:11
      |
    1 | print(1); fail("no");
      |           ^^^^
    cause: and cannot write to standard output
    cause: No space left on device
    "#);
}

#[test]
fn where_nobody_reads_the_output_all_else_is_told() {
    let project = Project::new().script(PRINTING);
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let wait = "until [ -e gone ]; do sleep 0.01; done";
    let command =
        format!("{{ {wait}; {wharf} run; echo $? > code; }} | {{ exec <&-; touch gone; }}");
    assert_snapshot!(project.run_program("sh", ["-c", &command]).all(), @"
    exit: 0
    ── stderr
    ▸ test
    ✓ test [time]
    ▸ deploy
    ✓ deploy [time]
    2 passed in [time]
    ");
    assert_eq!(project.read("code"), "0\n");
}
