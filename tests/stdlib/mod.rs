//! The standard library: each module does what its comments say, against real tools, real programs that
//! stand in for tools, and services played on loopback.

mod examples;
mod messages;
mod services;
mod tools;
mod versions;

use std::path::Path;

use wharf::script::standard_modules;

use crate::harness::{Project, Standin};

#[test]
fn every_module_is_short_and_every_function_is_told_about() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib");
    let files = std::fs::read_dir(&folder).expect("stdlib").count();
    let mut found = 0;
    for module in standard_modules() {
        let name = module.path.trim_start_matches("std/");
        let text = std::fs::read_to_string(folder.join(format!("{name}.rhai"))).expect(name);
        assert!(text.lines().count() <= 150, "{name} is long");
        let summary = module.about.lines().next().unwrap_or_default();
        assert!(
            summary.ends_with('.') && summary.chars().count() < 90,
            "{name}: {summary}"
        );
        assert!(!module.functions.is_empty(), "{name}");
        for function in module.functions {
            let what = format!("{name}::{}", function.name);
            assert!(!function.doc.is_empty(), "`{what}` is not documented");
            assert!(
                function.effect.is_some(),
                "`{what}` does not say its effect"
            );
            assert!(
                function.returns.is_some(),
                "`{what}` does not say what it returns"
            );
            for option in function.options {
                let name = &option.name;
                assert!(
                    !option.doc.is_empty(),
                    "`{name}` of `{what}` is not documented"
                );
                let default = option.default.is_some() || option.kind != "any";
                assert!(default, "`{name}` of `{what}` does not say what it takes");
            }
        }
        found += 1;
    }
    assert_eq!(found, files, "a module is in no list");
}

#[test]
fn every_function_that_can_fail_tells_when() {
    let mut never_fail = Vec::new();
    for module in standard_modules() {
        let functions = module.functions.iter();
        let silent = functions.filter(|function| function.errors.is_empty());
        never_fail.extend(silent.map(|function| format!("{}::{}", module.alias, function.name)));
    }
    assert_eq!(
        never_fail,
        ["repo::last_tag", "python::interpreter", "slack::escape"]
    );
}

#[test]
fn every_module_is_without_a_finding() {
    for module in standard_modules() {
        let script = format!("import \"{}\" as it;\nprint(1);", module.path);
        let project = Project::new().script(&script);
        let (code, stdout, stderr) = project.run(["check", "--strict"]).streams();
        assert_eq!((code, &*stdout), (0, ""), "{}: {stderr}", module.path);
    }
}

/// As the reference says that it is imported.
#[test]
fn every_module_can_be_imported_as_it_is_told() {
    for entry in wharf::reference::entries() {
        if entry.kind != wharf::reference::Kind::Module {
            continue;
        }
        let script = format!("{}\nprint(git::tag());", entry.calls[0]);
        let (code, stdout, stderr) = Project::new().script(&script).run(["check"]).streams();
        assert_eq!(code, 0, "{script}\n{stdout}{stderr}");
    }
}

/// Options are looked at before anything runs, as those of an action are.
#[test]
fn an_option_that_a_function_does_not_have_is_found_where_it_is_written() {
    let project = Project::new().script(
        "import \"std/slack\" as slack;\n\nstage(\"tell\", || slack::post(\"hi\", #{ blcks: [] }));\n",
    );
    insta::assert_snapshot!(project.run(["check"]).all(), @r#"
    exit: 2
    ── stderr
    warning: the environment has no `SLACK_WEBHOOK_URL`
      --> std/slack:29:45
       |
    29 |     let url = if options.url == () { secret("SLACK_WEBHOOK_URL") } else { options.url };
       |                                             ^^^^^^^^^^^^^^^^^^^
    hint: set it where the pipeline runs, or write it into `.env`
    error: there is no option `blcks`
     --> wharf.rhai:3:39
      |
    3 | stage("tell", || slack::post("hi", #{ blcks: [] }));
      |                                       ^^^^^
    hint: did you mean `blocks`?
    error: 1 error found
    "#);
}

/// Runs `body` with `module` imported as `it`, in a stage.
#[track_caller]
fn run(project: Project, module: &str, body: &str) -> (Project, String) {
    let script = format!("import \"std/{module}\" as it;\nstage(\"it\", || {{\n{body}\n}});\n");
    let project = project.script(&script);
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{body}\n{stdout}\n{stderr}");
    (project, stdout)
}

/// The requests that reach `standin`: line and body.
fn received(standin: &Standin) -> Vec<String> {
    let requests = standin.requests();
    let requests = requests.iter();
    requests
        .map(|request| {
            format!("{} {}", request.line, request.body)
                .trim_end()
                .to_owned()
        })
        .collect()
}
