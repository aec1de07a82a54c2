//! What a rehearsal makes up is not kept, and what a stage asks of git counts.

use super::ran;
use crate::harness::Project;

/// Twice with `first` and once with `then`.
fn in_turn(project: &Project, first: &[&str], then: &[&str]) -> [String; 3] {
    [first, first, then].map(|arguments| ran(project, arguments))
}

#[test]
fn what_a_rehearsal_makes_up_is_not_kept() {
    let project = Project::new()
        .script(
            r#"
stage("test", #{ inputs: "src" }, || 1);
stage("name", #{ inputs: "src" }, || "v-" + env("RELEASE_NAME"));
stage("image", #{ inputs: "src" }, || docker_build("me/app:1"));
"#,
        )
        .file("src", "")
        .file("Dockerfile", "FROM scratch\nCOPY src /\n")
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let all = "test ran: first time\nname ran: first time\nimage ran: first time";
    let made_up = |run: usize| {
        ["name", "image"]
            .map(|stage| format!("{stage} ran: its success in run {run} was not kept"))
            .join("\n")
    };
    let rehearse = ["--rehearse"];
    assert_eq!(
        in_turn(&project, &rehearse, &rehearse),
        [all.to_owned(), made_up(1), made_up(2)]
    );
    let project = project.env("RELEASE_NAME", "sun");
    let only = ["--only", "name"];
    assert_eq!(
        in_turn(&project, &only, &["--rehearse"]),
        [
            "name ran: its success in run 3 was not kept",
            "",
            "image ran: its success in run 3 was not kept"
        ]
    );
}

#[test]
fn what_a_condition_asks_of_git_counts() {
    let project = Project::new()
        .script(
            r#"
stage("test", #{ inputs: "src" }, || on_branch("main"));
stage("lint", #{ inputs: "src" }, || on_tag("v*"));
stage("name", #{ inputs: "src" }, || changed("notes.md"));
"#,
        )
        .file("src", "")
        .file("notes.md", "")
        .git();
    project.tool("git", ["commit", "-q", "--allow-empty", "-m", "More"]);
    let all = "test ran: first time\nlint ran: first time\nname ran: first time";
    assert_eq!(in_turn(&project, &[], &[]), [all, "", ""]);
    project.tool("git", ["checkout", "-q", "-b", "other"]);
    assert_eq!(ran(&project, &[]), "test ran: git::branch() changed");
    project.tool("git", ["tag", "v1"]);
    assert_eq!(ran(&project, &[]), "lint ran: git::tag() changed");
    project.write("notes.md", "more");
    assert_eq!(
        ran(&project, &[]),
        "name ran: changed([\"notes.md\"]) changed"
    );
}
