//! What `plan` says about stages that may be skipped is what a run does.

use super::{decisions, ran};
use crate::harness::Project;

#[test]
fn a_result_of_a_stage_without_inputs_is_taken_for_the_last_one() {
    let project = Project::new()
        .script(
            r#"
stage("b", || 22);
stage("c", #{ needs: "b", inputs: "src" }, || 1);
"#,
        )
        .file("src", "");
    let _ = ran(&project, &[]);
    let (code, stdout, stderr) = project.run(["plan"]).streams();
    assert_eq!((code, &*stderr), (0, ""));
    assert_eq!(
        stdout,
        "b  run    it has no `inputs`\nc  maybe  if `b` gives another result\n"
    );
    let told = decisions(&project, &[]);
    assert!(told.contains("c same inputs as run 1, "), "{told}");
}

#[test]
fn what_counts_is_explained_before_the_first_run() {
    let project = Project::new()
        .script(r#"stage("a", #{ inputs: "src" }, || 1);"#)
        .file("src", "");
    let told = project.run(["plan", "--explain", "a"]);
    let (code, stdout, stderr) = told.streams();
    assert_eq!((code, &*stderr), (0, ""));
    assert_eq!(
        stdout,
        "what counts for `a`:\n  new      its script\n  new      option `inputs`\n  new      its inputs: 1 file\n"
    );
}

#[test]
fn a_saved_plan_does_not_count_for_itself() {
    let project = Project::new()
        .script(r#"stage("a", #{ inputs: ["**"] }, || 1);"#)
        .file("src", "")
        .file("plans/other.json", "{}");
    for path in ["plan.json", "plans/[a].json"] {
        let (code, _, stderr) = project.run(["plan", "--save", path]).streams();
        assert_eq!((code, &*stderr), (0, ""), "{path}");
        let (code, _, stderr) = project.run(["run", "--plan", path]).streams();
        assert_eq!(code, 0, "{stderr}");
    }
}
