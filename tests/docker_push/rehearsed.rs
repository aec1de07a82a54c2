//! The same against a rehearsal's registry.

use insta::assert_snapshot;

use super::{Image, told};
use crate::harness::{Project, Services};

const SCRIPT: &str = r#"
stage("push", || docker_push("push-rehearsed/app:1", #{ also_tags: ["latest"] }));
stage("use", #{ needs: ["push"] }, |pushed| print(pushed.tags));
"#;

#[test]
fn an_engine_pushes_to_the_stand_in_and_keeps_no_name_of_it() {
    let services = Services::from_env();
    let image = Image::called(&services, "push-rehearsed/app:1");
    let project = Project::new()
        .engine(&services)
        .script(SCRIPT)
        .env("DOCKERHUB_USERNAME", "ada")
        .env("DOCKERHUB_PASSWORD", "a-password-of-hers");
    let finished = project.run(["run", "--rehearse"]);
    assert_snapshot!(told(finished), @r#"
    exit: 0
    ── stdout
    ["push-rehearsed/app:1", "push-rehearsed/app:latest"]
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ push
      pushing `push-rehearsed/app:1` to Docker Hub as `ada`
      pushed `push-rehearsed/app:1` ([layers]): sha256:[digest]
      pushing `push-rehearsed/app:latest` to Docker Hub as `ada`
      pushed `push-rehearsed/app:latest` ([layers]): sha256:[digest]
    ✓ push [time]
    ▸ use
    ✓ use [time]
    2 passed in [time]
    what each service would have received
      registry  push-rehearsed/app:1 as ada — sha256:[digest], 1 layer, [size]
      registry  push-rehearsed/app:latest as ada — sha256:[digest], 1 layer, [size]
      render    nothing
      sentry    nothing
      http      nothing
    "#);
    let names = image.docker(&["images", "--format", "{{.Repository}}:{{.Tag}}"]);
    let left = names.lines().filter(|name| name.contains("push-rehearsed"));
    assert_eq!(left.collect::<Vec<_>>(), ["push-rehearsed/app:1"]);
}

#[test]
fn the_summary_knows_which_registry_was_meant() {
    let services = Services::from_env();
    let image = Image::called(&services, "ghcr.io/push-rehearsed/elsewhere:1");
    let project = Project::new()
        .engine(&services)
        .script(&format!("docker_push(\"{}\");", image.name));
    assert_snapshot!(told(project.run(["run", "--rehearse"])), @"
    exit: 0
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ script
      warning: there is no login for `ghcr.io`: a real push may be refused
      pushing `ghcr.io/push-rehearsed/elsewhere:1` without a login
      pushed `ghcr.io/push-rehearsed/elsewhere:1` ([layers]): sha256:[digest]
    ✓ script [time]
    1 passed in [time]
    what each service would have received
      registry  ghcr.io/push-rehearsed/elsewhere:1 as anonymous — sha256:[digest], 1 layer, [size]
      render    nothing
      sentry    nothing
      http      nothing
    ");
}

#[test]
fn without_an_engine_the_push_is_simulated_and_says_so() {
    let project = Project::new().script(SCRIPT);
    assert_snapshot!(told(project.run(["run", "--rehearse"])), @r#"
    exit: 0
    ── stdout
    ["push-rehearsed/app:1", "push-rehearsed/app:latest"]
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ push
      warning: there is no login for `docker.io`: a real push may be refused
      simulated: no Docker Engine at `unix://[base]/no-engine.sock`
    ✓ push [time]
    ▸ use
    ✓ use [time]
    2 passed in [time]
    what each service would have received
      registry  push-rehearsed/app:1 as anonymous — sha256:1ccb399e44f3, simulated: a name without an image
      registry  push-rehearsed/app:latest as anonymous — sha256:1ccb399e44f3, simulated: a name without an image
      render    nothing
      sentry    nothing
      http      nothing
    "#);
}

#[test]
fn an_image_that_was_only_simulated_is_pushed_the_same_way() {
    let services = Services::from_env();
    let project = Project::new()
        .engine(&services)
        .script(r#"docker_push(#{ reference: "push-simulated/app:1", simulated: true });"#);
    assert_snapshot!(told(project.run(["run", "--rehearse"])), @"
    exit: 0
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ script
      warning: there is no login for `docker.io`: a real push may be refused
      simulated: `push-simulated/app:1` was not built
    ✓ script [time]
    1 passed in [time]
    what each service would have received
      registry  push-simulated/app:1 as anonymous — sha256:1ccb399e44f3, simulated: a name without an image
      render    nothing
      sentry    nothing
      http      nothing
    ");
}

#[test]
fn a_stand_in_can_be_told_to_fail() {
    let project = Project::new().script("docker_push(\"me/app:1\", #{ retry: 1 });");
    let passing = project.run(["run", "--rehearse", "--fault", "registry:503*1"]);
    assert_snapshot!(told(passing), @"
    exit: 0
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ script
      warning: there is no login for `docker.io`: a real push may be refused
      warning: the registry `docker.io` answers 503 Service Unavailable: service unavailable; trying again in [time]
      simulated: no Docker Engine at `unix://[base]/no-engine.sock`
    ✓ script [time]
    1 passed in [time]
    what each service would have received
      registry  me/app:1 as anonymous — sha256:1ccb399e44f3, simulated: a name without an image
      registry  GET /v2/, and answered 503 Service Unavailable as told
      render    nothing
      sentry    nothing
      http      nothing
    ");
    let staying = project.run(["run", "--rehearse", "--fault", "registry:503*2"]);
    assert_snapshot!(told(staying), @"
    exit: 1
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ script
      warning: there is no login for `docker.io`: a real push may be refused
      warning: the registry `docker.io` answers 503 Service Unavailable: service unavailable; trying again in [time]
    ✗ script failed after [time]
    1 failed in [time]
    what each service would have received
      registry  GET /v2/, and answered 503 Service Unavailable as told × 2
      render    nothing
      sentry    nothing
      http      nothing
    error: `docker_push`: the registry `docker.io` answers 503 Service Unavailable: service unavailable
    hint: injected by `--fault registry:503*2`: the service itself was not asked
    ");
}

#[test]
fn an_id_is_no_name() {
    let script = format!(
        "let id = \"sha256:{}\"; docker_push(id);\n",
        "0f".repeat(32)
    );
    let told = Project::new().script(&script).run(["run"]).failure();
    assert_snapshot!(told, @r#"
    exit: 2
    error: option `image` of `docker_push`: is an image's id, and a registry takes names alone
    hint: give the image a name: `docker_build("me/app:1")`, or `docker tag`
    "#);
}

#[test]
fn what_was_built_without_a_tag_is_refused() {
    let services = Services::from_env();
    for arguments in [&["run"][..], &["run", "--rehearse"]] {
        let project = Project::new()
            .engine(&services)
            .file("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")
            .script("docker_push(docker_build(#{}));\n");
        let (code, _, stderr) = project.run(arguments).streams();
        assert_eq!(code, 2, "{stderr}");
        let (_, told) = stderr.split_once("error: ").expect("an error");
        assert!(
            told.starts_with("option `image` of `docker_push`: was built without a tag, so that no registry can take it\n"),
            "{told}"
        );
        assert!(
            told.ends_with("hint: give `docker_build` one: `docker_build(\"me/app:1\")`\n"),
            "{told}"
        );
    }
}
