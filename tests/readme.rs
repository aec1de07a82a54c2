//! The README keeps its word: its scripts are checked, its commands are run, and what it shows
//! of their output is what they print, line for line and in that order; it may leave lines out.

use std::path::Path;

use regex::Regex;

use crate::harness::{Project, Services, normal};

#[test]
fn every_script_in_the_readme_is_without_a_finding() {
    let scripts = blocks("rhai");
    assert!(!scripts.is_empty(), "the README has no script");
    for script in scripts {
        let (code, stdout, stderr) = lettings(&script).run(["check"]).streams();
        assert_eq!(code, 0, "{script}\n{stdout}{stderr}");
    }
}

/// On what a fresh machine has: no Docker Engine, and nothing in the environment.
#[test]
fn every_command_in_the_readme_works() {
    let commands = blocks("sh").join("\n");
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
fn every_output_in_the_readme_is_what_is_printed() {
    let services = Services::from_env();
    let script = blocks("rhai").swap_remove(0);
    let project = lettings(&script).engine(&services).tools(&services).git();
    let wharf = Path::new(env!("CARGO_BIN_EXE_wharf"));
    let folder = wharf.parent().expect("the folder of a binary").display();
    for block in blocks("console") {
        let (command, shown) = block.split_once('\n').expect("a command and its output");
        let command = command.strip_prefix("$ ").expect("a command after `$ `");
        let line = format!("PATH={folder}:$PATH; exec 2>&1; {command}");
        let (_, printed, _) = project.run_program("sh", ["-c", &line]).streams();
        let printed = settled(&printed, &project);
        let mut left = printed.lines();
        for shown in settled(shown, &project).lines() {
            let found = left.any(|line| line == shown);
            assert!(
                found,
                "`{command}` does not print “{shown}”, but:\n{printed}"
            );
        }
    }
}

/// The application that the README speaks of.
fn lettings(script: &str) -> Project {
    Project::new()
        .file(".gitignore", "__pycache__/\n.pytest_cache/\n")
        .file("setup.cfg", "[flake8]\n[tool:pytest]\n")
        .file("lettings.py", "def rent(nights):\n    return 40 * nights\n")
        .file(
            "test_lettings.py",
            "from lettings import rent\n\n\ndef test_rent():\n    assert rent(2) == 80\n",
        )
        .file("Dockerfile", "FROM scratch\nCOPY lettings.py /\n")
        .script(script)
}

/// Without what differs from run to run.
fn settled(text: &str, project: &Project) -> String {
    let text = normal::text(text, &project.base());
    [
        (r"sha256:[0-9a-f]{12}\b", "sha256:[digest]"),
        (r":[0-9a-f]{7}\b", ":[commit]"),
        (r"\b\d+(\.\d+)? [kM]?B\b", "[size]"),
    ]
    .into_iter()
    .fold(text, |text, (pattern, replacement)| {
        let pattern = Regex::new(pattern).expect("a pattern of this file");
        pattern.replace_all(&text, replacement).into_owned()
    })
}

/// The README's blocks that are marked as `language`.
fn blocks(language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("the README");
    let mut blocks = Vec::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        let Some(marked) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        if marked == language {
            blocks.push(block.join("\n"));
        }
    }
    blocks
}
