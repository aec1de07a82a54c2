//! Documents that keep their word: a document's scripts are without a finding, its commands do what it
//! shows, line for line and in that order; it may leave lines out.

use std::path::Path;

use regex::Regex;

use super::{Project, Services, normal};

/// A document of Markdown.
#[derive(Debug)]
pub(crate) struct Document {
    name: String,
    blocks: Vec<Block>,
}

/// A block of code.
#[derive(Debug)]
struct Block {
    /// What stands behind the marks: a language, and a path where it is a file.
    info: String,
    text: String,
}

impl Document {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let mut blocks = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```") else {
                continue;
            };
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block {
                info: info.to_owned(),
                text: text.join("\n"),
            });
        }
        Self {
            name: name.to_owned(),
            blocks,
        }
    }

    /// The blocks that are marked as `language` and nothing more.
    pub(crate) fn blocks(&self, language: &str) -> Vec<&str> {
        let blocks = self.blocks.iter().filter(|block| block.info == language);
        blocks.map(|block| block.text.as_str()).collect()
    }

    /// Writes the scripts and files into one project, in their order, and runs the commands there as
    /// they come.
    #[track_caller]
    pub(crate) fn keeps_its_word(&self, services: &Services) {
        let project = lettings().engine(services).tools(services).git();
        for block in &self.blocks {
            match block.info.split_once(' ').unwrap_or((&block.info, "")) {
                ("console", _) => self.commands(&project, &block.text),
                ("rhai", "wrong") => project.write("wharf.rhai", &block.text),
                ("rhai", "") => {
                    project.write("wharf.rhai", &block.text);
                    let (code, stdout, stderr) = project.run(["check"]).streams();
                    let (name, script) = (&self.name, &block.text);
                    assert_eq!(code, 0, "{name}:\n{script}\n{stdout}{stderr}");
                }
                (_, "") => {}
                (_, path) => project.write(path, &block.text),
            }
        }
    }

    #[track_caller]
    fn commands(&self, project: &Project, text: &str) {
        let wharf = Path::new(env!("CARGO_BIN_EXE_wharf"));
        let folder = wharf.parent().expect("the folder of a binary").display();
        for run in text.split("\n$ ") {
            let run = run.strip_prefix("$ ").unwrap_or(run);
            let (command, shown) = run.split_once('\n').unwrap_or((run, ""));
            let line = format!("PATH={folder}:$PATH; exec 2>&1; {command}");
            let (_, printed, _) = project.run_program("sh", ["-c", &line]).streams();
            let printed = settled(&printed, project);
            let mut left = printed.lines();
            for shown in settled(shown, project).lines() {
                let found = left.any(|line| line == shown);
                let name = &self.name;
                assert!(
                    found,
                    "{name}: `{command}` does not print “{shown}”, but:\n{printed}"
                );
            }
        }
    }
}

/// The application that the documents speak of.
pub(crate) fn lettings() -> Project {
    Project::new()
        .file(".gitignore", "__pycache__/\n.pytest_cache/\n")
        .file("setup.cfg", "[flake8]\n[tool:pytest]\n")
        .file("lettings.py", "def rent(nights):\n    return 40 * nights\n")
        .file(
            "test_lettings.py",
            "from lettings import rent\n\n\ndef test_rent():\n    assert rent(2) == 80\n",
        )
        .file("Dockerfile", "FROM scratch\nCOPY lettings.py /\n")
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
