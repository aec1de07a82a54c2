//! Each chapter of the guide keeps its word.

use wharf::reference::{self, Kind};

use crate::harness::{Document, Project, Services};

#[test]
fn every_chapter_does_what_it_shows() {
    let services = Services::from_env();
    let entries = reference::entries();
    let chapters = entries.iter().filter(|entry| entry.kind == Kind::Chapter);
    for chapter in chapters {
        let document = Document::new(&chapter.name, &chapter.doc);
        assert!(!document.blocks("rhai").is_empty(), "{}", chapter.name);
        document.keeps_its_word(&services);
    }
}

/// What is written into the files of a CI service has to be there.
#[test]
fn every_command_for_ci_is_one() {
    let entries = reference::entries();
    let chapter = reference::find(&entries, "guide/ci").expect("the chapter");
    let files = Document::new(&chapter.name, &chapter.doc);
    let files = files.blocks("yaml").join("\n");
    let commands = files
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- run: wharf "));
    let mut found = 0;
    for command in commands {
        let project = Project::new().script("print(1);");
        project.write("results/.keep", "");
        let (code, stdout, stderr) = project.run(command.split(' ')).streams();
        assert_eq!(code, 0, "{command}\n{stdout}\n{stderr}");
        found += 1;
    }
    assert_eq!(found, 2, "{files}");
}
