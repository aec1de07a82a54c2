//! Builds that fail, and what is said of it.

use insta::assert_snapshot;

use super::{Tag, project, told};
use crate::harness::{Project, Services};

#[test]
fn a_failed_step_is_told_with_its_line_and_last_output() {
    let services = Services::from_env();
    let tag = Tag::new(&services, "failing");
    let [by_buildkit, by_classic] = ["1", "0"].map(|buildkit| {
        let project = project(
            &services,
            &format!(
                "ENV NAME={tag}\n\nRUN echo one >&2 && \\\n    # why\n    echo two >&2 && exit 3\n"
            ),
        )
        .env("DOCKER_BUILDKIT", buildkit)
        .script(&format!(
            r#"try {{ docker_build("{tag}", #{{ no_cache: true }}); }} catch (err) {{ print(err.exit_code); throw err; }}"#
        ));
        let (code, stdout, stderr) = project.run(["run"]).streams();
        assert_eq!((code, stdout.as_str()), (1, "3\n"), "{stderr}");
        let stderr = told(&stderr, &tag, &services);
        let (_, error) = stderr.split_once("error: ").expect("an error");
        error.to_owned()
    });
    assert_eq!(by_buildkit, by_classic);
    assert_snapshot!(by_buildkit, @r#"
    `docker_build`: `Dockerfile`, line 4: `RUN echo one >&2 && echo two >&2 && exit 3` failed with exit code 3
     --> wharf.rhai:1:7
      |
    1 | try { docker_build("[tag]", #{ no_cache: true }); } catch (err) { print(err.exit_code); throw err; }
      |       ^^^^^^^^^^^^
      | one
      | two
    hint: see all of it: `wharf logs 1 script`
    "#);
}

#[test]
fn a_copy_of_what_is_not_there_says_why() {
    let services = Services::from_env();
    let tag = Tag::new(&services, "ignored");
    let project = project(&services, "ARG FILE=quay.txt\nCOPY $FILE /\n")
        .file("quay.txt", "quay 4\n")
        .file(".dockerignore", "*.txt\n")
        .script(&format!(r#"docker_build("{tag}");"#));
    let told = told(&project.run(["run"]).all(), &tag, &services);
    assert_snapshot!(told, @r#"
    exit: 1
    ── stderr
    ▸ script
      [1/n] FROM docker.io/[busybox]
      [2/2] COPY quay.txt /
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_build`: `Dockerfile`, line 3: `COPY quay.txt /` failed
     --> wharf.rhai:1:1
      |
    1 | docker_build("[tag]");
      | ^^^^^^^^^^^^
    cause: "/quay.txt" not found
    hint: `quay.txt` is in the context, but the ignore file leaves it out
    "#);
}

#[test]
fn a_base_image_that_is_nowhere_is_named_with_its_line() {
    let services = Services::from_env();
    let project = Project::new()
        .engine(&services)
        .file("Dockerfile", "ARG X\nFROM 127.0.0.1:1/none:1\n")
        .script(r#"docker_build("wharf-test/none");"#);
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 1);
    assert!(
        stderr.contains(
            "error: `docker_build`: `Dockerfile`, line 2: the base image `127.0.0.1:1/none:1` cannot be pulled\n"
        ),
        "{stderr}"
    );
    assert!(
        stderr.contains("\nhint: the engine does not reach the registry"),
        "{stderr}"
    );
}

#[test]
fn a_secret_that_is_not_given_is_named_with_its_line() {
    let services = Services::from_env();
    let tag = Tag::new(&services, "secret");
    let project = project(
        &services,
        "RUN --mount=type=secret,id=token,required=true cat /run/secrets/token\n",
    )
    .script(&format!(r#"docker_build("{tag}");"#));
    let told = told(&project.run(["run"]).all(), &tag, &services);
    // Steps begin in whichever order the engine tells of them.
    let lines = told.lines().filter(|line| !line.starts_with("  ["));
    let told = lines.collect::<Vec<_>>().join("\n");
    assert_snapshot!(told, @r#"
    exit: 1
    ── stderr
    ▸ script
      warning: line 2 of the Dockerfile mounts the secret `token`, which is not given
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_build`: `Dockerfile`, line 2: the secret `token` is not given
     --> wharf.rhai:1:1
      |
    1 | docker_build("[tag]");
      | ^^^^^^^^^^^^
    hint: give it as an option: `secrets: #{ token: secret("NAME") }`
    "#);
}

/// None of these needs an engine: nothing is sent before they are found.
#[test]
fn what_cannot_be_built_is_told_before_anything_is_sent() {
    let cases = [
        ("FROM scratch\n\nRUNN make\n", r#"docker_build("a/b");"#),
        ("RUN make\nFROM scratch\n", r#"docker_build("a/b");"#),
        ("FROM scratch\nRUN <<EOF\nmake\n", r#"docker_build("a/b");"#),
        (
            "FROM scratch AS tests\n",
            r#"docker_build("a/b", #{ target: "test" });"#,
        ),
        ("FROM scratch\n", r#"docker_build("a/B");"#),
        (
            "FROM scratch\n",
            r#"docker_build("a/b", #{ context: "none" });"#,
        ),
        (
            "FROM scratch\n",
            r#"docker_build("a/b", #{ context: "web", dockerfile: "Dockerfile.prod" });"#,
        ),
        (
            "FROM scratch\n",
            r#"docker_build("a/b", #{ secrets: #{ key: #{ env: "NOT_SET" } } });"#,
        ),
        (
            "FROM scratch\n",
            r#"docker_build("a/b", #{ secrets: #{ key: #{ file: "key.pem" } } });"#,
        ),
    ];
    let mut all = String::new();
    for (dockerfile, script) in cases {
        let project = Project::new()
            .file("Dockerfile", dockerfile)
            .file("web/Dockerfile.prod", dockerfile)
            .script(script);
        let (_, _, stderr) = project.run(["run"]).streams();
        let (_, error) = stderr.split_once("error: ").expect("an error");
        let words = error
            .lines()
            .filter(|line| !line.contains('|') && !line.contains("-->"));
        all.push_str(&words.collect::<Vec<_>>().join("\n"));
        all.push_str("\n\n");
    }
    assert_snapshot!(all, @"
    `docker_build`: `Dockerfile`, line 3: `RUNN` is not an instruction
    hint: did you mean `RUN`?

    `docker_build`: `Dockerfile`, line 1: `RUN` comes before the first `FROM`

    `docker_build`: `Dockerfile`, line 2: the here-document `<<EOF` is not closed

    option `target` of `docker_build`: `Dockerfile` has no stage `test`
    hint: did you mean `tests`?

    option `tag` of `docker_build`: `a/B` is not an image reference: a repository is written in lowercase
    error: 1 error found; nothing was run

    option `context` of `docker_build`: the context `none` is not a folder

    `docker_build`: there is no Dockerfile at `Dockerfile.prod`
    hint: paths start at the repository's root: did you mean `web/Dockerfile.prod`?

    option `secrets.key` of `docker_build`: the environment variable `NOT_SET` is not set

    option `secrets.key` of `docker_build`: the file `key.pem` cannot be read: No such file or directory
    ");
}
