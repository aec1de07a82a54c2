//! One test over all actions: a new one is held to this the moment it is in the list.

use std::collections::BTreeSet;
use std::fs;
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

/// A declared option that nothing reads would be a promise not kept.
#[test]
fn every_option_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/action");
    for action in ACTIONS {
        let source = source_of(&folder, action.name);
        let schema = (action.options)();
        let fields = schema.get("properties").and_then(Value::as_object);
        for (field, _) in fields.into_iter().flatten() {
            let times = source.matches(field.as_str()).count();
            assert!(
                times > 1,
                "`{}`: nothing reads the option `{field}`",
                action.name
            );
        }
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

/// In a rehearsal, which is how an action that reaches further than this machine can be tried at
/// all: one without a rehearsal fails here.
#[test]
fn every_example_does_what_it_says() {
    let services = Services::from_env();
    let mut wrong = Vec::new();
    for action in ACTIONS {
        for example in action.examples {
            if let Err(how) = tried(example, &services) {
                wrong.push(format!("`{}`: “{}”: {how}", action.name, example.title));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn tried(example: &Example, services: &Services) -> Result<(), String> {
    let mut project = Project::new().engine(services).tools(services);
    for (path, contents) in example.files {
        project = project.file(path, contents);
    }
    let project = project.script(example.script);
    let (code, stdout, stderr) = project.run(["run", "--rehearse", "--quiet"]).streams();
    // The tools that an action runs print too, before the script does.
    let as_expected = match example.outcome {
        Expected::Prints(expected) => code == 0 && stdout.trim_end().ends_with(expected.trim_end()),
        Expected::Fails(expected) => matches!(code, 1 | 2) && stderr.contains(expected),
    };
    if as_expected {
        return Ok(());
    }
    Err(format!(
        "{:?}, but exit: {code}\n{stdout}──\n{stderr}",
        example.outcome
    ))
}

/// The text of an action's file, or of all files of its folder.
fn source_of(folder: &Path, name: &str) -> String {
    let single = folder.join(format!("{name}.rs"));
    let files = ignore::Walk::new(folder.join(name))
        .filter_map(Result::ok)
        .map(ignore::DirEntry::into_path)
        .chain([single]);
    files
        .filter_map(|file| fs::read_to_string(file).ok())
        .collect()
}
