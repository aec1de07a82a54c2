//! `--junit` and `--html`.

use std::fs;

use insta::assert_snapshot;
use rustix::process::Signal;

use crate::harness::{Project, Services, browser, normal};

/// A file that a run left, without what differs from run to run.
fn left(project: &Project, path: &str) -> String {
    let text = normal::text(&project.read(path), &project.base());
    let time = regex::Regex::new(r#" time="[0-9.]+""#).expect("a pattern of this file");
    time.replace_all(&text, "").into_owned()
}

#[test]
fn a_suite_is_a_stage() {
    let project = Project::new()
        .env("TOKEN", "correct-horse-battery")
        .script(
            r#"
let token = secret("TOKEN");
stage("test", || sh("printf '\\033[31mred <of> correct-horse-battery\\033[0m\\n'"));
stage("deploy", #{ needs: ["test"], when: on_branch("release") }, || 0);
stage("bad", #{ needs: ["test"] }, || fail("no quay for correct-horse-battery"));
stage("never", #{ needs: ["bad"] }, || 0);
"#,
        )
        .git();
    let (code, _, _) = project.run(["run", "--junit", "out/results.xml"]).streams();
    assert_eq!(code, 1);
    assert_snapshot!(left(&project, "out/results.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="wharf" tests="4" skipped="2" failures="1" errors="0">
        <testsuite name="test" tests="1" skipped="0" errors="0" failures="0">
            <properties>
                <property name="outcome" value="passed"/>
                <property name="why" value="it has no `inputs`"/>
            </properties>
            <testcase name="test" classname="test"/>
            <system-out>red &lt;of&gt; ***</system-out>
        </testsuite>
        <testsuite name="deploy" tests="1" skipped="1" errors="0" failures="0">
            <properties>
                <property name="outcome" value="skipped"/>
            </properties>
            <testcase name="deploy" classname="deploy">
                <skipped message="branch is main, needs release"/>
            </testcase>
        </testsuite>
        <testsuite name="bad" tests="1" skipped="0" errors="0" failures="1">
            <properties>
                <property name="outcome" value="failed"/>
                <property name="why" value="it has no `inputs`"/>
            </properties>
            <testcase name="bad" classname="bad">
                <failure message="no quay for ***">error: no quay for ***
     --&gt; wharf.rhai:5:39
      |
    5 | stage(&quot;bad&quot;, #{ needs: [&quot;test&quot;] }, || fail(&quot;no quay for ***&quot;));
      |                                       ^^^^
    </failure>
            </testcase>
        </testsuite>
        <testsuite name="never" tests="1" skipped="1" errors="0" failures="0">
            <properties>
                <property name="outcome" value="not run"/>
            </properties>
            <testcase name="never" classname="never">
                <skipped message="`bad` did not pass"/>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
    // Nothing else is left beside it.
    assert_eq!(
        fs::read_dir(project.path("out")).expect("a folder").count(),
        1
    );
}

#[test]
fn a_case_is_a_test_or_a_finding() {
    let project = Project::new()
        .tools(&Services::from_env())
        .file("test_rent.py", "import unittest\n\n\nclass Rent(unittest.TestCase):\n    def test_rent(self):\n        self.assertEqual(3 * 400, 1300)\n\n    def test_well(self):\n        pass\n")
        .file("rent.py", "import os\n")
        .script(
            "stage(\"check\", || { try { lint(#{ linter: \"flake8\", paths: \"rent.py\" }) } catch { } run_tests(#{ runner: \"unittest\" }) });\n",
        );
    let (code, _, _) = project
        .run(["run", "--junit", "results.xml", "--html", "page.html"])
        .streams();
    assert_eq!(code, 1);
    let cases: Vec<_> = project
        .read("results.xml")
        .lines()
        .filter(|line| line.contains("<testcase") || line.contains("<failure"))
        .map(|line| line.trim().to_owned())
        .collect();
    let time = regex::Regex::new(r#" time="[0-9.]+""#).expect("a pattern of this file");
    assert_snapshot!(time.replace_all(&cases.join("\n"), ""), @r#"
    <testcase name="flake8 F401 rent.py:1:1" classname="check" file="rent.py" line="1">
    <failure message="&apos;os&apos; imported but unused" type="error"/>
    <testcase name="test_rent.Rent.test_rent" classname="check" file="test_rent.py" line="6">
    <failure message="AssertionError: 1200 != 1300">AssertionError: 1200 != 1300</failure>
    <testcase name="test_rent.Rent.test_well" classname="check" file="test_rent.py" line="8"/>
    "#);
    let page = project.read("page.html");
    assert!(
        page.contains("<summary>2 tests, 1 failed</summary>"),
        "{page}"
    );
    assert!(page.contains("<td>test_rent.py:6</td>"), "{page}");
    assert!(
        page.contains("<code>flake8 F401</code></td><td>rent.py:1</td>"),
        "{page}"
    );
}

#[test]
fn an_interrupted_run_leaves_its_files() {
    let project = Project::new().script(
        "stage(\"wait\", || sh(\"echo up; sleep 600\"));\nstage(\"deploy\", #{ needs: [\"wait\"] }, || 0);\n",
    );
    let running = project.spawn(["run", "--junit", "results.xml", "--html", "page.html"]);
    running.wait_for("up\n");
    running.signal(Signal::INT);
    let (code, _, _) = running.finish().streams();
    assert_eq!(code, 130);
    assert_snapshot!(left(&project, "results.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="wharf" tests="2" skipped="1" failures="0" errors="1">
        <testsuite name="wait" tests="1" skipped="0" errors="1" failures="0">
            <properties>
                <property name="outcome" value="cancelled"/>
                <property name="why" value="it has no `inputs`"/>
            </properties>
            <testcase name="wait" classname="wait">
                <error message="cancelled"/>
            </testcase>
            <system-out>up</system-out>
        </testsuite>
        <testsuite name="deploy" tests="1" skipped="1" errors="0" failures="0">
            <properties>
                <property name="outcome" value="not run"/>
            </properties>
            <testcase name="deploy" classname="deploy">
                <skipped message="`wait` was cancelled"/>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
    let page = project.read("page.html");
    assert!(
        page.contains("<title>wharf: run 1 was interrupted</title>"),
        "{page}"
    );
}

#[test]
fn a_script_that_is_wrong_is_a_result_too() {
    let project = Project::new().script("stage(\"test\", || 0);\nfail(\"no\");\n");
    let (code, _, _) = project.run(["run", "--junit", "results.xml"]).streams();
    assert_eq!(code, 1);
    let text = left(&project, "results.xml");
    assert!(
        text.contains(
            "<testsuites name=\"wharf\" tests=\"1\" skipped=\"0\" failures=\"0\" errors=\"1\""
        ),
        "{text}"
    );
    assert!(text.contains("<error message=\"no\">"), "{text}");
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_runs() {
    let project = Project::new()
        .file("taken", "")
        .script("stage(\"test\", || sh(\"touch ran\"));\n");
    assert_snapshot!(project.run(["run", "--junit", "taken/results.xml"]).all(), @"
    exit: 2
    ── stderr
    error: cannot write `taken/results.xml`
    cause: not a directory
    ");
    assert_snapshot!(project.run(["run", "--html", "."]).all(), @"
    exit: 2
    ── stderr
    error: cannot write `.`
    cause: it is a folder
    ");
    assert!(!project.path("ran").exists());
}

#[test]
fn a_page_holds_all_there_is_and_loads_nothing() {
    let project = Project::new()
        .env("TOKEN", "correct-horse-battery")
        .script(
            r#"
let token = secret("TOKEN");
stage("test", || sh("printf '</script><img src=x onerror=alert(1)> \\033[31mcorrect-\\033[1mhorse-battery\\033[0m\\n'"));
stage("image", #{ needs: ["test"] }, || sh("sleep 0.05"));
stage("deploy <b>", #{ needs: ["image"], when: on_branch("release"), environment: "<live>" }, || 0);
"#,
        )
        .git();
    let (code, _, stderr) = project.run(["run", "--html", "page.html"]).streams();
    assert_eq!(code, 0, "{stderr}");
    let page = project.read("page.html");
    for part in [
        "<title>wharf: run 1 passed</title>",
        "<a class=\"row passed critical\" href=\"#stage-1\"><span class=\"name\">✓ image<b",
        "* critical path: test → image, ",
        "<span class=\"why\">skipped: branch is main, needs release</span>",
        "○ deploy &lt;b&gt;",
        "<summary>1 line of output</summary>\n<pre>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; ***\n</pre>",
        "<p class=\"needs\">needs test</p>",
        "<p class=\"needs\">environment &lt;live&gt;</p>",
        "default-src 'none'",
    ] {
        assert!(page.contains(part), "no `{part}` in\n{page}");
    }
    for foreign in [
        "http://", "https://", "<link", "src=\"", "@import", "url(", "horse", "\x1b",
    ] {
        assert!(!page.contains(foreign), "`{foreign}` in\n{page}");
    }
}

#[test]
fn a_browser_shows_the_page_and_runs_its_script() {
    let project = Project::new().script(
        "stage(\"test\", || sh(\"echo up\"));\nstage(\"lint\", || sh(\"printf '<script>document.title = 1</script>'\"));\n",
    );
    let (code, _, _) = project.run(["run", "--html", "page.html"]).streams();
    assert_eq!(code, 0);
    let page = format!("file://{}#stage-1", project.path("page.html").display());
    let shown = browser::shown(&project, &page);
    // The address names the second stage, which the script opens.
    assert!(
        shown.contains("<details id=\"stage-0\" class=\"stage passed\">"),
        "{shown}"
    );
    assert!(
        shown.contains("<details id=\"stage-1\" class=\"stage passed\" open=\"\">"),
        "{shown}"
    );
    assert!(shown.contains("<button>open all</button>"), "{shown}");
    assert!(
        shown.contains("<title>wharf: run 1 passed</title>"),
        "{shown}"
    );
}

#[test]
fn all_reports_of_one_run_at_once() {
    let project = Project::new().script("stage(\"test\", || sh(\"echo up\"));\n");
    let told = project.run(["run", "--json", "--junit", "a/r.xml", "--html", "b/p.html"]);
    let (code, stdout, stderr) = told.streams();
    assert_eq!(code, 0);
    assert!(stdout.starts_with("{\"type\":\"run_started\""));
    assert!(stderr.contains("▸ test\nup\n"), "{stderr}");
    assert!(project.read("a/r.xml").contains("<testsuite name=\"test\""));
    assert!(project.read("b/p.html").contains("✓ test"));
}
