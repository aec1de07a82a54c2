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
    let (_, function, _) = project.run(["docs", "slack::post"]).streams();
    assert_snapshot!(function, @r#"
    slack::post – Posts a text in Slack's own markup: `*bold*`, `<https://example.com|a link>`

    effect: notify

    calls:  import "std/slack" as slack;
            slack::post(text)
            slack::post(text, options)

    options
      blocks  Slack's blocks to show instead of the text (an array)
      url     another webhook (text, env SLACK_WEBHOOK_URL)

    returns nothing
    fails if there is neither `url` nor `SLACK_WEBHOOK_URL`
    fails if Slack refuses the message or cannot be reached

    examples
      // announces a deploy, and reports failures
      import "std/slack" as slack;
      stage("announce", || slack::post("*lettings* is live: " + slack::escape("R&D <3")));
      on_failure(|failure| slack::post_failure(failure));
    "#);
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
    assert!(push["errors"][0].is_string(), "{push}");
    assert_eq!(
        named("env").expect("a function")["errors"][0],
        "if the variable is not set and there is no default"
    );
    let functions = entries.iter().filter(|entry| entry["kind"] == "function");
    let never_fail = functions.filter(|entry| entry["errors"].is_null());
    let never_fail: Vec<_> = never_fail.map(|entry| &entry["name"]).collect();
    assert_eq!(never_fail, ["exists", "url_encode", "log", "warn"]);
    let option = |of: &serde_json::Value, name: &str| {
        let options = of["options"].as_array().expect("options");
        options
            .iter()
            .find(|option| option["name"] == name)
            .cloned()
            .expect("an option")
    };
    assert_eq!(option(push, "username")["env"][0], "DOCKERHUB_USERNAME");
    assert_eq!(option(push, "retry")["default"], "3");
    let http = named("http").expect("an action");
    assert_eq!(option(http, "timeout")["default"], "30 seconds");
    assert_eq!(option(http, "json")["takes"], "any");
    let slack = named("std/slack").expect("a module");
    let post = &slack["functions"][0];
    assert_eq!(
        (&post["name"], &post["effect"]),
        (&"slack::post".into(), &"notify".into())
    );
    assert_eq!(option(post, "url")["env"][0], "SLACK_WEBHOOK_URL");
    assert!(slack["examples"][0]["script"].is_string(), "{slack}");
}

/// Rhai's names of types are for editors alone.
#[test]
fn types_are_told_in_the_languages_words() {
    let (_, text, _) = Project::new()
        .run(["docs", "--format", "markdown"])
        .streams();
    for name in [": String", ": Map", ": Fn", ": ?", "-> ?", ": int"] {
        assert!(!text.contains(name), "{name} is in:\n{text}");
    }
}

#[test]
fn a_word_finds_what_is_about_it() {
    let project = Project::new();
    let found = |word: &str| project.run(["docs", word]).streams().1;
    for (word, line) in [
        ("venv", "python::venv"),
        ("needs", "its option `needs`"),
        ("run", "wharf run "),
        ("run", "run_tests "),
        ("push", "docker_push"),
        ("guide", "guide/watch"),
        ("split", "guide/rhai"),
        ("Docker secret", "its option `secrets`"),
        ("retry http", "its option `retry`"),
    ] {
        let found = found(word);
        assert!(found.contains(line), "{word}: {line} is not in:\n{found}");
    }
    assert_eq!(
        project.run(["docs", ""]).streams(),
        project.run(["docs"]).streams()
    );
}

#[test]
fn more_words_find_less() {
    let project = Project::new();
    let (_, one, _) = project.run(["docs", "image"]).streams();
    let (_, both, _) = project.run(["docs", "image", "PUSH"]).streams();
    assert!(both.contains("docker_push"), "{both}");
    assert!(both.lines().count() < one.lines().count(), "{both}");
    assert_snapshot!(project.run(["docs", "image", "quay"]).all(), @"
    exit: 2
    ── stderr
    error: nothing in the reference has all of `image quay`
    hint: fewer words find more
    ");
}

#[test]
fn what_the_repository_has_can_be_looked_up() {
    let project = Project::new()
        .script("import \"ci/image\" as image;\n/// Says hello.\nfn greet() { }\nstage(\"a\", || image::name(\"web\"));")
        .file("ci/image.rhai", "//! Images.\n\n/// The name under which `app` is pushed.\nfn name(app) {\n    app\n}\n");
    for name in ["image", "ci/image"] {
        let (_, told, _) = project.run(["docs", name]).streams();
        assert!(told.contains("image::name(app)"), "{name}: {told}");
    }
    let (_, told, _) = project.run(["docs", "image::name"]).streams();
    assert_snapshot!(told, @r#"
    image::name – The name under which `app` is pushed

    calls:  import "ci/image" as image;
            image::name(app)
    "#);
    let (_, told, _) = project.run(["docs", "greet"]).streams();
    assert!(told.starts_with("greet – Says hello\n"), "{told}");
    let (_, list, _) = project.run(["docs"]).streams();
    assert!(list.contains("this repository\n"), "{list}");
}

/// On a narrow terminal too, but for lines of code.
#[test]
fn every_line_fits_the_terminal() {
    let project = Project::new();
    for name in ["", "docker_push", "std/slack", "stage"] {
        let mut terminal = project.narrow_terminal(30, ["docs", name]);
        assert_eq!(terminal.finish(), 0);
        let shown = terminal.text();
        let text = shown.split("examples").next().unwrap_or_default();
        for line in text.lines() {
            assert!(line.trim_end().chars().count() <= 30, "{name}: {line}");
        }
    }
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
        "\n#### `python::venv`\n",
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
        "module git {\n    /// Return the branch; an empty text if there is none\n",
        "    fn short_sha() -> String;",
        "module slack {\n    /// Posts a text in Slack's own markup",
        "    fn post(text: ?, options: Map) -> ();",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
}
