//! `wharf docs`: what can be looked up, and that it is true.

mod guide;
mod page;

use std::collections::BTreeSet;

use insta::assert_snapshot;
use wharf::action::{Example, Expected};
use wharf::script::LANGUAGE;

use crate::harness::{Project, Services};

#[test]
fn every_example_of_a_function_does_what_it_says() {
    let services = Services::from_env();
    let mut wrong = Vec::new();
    for function in LANGUAGE.iter().flat_map(|family| family.functions) {
        let (code, stdout, stderr) = tried(&function.example, &services);
        let as_expected = match function.example.outcome {
            Expected::Prints(expected) => code == 0 && stdout.trim_end() == expected.trim_end(),
            Expected::Fails(expected) => matches!(code, 1 | 2) && stderr.contains(expected),
        };
        if !as_expected {
            wrong.push(format!(
                "`{}`: exit: {code}\n{stdout}──\n{stderr}",
                function.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn tried(example: &Example, services: &Services) -> (i32, String, String) {
    let mut project = Project::new().tools(services);
    for (path, contents) in example.files {
        project = project.file(path, contents);
    }
    let project = project.script(example.script);
    project.run(["run", "--rehearse", "--quiet"]).streams()
}

#[test]
fn every_function_tells_what_it_does_in_a_line() {
    let functions = LANGUAGE.iter().flat_map(|family| family.functions);
    let mut names = BTreeSet::new();
    for function in functions {
        let (name, summary) = (function.name, function.summary);
        assert!(
            summary.starts_with(char::is_uppercase),
            "`{name}`: {summary}"
        );
        assert!(summary.chars().count() < 70, "`{name}`: {summary}");
        assert!(!summary.ends_with('.'), "`{name}`: {summary}");
        assert!(names.insert(name), "`{name}` is there twice");
    }
}

#[test]
fn a_list_tells_a_line_of_each() {
    let (code, list, _) = Project::new().run(["docs"]).streams();
    assert_eq!(code, 0);
    for line in [
        "guide/watch",
        "  docker_push",
        "  git::short_sha",
        "  std/python",
        "  poll ",
    ] {
        assert!(list.contains(line), "{line} is not in:\n{list}");
    }
}

#[test]
fn a_function_a_module_and_a_chapter_can_be_looked_up() {
    let project = Project::new();
    assert_snapshot!(project.run(["docs", "poll"]).all());
    let (_, module, _) = project.run(["docs", "std/python"]).streams();
    assert!(module.contains("python::venv(requirements)"), "{module}");
    // A function of a module leads to its module.
    let (_, same, _) = project.run(["docs", "python::venv"]).streams();
    assert_eq!(module, same);
    let (_, chapter, _) = project.run(["docs", "skipping"]).streams();
    assert!(chapter.starts_with("Skipping, and why\n\n"), "{chapter}");
    assert!(!chapter.contains("```"), "{chapter}");
}

#[test]
fn what_is_not_there_is_told_with_what_was_meant() {
    assert_snapshot!(Project::new().run(["docs", "git::shah"]).all(), @"
    exit: 2
    ── stderr
    error: the reference has no `git::shah`
    hint: did you mean `git::sha`?
    ");
    assert_snapshot!(Project::new().run(["docs", "poll", "--format", "html"]).all(), @"
    exit: 2
    ── stderr
    error: this format holds the whole reference
    hint: leave the name out; `text`, `markdown` and `json` can be of one entry
    ");
}

#[test]
fn as_json_every_entry_has_its_name_kind_and_summary() {
    let (_, json, _) = Project::new().run(["docs", "--format", "json"]).streams();
    let document: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(document["version"], 1);
    let entries = document["entries"].as_array().expect("entries");
    for entry in entries {
        for key in ["name", "kind", "group", "summary"] {
            assert!(entry[key].is_string(), "{entry}");
        }
    }
    let named = |name: &str| entries.iter().find(|entry| entry["name"] == name);
    let push = named("docker_push").expect("an action");
    assert_eq!(push["effect"], "publish");
    assert_eq!(push["options"][0]["name"], "image");
    assert_eq!(push["options"][0]["required"], true);
    assert!(push["examples"][0]["prints"].is_string(), "{push}");
}

#[test]
fn as_markdown_it_is_one_document_or_one_entry() {
    let project = Project::new();
    let (_, all, _) = project.run(["docs", "--format", "markdown"]).streams();
    for heading in [
        "# wharf: the reference\n",
        "\n## Guide\n",
        "\n### A first pipeline\n",
        "\n#### When something fails\n",
        "\n### `docker_push`\n",
        "\n#### `python::venv(requirements)`\n",
    ] {
        assert!(all.contains(heading), "{heading} is not in:\n{all}");
    }
    let one = project.run(["docs", "on_tag", "--format", "markdown"]);
    assert_snapshot!(one.all());
}

#[test]
fn definitions_are_what_editors_read() {
    let (_, text, _) = Project::new()
        .run(["docs", "--format", "definitions"])
        .streams();
    assert!(text.starts_with("module static;\n"), "{text}");
    for line in [
        "fn env(name: String, default: ?) -> ?;",
        "fn docker_push(image: ?, options: Map) -> Map;",
        "fn log(text: ?) -> ();",
        "module git {\n    /// Name the branch; an empty text where there is none\n",
        "    fn short_sha() -> String;",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
}
