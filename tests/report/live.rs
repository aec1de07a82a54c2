//! A terminal: one live line for each stage that runs.

use insta::assert_snapshot;

use crate::harness::Project;

/// A screen without what turns and counts.
fn still(screen: &str) -> String {
    let lines: Vec<_> = screen
        .lines()
        .map(|line| {
            line.replace(|c| "⠁⠂⠄⡀⢀⠠⠐⠈".contains(c), "~")
                .replace("1s", "0s")
                .replace("2s", "0s")
        })
        .collect();
    lines.join("\n")
}

const BESIDE: &str = r#"
stage("test", || sh("echo collected; touch begun; printf 'dots ...'; until [ -e go ]; do sleep 0.01; done; echo"));
stage("lint", #{ when: || { sh("until [ -e begun ]; do sleep 0.01; done"); true } }, || sh("printf '\\033[31mrent.py\\033[0m\\n'; until [ -e linted ]; do sleep 0.01; done"));
"#;

#[test]
fn each_running_stage_has_a_line_with_what_it_said_last() {
    let project = Project::new().script(BESIDE).env("NO_COLOR", "1");
    let mut terminal = project.terminal(["run", "--jobs", "2"]);
    let screen =
        terminal.wait_for_screen(|screen| screen.contains("dots") && screen.contains("rent.py"));
    assert_snapshot!(still(&screen), @"
    ▸ test
    collected
    ~ test 0s dots ...
    ~ lint 0s rent.py
    ");
    project.write("linted", "");
    // Its time is told at once, its output when it is its turn.
    terminal.wait_for_screen(|screen| {
        let screen = still(screen);
        screen.contains("collected\n✓ lint ") && screen.ends_with("\n~ test 0s dots ...")
    });
    project.write("go", "");
    assert_eq!(terminal.finish(), 0);
    let screen = still(&terminal.wait_for_screen(|screen| screen.contains("2 passed in ")));
    let (stages, _) = screen.split_once("  stage").expect("a table");
    let lines: Vec<_> = stages
        .lines()
        .map(|line| line.split(" 0.").next().unwrap_or(line))
        .collect();
    assert_snapshot!(lines.join("\n"), @"
    ▸ test
    collected
    dots ...
    ✓ test
    ▸ lint
    rent.py
    ✓ lint
    ");
}

#[test]
fn a_narrow_terminal_keeps_each_line_one_line() {
    let project = Project::new().env("NO_COLOR", "1").script(
        r#"stage("integration tests 港の", || sh("echo 港の中の船が長い旅に出る前に; until [ -e go ]; do sleep 0.01; done; printf 'after the window changed\n'; until [ -e end ]; do sleep 0.01; done"));"#,
    );
    let mut terminal = project.narrow_terminal(20, ["run"]);
    let screen = terminal.wait_for_screen(|screen| screen.contains("s 港"));
    assert_snapshot!(still(&screen), @"
    ▸ integration tests
    港の
    港の中の船が長い旅に
    出る前に
    ~ integrat… 0s 港…
    ");
    terminal.resize(60);
    project.write("go", "");
    terminal.wait_for_screen(|screen| {
        let last = screen.lines().last().unwrap_or_default();
        last.contains(" integration tests 港の ") && last.ends_with(" after the window changed")
    });
    project.write("end", "");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn no_line_is_lost_when_the_window_changes() {
    let line = |number: u32| format!("line-{number} {}.", "x".repeat(60));
    let project = Project::new().env("NO_COLOR", "1").script(
        r#"
stage("test", || sh("x=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; touch begun; for i in 1 2 3; do echo line-$i $x.; until [ -e go-$i ]; do sleep 0.01; done; done"));
stage("lint", #{ when: || { sh("until [ -e begun ]; do sleep 0.01; done"); true } }, || sh("printf 'looks at rent.py, profiles.py, lettings.py and more'; until [ -e go-3 ]; do sleep 0.01; done"));
"#,
    );
    let mut terminal = project.narrow_terminal(40, ["run", "--jobs", "2"]);
    let expected = |screen: &str, columns: usize, lines: u32| {
        let mut rows = vec!["▸ test".to_owned()];
        for line in (1..=lines).map(line) {
            let pieces = line.as_bytes().chunks(columns);
            rows.extend(pieces.map(|piece| String::from_utf8_lossy(piece).into_owned()));
        }
        let whole = rows.join("\n");
        let live = still(screen).strip_prefix(&whole).map(str::to_owned);
        let live: Vec<_> = live.iter().flat_map(|live| live.trim().lines()).collect();
        live.len() == 2 && live[0].starts_with("~ test ") && live[1].starts_with("~ lint ")
    };
    terminal.wait_for_screen(|screen| expected(screen, 40, 1));
    for (number, columns) in [(2, 100), (3, 30)] {
        terminal.resize(columns);
        project.write(&format!("go-{}", number - 1), "");
        terminal.wait_for_screen(|screen| expected(screen, columns.into(), number));
    }
    project.write("go-3", "");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn what_a_child_prints_moves_nothing_on_the_screen() {
    let project = Project::new().script(
        r#"stage("test", || sh("printf '\\033[2J\\033[H\\033]0;title\\007\\033[31mred\\033[0m\\n'; until [ -e go ]; do sleep 0.01; done"));"#,
    );
    let mut terminal = project.terminal(["run"]);
    terminal.wait_for("red");
    project.write("go", "");
    assert_eq!(terminal.finish(), 0);
    let raw = terminal.raw();
    assert!(
        !raw.contains("\x1b[2J") && !raw.contains("title"),
        "{raw:?}"
    );
    assert!(raw.contains("\x1b[31mred\x1b[0m"), "{raw:?}");
}

#[test]
fn a_secret_is_masked_in_the_live_line_too() {
    let project = Project::new().env("TOKEN", "correct-horse-battery").script(
        r#"
let token = secret("TOKEN");
stage("test", || sh("printf 'with correct-\\033[1mhorse-battery and more'; until [ -e go ]; do sleep 0.01; done"));
"#,
    );
    let mut terminal = project.terminal(["run"]);
    terminal.wait_for("with ***");
    project.write("go", "");
    assert_eq!(terminal.finish(), 0);
    assert!(!terminal.raw().contains("horse"), "{:?}", terminal.raw());
}

#[test]
fn a_ci_with_a_terminal_gets_plain_lines() {
    let project = Project::new()
        .env("CI", "true")
        .script("stage(\"test\", || sh(\"echo up\"));\n");
    let mut terminal = project.terminal(["run"]);
    assert_eq!(terminal.finish(), 0);
    let text = still(&terminal.screen());
    assert!(text.starts_with("▸ test\nup\n✓ test 0."), "{text}");
    let raw = terminal.raw();
    assert!(
        !raw.contains("\x1b[?7l") && !raw.contains("\x1b[J"),
        "{raw:?}"
    );
}
