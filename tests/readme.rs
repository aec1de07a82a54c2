//! The README keeps its word.

use std::path::Path;

use crate::harness::{Document, Project, Services};

/// On what a fresh machine has: no Docker Engine, and nothing in the environment.
#[test]
fn every_command_in_the_readme_works() {
    let readme = readme();
    let commands = readme.blocks("sh").join("\n");
    assert!(!commands.is_empty(), "the README has no command");
    for command in commands.lines() {
        if let Some(arguments) = command.strip_prefix("cargo run --release -- ") {
            let project = Project::new().packages().git();
            project.copy_sample("django", "tests/projects/django");
            let (code, stdout, stderr) = project.run(arguments.split(' ')).streams();
            assert_eq!(code, 0, "{command}\n{stdout}\n{stderr}");
            assert!(
                stderr.contains("simulated: no Docker Engine at"),
                "{stderr}"
            );
        } else {
            // This very suite is what it runs.
            assert_eq!(command, "tests/run", "no test knows this command");
        }
    }
}

#[test]
fn every_script_in_the_readme_is_right_and_every_output_is_what_is_printed() {
    let readme = readme();
    assert!(
        !readme.blocks("rhai").is_empty(),
        "the README has no script"
    );
    readme.keeps_its_word(&Services::from_env());
}

fn readme() -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(path).expect("the README");
    Document::new("README.md", &text)
}
