//! Semantic versions, by the examples of <https://semver.org>.

use std::fmt::Write as _;

use super::run;
use crate::harness::Project;

#[test]
fn versions_come_in_the_order_of_the_specification() {
    let order = [
        "1.0.0-1",
        "1.0.0-99999999999999999999",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "2.0.0",
        "2.1.0",
        "2.1.1",
        "10.0.0",
    ];
    let list = format!("{order:?}");
    let body = format!(
        "let all = {list};\nfor a in 0..all.len {{ for b in max(a - 1, 0)..min(a + 2, all.len) {{\n    let expected = if a < b {{ -1 }} else if a > b {{ 1 }} else {{ 0 }};\n    let got = it::compare(all[a], all[b]);\n    if got != expected {{ fail(`${{all[a]}} ${{all[b]}}: ${{got}}`); }}\n}} }}\nprint(it::latest(all));\nprint(it::compare(\"1.0.0+a\", \"v1.0.0+b\"));"
    );
    let (_, stdout) = run(Project::new(), "semver", &body);
    assert_eq!(stdout, "10.0.0\n0\n");
}

#[test]
fn a_version_is_raised() {
    let mut body = String::new();
    let cases = [
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3-rc.1", "patch", "1.2.3"),
        ("1.3.0-rc.1", "minor", "1.3.0"),
        ("1.2.3-rc.1", "minor", "1.3.0"),
        ("2.0.0-rc.1+b", "major", "2.0.0"),
        ("2.1.0-rc.1", "major", "3.0.0"),
    ];
    for (version, part, _) in cases {
        let _ = writeln!(body, "print(it::bump(\"{version}\", \"{part}\"));");
    }
    let (_, stdout) = run(Project::new(), "semver", &body);
    let expected: Vec<_> = cases.iter().map(|(.., expected)| *expected).collect();
    assert_eq!(stdout.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_no_version_is_a_failure() {
    let wrong = [
        "1.2",
        "1.2.3.4",
        "01.2.3",
        "a.b.c",
        "1.2.3-",
        "",
        "1.-2.3",
        "1.2.3-01",
        "1.2.3-a..b",
        "1.2.3+",
        "1.2.3-a_b",
        "1.2.3+a..b",
    ];
    for text in wrong {
        let body = format!(
            "try {{ it::parse(\"{text}\"); print(\"taken\"); }} catch (err) {{ print(err.message); }}"
        );
        let (_, stdout) = run(Project::new(), "semver", &body);
        assert!(stdout.contains("is not a version"), "{text}: {stdout}");
    }
    let body = "try { it::latest([\"1.2\"]); } catch (err) { print(err.message); }";
    let (_, stdout) = run(Project::new(), "semver", body);
    assert_eq!(stdout, "1.2 is not a version\n");
}
