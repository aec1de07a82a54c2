//! One test over all actions: a new one is held to this the moment it is in the list.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use wharf::action::{ACTIONS, Descriptor, Example, Expected, schema};

use crate::harness::{Project, Services};

#[test]
fn every_action_is_a_file_of_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/action");
    for action in ACTIONS {
        let name = action.name;
        let found =
            folder.join(format!("{name}.rs")).exists() || folder.join(name).join("mod.rs").exists();
        assert!(found, "`{name}` is in no file of its name");
    }
    let names: BTreeSet<_> = ACTIONS.iter().map(|action| action.name).collect();
    assert_eq!(names.len(), ACTIONS.len(), "two actions have one name");
}

#[test]
fn every_action_tells_what_it_does_in_a_line() {
    for Descriptor { name, summary, .. } in ACTIONS {
        let first = summary.chars().next().unwrap_or(' ');
        assert!(first.is_uppercase(), "`{name}`: {summary}");
        assert!(summary.chars().count() < 70, "`{name}`: {summary}");
        assert!(!summary.ends_with('.'), "`{name}`: {summary}");
    }
}

#[test]
fn every_option_and_every_field_of_a_result_is_documented() {
    for action in ACTIONS {
        for (what, schema) in [("option", (action.options)()), ("field", (action.output)())] {
            let fields = schema.get("properties").and_then(Value::as_object);
            for (field, about) in fields.into_iter().flatten() {
                let text = about.get("description").and_then(Value::as_str);
                let told = text.is_some_and(|text| !text.trim().is_empty());
                assert!(
                    told,
                    "`{}`: the {what} `{field}` is not documented",
                    action.name
                );
            }
        }
    }
}

#[test]
fn every_action_refuses_an_option_it_does_not_have() {
    for action in ACTIONS {
        let schema = (action.options)();
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        assert!(closed, "`{}` takes any option", action.name);
        if let Some(natural) = action.natural {
            let known = schema
                .get("properties")
                .and_then(|fields| fields.get(natural));
            assert!(
                known.is_some(),
                "`{}` has no option `{natural}`",
                action.name
            );
        }
    }
}

/// The checker lets a call with one text pass on the strength of this.
#[test]
fn every_action_can_be_called_with_its_natural_option_alone_as_text() {
    for action in ACTIONS {
        let schema = (action.options)();
        let Some(natural) = action.natural else {
            continue;
        };
        for field in schema::fields(&schema) {
            assert!(
                !field.required || field.name == natural,
                "`{}` cannot go without `{}`",
                action.name,
                field.name
            );
        }
        let field = schema::field(&schema, natural).expect("the natural option");
        assert!(
            schema::takes(&schema, field, "string") && schema::constants(&schema, field).is_empty(),
            "`{}` does not take every text as `{natural}`",
            action.name
        );
    }
}

#[test]
fn every_action_has_an_example_that_passes_and_one_that_fails() {
    for action in ACTIONS {
        let passing = |example: &&Example| matches!(example.outcome, Expected::Prints(_));
        let passes = action.examples.iter().filter(passing).count();
        assert!(passes > 0, "`{}` has no example that passes", action.name);
        let fails = action.examples.len() - passes;
        assert!(fails > 0, "`{}` has no example that fails", action.name);
    }
}

/// In a rehearsal, as an action that reaches further than this machine cannot be tried otherwise.
#[test]
fn every_example_does_what_it_says() {
    let services = Services::from_env();
    let mut wrong = Vec::new();
    for action in ACTIONS {
        for example in action.examples {
            let (code, stdout, stderr) = tried(example, &services, &["--quiet"]);
            // The tools that an action runs print too, before the script does.
            let as_expected = match example.outcome {
                Expected::Prints(expected) => {
                    code == 0 && stdout.trim_end().ends_with(expected.trim_end())
                }
                Expected::Fails(expected) => matches!(code, 1 | 2) && stderr.contains(expected),
            };
            if !as_expected {
                wrong.push(format!(
                    "`{}`: “{}”: {:?}, but exit: {code}\n{stdout}──\n{stderr}",
                    action.name, example.title, example.outcome
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What an action would send reaches a stand-in, and nothing else is tried: no way leads out of the
/// machine here.
#[test]
fn every_action_that_reaches_out_has_a_rehearsal() {
    let services = Services::from_env();
    let reaching = ACTIONS
        .iter()
        .filter(|action| action.effect.leaves_the_machine());
    for action in reaching {
        let passing = |example: &&Example| matches!(example.outcome, Expected::Prints(_));
        for example in action.examples.iter().filter(passing) {
            let (code, _, stderr) = tried(example, &services, &[]);
            let heading = "what each service would have received\n";
            let (_, received) = stderr.split_once(heading).unwrap_or_default();
            let something = received.lines().any(|line| !line.ends_with(" nothing"));
            assert!(
                code == 0 && something,
                "`{}`: “{}”\n{stderr}",
                action.name,
                example.title
            );
        }
    }
}

/// Runs an example where the network ends at this machine.
fn tried(example: &Example, services: &Services, arguments: &[&str]) -> (i32, String, String) {
    let mut project = Project::new().engine(services).tools(services);
    for (path, contents) in example.files {
        project = project.file(path, contents);
    }
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        project = project
            .env(name, "http://127.0.0.1:1")
            .env(&name.to_lowercase(), "http://127.0.0.1:1");
    }
    let arguments = ["run", "--rehearse"].iter().chain(arguments);
    project.script(example.script).run(arguments).streams()
}
