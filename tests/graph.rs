//! `wharf graph`, in every format.

use insta::assert_snapshot;

use crate::harness::Project;

fn project() -> Project {
    Project::new().script(
        r#"
/// "All" of them & more
stage("test", #{ matrix: #{ python: ["3.11", "3.12"] } }, || 1);
stage("lint <b>", || 1);
stage("image", #{ needs: ["test", "lint <b>"] }, || 1);
stage("docs", #{ when: false }, || 1);
stage("deploy", #{ needs: ["image", "lint <b>"], environment: "production" }, || 1);
"#,
    )
}

#[test]
fn text_shows_each_stage_below_what_it_needs() {
    assert_snapshot!(project().run(["graph"]).all(), @"
    exit: 0
    ── stdout
    test        2 of python=3.11|3.12
    lint <b>
      image     ← test, lint <b>
        deploy  ← image, lint <b> · to production
    docs        would be skipped: its `when` is false
    ");
}

#[test]
fn only_the_stages_named_and_what_they_need_are_drawn() {
    assert_snapshot!(project().run(["graph", "image", "d?cs"]).all(), @"
    exit: 0
    ── stdout
    test      2 of python=3.11|3.12
    lint <b>
      image   ← test, lint <b>
    docs      would be skipped: its `when` is false
    ");
    let one = project().run(["graph", "test (python=3.12)", "lint*"]);
    assert_snapshot!(one.all(), @"
    exit: 0
    ── stdout
    test (python=3.12)
    lint <b>
    ");
    assert_snapshot!(project().run(["graph", "tset"]).all(), @"
    exit: 2
    ── stderr
    error: there is no stage `tset`
    hint: did you mean `test`?
    ");
}

#[test]
fn mermaid_is_a_flowchart() {
    let told = project().run(["graph", "--format", "mermaid"]);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stdout
    flowchart LR
        n0["test (python=3.11)"]
        n1["test (python=3.12)"]
        n2["lint #60;b#62;"]
        n3["image"]
        n4["docs"]
        n5["deploy<br/>→ production"]
        n0 --> n3
        n1 --> n3
        n2 --> n3
        n3 --> n5
        n2 --> n5
        classDef skipped stroke-dasharray: 4 3
        class n4 skipped
    "#);
}

#[test]
fn dot_is_a_digraph() {
    let told = project().run(["graph", "--format", "dot"]);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stdout
    digraph stages {
      rankdir=LR
      node [shape=box, style=rounded]
      n0 [label="test (python=3.11)", tooltip="\"All\" of them &amp; more"]
      n1 [label="test (python=3.12)", tooltip="\"All\" of them &amp; more"]
      n2 [label="lint <b>"]
      n3 [label="image"]
      n4 [label="docs", style="rounded,dashed"]
      n5 [label="deploy\n→ production"]
      n0 -> n3
      n1 -> n3
      n2 -> n3
      n3 -> n5
      n2 -> n5
    }
    "#);
}

/// As a real XML parser sees it.
#[test]
fn svg_is_xml_with_every_stage_and_edge() {
    let project = project();
    let (code, svg, stderr) = project.run(["graph", "--format", "svg"]).streams();
    assert_eq!((code, stderr.as_str()), (0, ""));
    project.write("graph.svg", svg);
    let read = r#"
import xml.etree.ElementTree as tree
root = tree.parse("graph.svg").getroot()
name = lambda element: element.tag.removeprefix("{http://www.w3.org/2000/svg}")
texts = [element.text for element in root.iter() if name(element) in ("text", "title")]
print("\n".join(texts))
print(sum(element.get("class") == "edge" for element in root.iter()), "edges")
outside = [value for element in root.iter() for value in element.attrib.values() if "http" in value]
print(outside, "from elsewhere")
"#;
    let told = project.run_program("python3", ["-c", read]);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stdout
    stages
    "All" of them & more
    test (python=3.11)
    "All" of them & more
    test (python=3.12)
    lint <b>
    image
    would be skipped: its `when` is false
    docs
    deploy
    → production
    5 edges
    [] from elsewhere
    "#);
}

#[test]
fn no_secret_is_drawn() {
    for format in ["text", "mermaid", "dot", "svg"] {
        let told = Project::new()
            .env("API_TOKEN", "open<sesame>")
            .script(r#"stage("for open<sesame>", #{ environment: "open<sesame>" }, || 1);"#)
            .run(["graph", "--format", format]);
        let (code, stdout, _) = told.streams();
        assert_eq!(code, 0, "{format}");
        assert!(!stdout.contains("sesame"), "{format}: {stdout}");
    }
}

#[test]
fn a_flat_script_is_one_stage() {
    let told = Project::new().script("print(1);").run(["graph"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    script
    ");
}
