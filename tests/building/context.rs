//! Which files travel: by `docker_context`, and in the image.

use insta::assert_snapshot;

use super::{Tag, inside, project};
use crate::harness::{Project, Services};

const IGNORE: &str = "\
# everything by rules that git would read otherwise
**/*.pyc
/app
!app/assets/deep/*.txt
!app/keep
docs/*.md
!docs/README.md
node_modules/
*.log
.h*
wharf.rhai
";

const FILES: &[&str] = &[
    "app/1.txt",
    "app/assets/2.txt",
    "app/assets/deep/keep.txt",
    "app/keep/k.md",
    "src/m.py",
    "src/x/m.pyc",
    "src/x/y/z.py",
    "docs/README.md",
    "docs/other.md",
    "node_modules/m/i.js",
    "sub/node_modules/i.js",
    "top.log",
    "logs/below.log",
    "a folder/a file",
    ".hidden",
];

fn filled(project: Project) -> Project {
    FILES
        .iter()
        .fold(project, |project, file| project.file(file, "x\n"))
        .file(".dockerignore", IGNORE)
}

#[test]
fn what_is_listed_is_what_is_in_the_image() {
    let services = Services::from_env();
    let tag = Tag::new(&services, "context");
    let list = "cd /context && find . -type f | sed 's,^[.]/,,' | LC_ALL=C sort";
    let [by_buildkit, by_classic] = ["1", "0"].map(|buildkit| {
        let project = filled(project(&services, "COPY . /context/\n"))
            .env("DOCKER_BUILDKIT", buildkit)
            .script(&format!(
                r#"for file in docker_context(#{{}}).files {{ print(file.path); }}
docker_build("{tag}", #{{ no_cache: true }});"#
            ));
        let (code, listed, stderr) = project.run(["run"]).streams();
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(inside(&project, &tag, list), listed);
        listed
    });
    assert_eq!(by_buildkit, by_classic);
    assert_snapshot!(by_buildkit, @r"
    .dockerignore
    Dockerfile
    a folder/a file
    app/assets/deep/keep.txt
    app/keep/k.md
    docs/README.md
    logs/below.log
    src/m.py
    src/x/y/z.py
    sub/node_modules/i.js
    ");
}

#[test]
fn sizes_are_summed_and_the_largest_named() {
    let project = Project::new()
        .file("web/Dockerfile", "FROM scratch\n")
        .file("web/small.txt", "x")
        .file("web/large.bin", vec![0; 3_400_000])
        .script(
            r#"let sent = docker_context("web");
print(sent.count);
print(sent.total);
print(sent.largest[0].path + " " + sent.largest[0].size);"#,
        );
    assert_snapshot!(project.run(["run"]).all(), @r"
    exit: 0
    ── stdout
    3
    3400014
    large.bin 3400000
    ── stderr
    ▸ script
      3 files, 3.4 MB
    ✓ script [time]
    1 passed in [time]
    ");
}

#[test]
fn a_pattern_that_means_nothing_is_named() {
    let project = Project::new()
        .file("Dockerfile", "FROM scratch\n")
        .file(".dockerignore", "docs\n[a-\n")
        .script("docker_context(#{});");
    assert_snapshot!(project.run(["run"]).all(), @r"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_context`: the pattern `[a-` in `.dockerignore` is wrong: a `[` is not closed
     --> wharf.rhai:1:1
      |
    1 | docker_context(#{});
      | ^^^^^^^^^^^^^^
    ");
}
