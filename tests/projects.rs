//! Every ready pipeline, on the project of its kind.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::harness::{Project, Services};

#[test]
fn every_pipeline_has_a_project_that_init_writes_it_for() {
    let scripts = names("scripts", ".rhai");
    assert_eq!(names("tests/projects", ""), scripts);
    for name in &scripts {
        let project = Project::new();
        project.copy_sample(name, name);
        let script = format!("{name}/wharf.rhai");
        let kept = project.read(&script);
        fs::remove_file(project.path(&script)).expect("a script");
        let (code, _, stderr) = project.run(["init", "--kind", name, "-C", name]).streams();
        assert_eq!(code, 0, "{stderr}");
        let written = project.read(&script);
        assert_eq!(kept, written, "tests/projects/{name}/wharf.rhai is another");
        assert!(
            !written.contains("Not yet"),
            "{name} does not use all of it"
        );
    }
}

#[test]
fn every_pipeline_is_without_a_finding() {
    for name in names("scripts", ".rhai") {
        let project = Project::new()
            .sample(&name)
            .git()
            .env("DOCKERHUB_USERNAME", "ada")
            .env("DOCKERHUB_PASSWORD", "correct horse")
            .env(
                "HOOK_RENDER",
                "https://api.render.com/deploy/srv-1?key=k3yk3y",
            )
            .env("SENTRY_DSN", "https://k3yk3y@o1.ingest.sentry.io/42");
        let (code, stdout, stderr) = project.run(["check", "--strict"]).streams();
        assert_eq!(code, 0, "{name}: {stdout}{stderr}");
    }
}

#[test]
fn the_django_pipeline_can_be_rehearsed() {
    rehearse("django", &["venv", "test", "lint", "image", "deploy"]);
}

/// A second time with nothing changed, and then with one template.
#[test]
fn the_django_pipeline_does_again_only_what_changed() {
    let project = Project::new().packages().sample("django").git();
    let stages = ["run", "--rehearse", "test", "lint"];
    let told = |expected: &[(&str, &str)]| {
        let (code, _, stderr) = project.run(stages).streams();
        assert_eq!(code, 0, "{stderr}");
        for (stage, line) in expected {
            let mut lines = stderr
                .lines()
                .filter(|told| told.contains(&format!(" {stage} ")));
            assert!(
                lines.any(|told| told.contains(line)),
                "{stage}: {line}\n{stderr}"
            );
        }
    };
    let first = "ran: first time";
    told(&[("venv", first), ("test", first), ("lint", first)]);
    let same = "skipped: same inputs as run 1, ";
    told(&[("venv", same), ("test", same), ("lint", same)]);
    let template = "lettings/templates/lettings/index.html";
    project.write(template, project.read(template) + "<!-- changed -->\n");
    let changed = "ran: lettings/templates/lettings/index.html changed";
    told(&[("venv", same), ("test", changed), ("lint", same)]);
}

#[test]
fn the_python_pipeline_can_be_rehearsed() {
    rehearse("python", &["venv", "test", "lint", "image", "deploy"]);
}

#[test]
fn the_generic_pipeline_can_be_rehearsed() {
    rehearse("generic", &["test", "image", "deploy"]);
}

#[test]
fn the_node_pipeline_can_be_rehearsed() {
    rehearse("node", &["packages", "test", "image", "deploy"]);
}

#[test]
fn the_rust_pipeline_can_be_rehearsed() {
    rehearse("rust", &["test", "examples", "lint", "image", "deploy"]);
}

#[test]
fn the_static_pipeline_can_be_rehearsed() {
    rehearse("static", &["check", "image", "deploy"]);
}

/// What a fresh machine has: nothing set, no credentials, no engine.
#[test]
fn a_pipeline_can_be_rehearsed_without_an_engine() {
    let project = Project::new().sample("static").git();
    let (code, stdout, stderr) = project.run(["run", "--rehearse"]).streams();
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    assert!(
        stderr.contains("simulated: no Docker Engine at"),
        "{stderr}"
    );
}

/// Rehearses with an engine and no credentials at all; every stage passes, and render, the
/// registry and nobody else hears of it.
#[track_caller]
fn rehearse(name: &str, stages: &[&str]) {
    let services = Services::from_env();
    let project = Project::new().packages().engine(&services).sample(name);
    let dockerfile = project.read("Dockerfile");
    let first = dockerfile.lines().next().expect("a line");
    let image = if ["static", "generic"].contains(&name) {
        &services.busybox
    } else {
        &services.python
    };
    project.write(
        "Dockerfile",
        dockerfile.replace(first, &format!("ARG BASE={image}")),
    );
    let project = project.git();
    let (code, stdout, stderr) = project.run(["run", "--rehearse"]).streams();
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    for stage in stages {
        assert!(stderr.contains(&format!("✓ {stage} ")), "{stage}\n{stderr}");
    }
    assert!(
        stderr.contains(&format!("{} passed", stages.len())),
        "{stderr}"
    );
}

/// Entries of a folder of the tree that end in `end`, without it.
fn names(folder: &str, end: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of the tree");
    entries
        .map(|entry| entry.expect("a readable folder").file_name())
        .filter_map(|name| Some(name.to_str()?.strip_suffix(end)?.to_string()))
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
