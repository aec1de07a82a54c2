//! Without an engine: a real run fails with what to do, a rehearsal does what it can.

use insta::assert_snapshot;

use crate::harness::{Project, Standin};

fn project() -> Project {
    let project = Project::new()
        .file(
            "Dockerfile",
            "FROM python:3.12\nRUN pip install harbour\nCOPY . /app/\n",
        )
        .file(".dockerignore", "wharf.rhai\n")
        .file("app.py", "print(1)\n")
        .script(
            r#"let image = docker_build("me/app:1");
print(`${image.reference} ${image.simulated}`);"#,
        );
    let nowhere = format!("unix://{}/docker.sock", project.base().display());
    project.env("DOCKER_HOST", nowhere)
}

#[test]
fn a_real_run_says_that_there_is_no_engine_and_what_to_do() {
    assert_snapshot!(project().run(["run"]).all(), @r#"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_build`: no Docker Engine can be reached at `unix://[base]/docker.sock`
     --> wharf.rhai:1:13
      |
    1 | let image = docker_build("me/app:1");
      |             ^^^^^^^^^^^^
    cause: No such file or directory
    hint: start Docker (`sudo systemctl start docker`, or open Docker Desktop), or set `DOCKER_HOST` to where an engine runs
    hint: a rehearsal works without an engine: `--rehearse`, or `:rehearse on` in `wharf repl`
    "#);
}

#[test]
fn a_rehearsal_packs_the_context_and_reads_the_dockerfile() {
    assert_snapshot!(project().run(["run", "--rehearse"]).all(), @"
    exit: 0
    ── stdout
    me/app:1 true
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ script
      simulated: no Docker Engine at `unix://[base]/docker.sock`
      the Dockerfile is in order with its 3 instructions; the context would be 3 files, 74 B
    ✓ script [time]
    1 passed in [time]
    what each service would have received
      registry  nothing
      render    nothing
      sentry    nothing
      http      nothing
    ");
}

#[test]
fn a_rehearsal_does_not_hide_a_dockerfile_that_is_wrong() {
    let project = project().file("Dockerfile", "FROM python:3.12\nCOPPY . /app/\n");
    assert_snapshot!(project.run(["run", "--rehearse"]).all(), @r#"
    exit: 1
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    what each service would have received
      registry  nothing
      render    nothing
      sentry    nothing
      http      nothing
    error: `docker_build`: `Dockerfile`, line 2: `COPPY` is not an instruction
     --> wharf.rhai:1:13
      |
    1 | let image = docker_build("me/app:1");
      |             ^^^^^^^^^^^^
    hint: did you mean `COPY`?
    "#);
}

/// What an engine would refuse, found without one.
#[test]
fn a_rehearsal_finds_what_cannot_be_built() {
    let told = [
        ("FROM scratch\nCOPY --frm=x a b\n", ""),
        ("ARG Y\nFROM $Y\n", ""),
        ("FROM scratch\nCOPY nothere /\n", ""),
        ("FROM scratch\nCOPY wharf.rhai /\n", ""),
        ("FROM scratch\nCOPY app.py /\n", "platform: \"bogus\""),
        ("FROM scratch\nCOPY app.py /\n", "cache_from: [\"UPPER\"]"),
    ]
    .map(|(dockerfile, options)| {
        let script = format!("docker_build(#{{ {options} }});");
        let project = project().file("Dockerfile", dockerfile).script(&script);
        project.run(["run", "--rehearse"]).failure()
    });
    assert_snapshot!(told.join("\n"), @r#"
    exit: 1
    error: `docker_build`: `Dockerfile`, line 2: `COPY` has no flag `--frm`
    hint: did you mean `--from`?

    exit: 1
    error: `docker_build`: `Dockerfile`, line 2: `$Y` is empty: it is no `ARG` with a value before the first `FROM`
    hint: give the `ARG` a value there, or one in `build_args`

    exit: 1
    error: `docker_build`: `Dockerfile`, line 2: `COPY nothere /` failed
    cause: "/nothere": not found
    hint: what is copied is looked for in the context, and from its root

    exit: 1
    error: `docker_build`: `Dockerfile`, line 2: `COPY wharf.rhai /` failed
    cause: "/wharf.rhai": not found
    hint: `wharf.rhai` is in the context, but the ignore file leaves it out

    exit: 2
    error: option `platform` of `docker_build`: `bogus` is not a platform, such as `linux/arm64`

    exit: 2
    error: option `cache_from[0]` of `docker_build`: `UPPER` is not an image reference: a repository is written in lowercase
    "#);
}

/// Whatever is wrong with the engine is no reason for a rehearsal to fail.
#[test]
fn a_rehearsal_does_without_an_engine_that_cannot_be_used() {
    let broken = Standin::new("500 Internal Server Error", "");
    for (host, told) in [
        (
            "ssh://me@build.example.com",
            "is reached over ssh, which wharf does not do",
        ),
        ("build.example.com", "is not the address of a Docker Engine"),
        (
            &format!("tcp://{}", broken.address),
            "it answers `500 Internal Server Error`",
        ),
    ] {
        let project = project().env("DOCKER_HOST", host);
        let (code, _, stderr) = project.run(["run", "--rehearse"]).streams();
        assert_eq!(code, 0, "{stderr}");
        let simulated = stderr
            .lines()
            .find(|line| line.starts_with("  simulated: "));
        assert!(
            simulated.is_some_and(|line| line.contains(told)),
            "{stderr}"
        );
    }
}

#[test]
fn an_address_that_is_none_is_told_as_such() {
    let cases = [
        ("DOCKER_HOST", "ssh://me@build.example.com"),
        ("DOCKER_HOST", "build.example.com"),
        ("DOCKER_CONTEXT", "build"),
    ];
    let told = cases.map(|(name, value)| {
        let project = project().env("DOCKER_HOST", "").env(name, value);
        let (code, _, stderr) = project.run(["run"]).streams();
        assert_eq!(code, 1);
        let (_, error) = stderr.split_once("error: ").expect("an error");
        let words = error
            .lines()
            .filter(|line| !line.contains('|') && !line.contains("-->"));
        words.collect::<Vec<_>>().join("\n")
    });
    assert_snapshot!(told.join("\n\n"), @r"
    `docker_build`: the Docker Engine at `ssh://me@build.example.com` is reached over ssh, which wharf does not do
    hint: forward its socket, `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock me@build.example.com`, and set `DOCKER_HOST=unix:///tmp/docker.sock`
    hint: a rehearsal works without an engine: `--rehearse`, or `:rehearse on` in `wharf repl`

    `docker_build`: `build.example.com` is not the address of a Docker Engine: it has no `unix://` or `tcp://` in front
    hint: set `DOCKER_HOST` as `unix:///var/run/docker.sock` or `tcp://host:2375`, or unset it
    hint: a rehearsal works without an engine: `--rehearse`, or `:rehearse on` in `wharf repl`

    `docker_build`: the Docker context `build`, which `DOCKER_CONTEXT` names, cannot be used: there is no such context
    hint: `docker context ls` shows the contexts there are, `docker context use default` goes back to the local engine
    hint: a rehearsal works without an engine: `--rehearse`, or `:rehearse on` in `wharf repl`
    ");
}
