//! Each module's examples do what they say, and show each of its functions.

use wharf::reference::{self, Entry, Kind, Outcome, Shown};

use super::tools::play;
use crate::harness::{Project, Services};

fn modules() -> impl Iterator<Item = Entry> {
    let entries = reference::entries().into_iter();
    entries.filter(|entry| entry.kind == Kind::Module)
}

fn examples(module: &Entry) -> impl Iterator<Item = &Shown> {
    let of_functions = module.functions.iter().flat_map(|known| &known.examples);
    module.examples.iter().chain(of_functions)
}

#[test]
fn every_function_is_in_an_example() {
    for module in modules() {
        for function in &module.functions {
            let call = format!("{}(", function.name);
            let shown = examples(&module).any(|example| example.script.contains(&call));
            assert!(shown, "no example of {} calls {call}", module.name);
        }
    }
}

/// In a rehearsal and without a network, as most of them reach out.
#[test]
fn every_example_does_what_it_says() {
    let services = Services::from_env();
    let mut wrong = Vec::new();
    for module in modules() {
        for example in examples(&module) {
            let Outcome::Prints(expected) = &example.outcome else {
                panic!("{}: {example:?}", module.name);
            };
            let project = harbour(&module.name, &services)
                .script(&example.script)
                .git();
            let told = project.run(["run", "--rehearse", "--quiet"]);
            let (code, stdout, stderr) = told.streams();
            if code != 0 || !stdout.trim_end().ends_with(expected) {
                wrong.push(format!(
                    "{}: “{}”: exit: {code}\n{stdout}──\n{stderr}",
                    module.name, example.title
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A project with what the examples of a module speak of.
fn harbour(module: &str, services: &Services) -> Project {
    let mut project = Project::new().packages().tools(services);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        project = project.env(name, "http://127.0.0.1:1");
    }
    let make = |folder| format!("mkdir -p {folder}");
    match module {
        "std/python" => play(
            project
                .file("requirements.txt", "")
                .file("backend/poetry.lock", "1")
                .file("backend/pyproject.toml", "")
                .file("worker/uv.lock", "1")
                .file("worker/pyproject.toml", ""),
            &[("poetry", &make(".venv")), ("uv", &make(".venv"))],
        ),
        "std/django" => play(project, &[("python3", "")]),
        "std/node" => play(
            project
                .file("package-lock.json", "{}")
                .file("package.json", "{\"version\": \"1.4.2\"}"),
            &[("npm", &make("node_modules")), ("node", "echo v20.1.0")],
        ),
        "std/go" => play(project, &[("go", ""), ("gofmt", "")]),
        "std/rust" => project
            .file(
                "Cargo.toml",
                "[package]\nname = \"quay\"\nversion = \"1.4.2\"\nedition = \"2021\"\n",
            )
            .file(
                "Cargo.lock",
                "version = 4\n\n[[package]]\nname = \"quay\"\nversion = \"1.4.2\"\n",
            )
            .file("src/main.rs", "fn main() {}\n"),
        _ => project,
    }
}
