//! Pushing with a real engine to real registries, and what is said when something is wrong.

mod faults;
mod faulty;
mod rehearsed;

use std::process::Command;
use std::time::Duration;
use std::{fs, thread};

use insta::assert_snapshot;
use regex::Regex;
use rustix::process::Signal;

use crate::harness::{Finished, Project, Services};

/// A name for the small base image in the engine, taken away again in the end.
struct Image<'a> {
    services: &'a Services,
    name: String,
}

impl<'a> Image<'a> {
    fn called(services: &'a Services, name: impl Into<String>) -> Self {
        let image = Self {
            services,
            name: name.into(),
        };
        image.docker(&["tag", &services.busybox, &image.name]);
        image
    }

    /// A name that the test expects wharf to give.
    fn given(services: &'a Services, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { services, name }
    }

    fn docker(&self, arguments: &[&str]) -> String {
        Project::new()
            .engine(self.services)
            .tool("docker", arguments)
    }
}

impl Drop for Image<'_> {
    fn drop(&mut self) {
        let removed = Command::new("docker")
            .args(["-H", &self.services.docker_host, "rmi", &self.name])
            .output();
        let failed = !removed.is_ok_and(|removed| removed.status.success());
        assert!(
            !failed || thread::panicking(),
            "`{}` is not there",
            self.name
        );
    }
}

fn pushing(services: &Services, call: &str) -> Project {
    let project = Project::new().engine(services);
    project.script(&format!(
        "let pushed = docker_push({call});\nprint(pushed);"
    ))
}

/// All that was said. Which layers are new to a registry depends on what other tests pushed, and
/// the base image on this machine; the places of errors are other tests' business.
fn told(finished: Finished) -> String {
    [
        (r"\(\d+ layers?(, [a-z0-9 ]*already there)?\)", "([layers])"),
        (
            r"sha256:[0-9a-f]{12}, 1 layer, \d+\.\d MB",
            "sha256:[digest], 1 layer, [size]",
        ),
        (r"(?m)^ *(-->|\|).*\n|^\d+ \|.*\n", ""),
    ]
    .into_iter()
    .fold(finished.all(), |told, (pattern, replacement)| {
        let pattern = Regex::new(pattern).expect("a pattern of this file");
        pattern.replace_all(&told, replacement).into_owned()
    })
}

#[test]
fn an_image_is_pushed_with_docker_hubs_variables_and_arrives() {
    let services = Services::from_env();
    let name = format!("{}/push-right/app", services.login_registry);
    let image = Image::called(&services, format!("{name}:1"));
    let latest = Image::given(&services, format!("{name}:latest"));
    let call = format!("\"{}\", #{{ also_tags: [\"latest\"] }}", image.name);
    let finished = pushing(&services, &call)
        .env("DOCKERHUB_USERNAME", &services.username)
        .env("DOCKERHUB_PASSWORD", &services.password)
        .run(["run"]);
    assert_snapshot!(told(finished), @r#"
    exit: 0
    ── stdout
    #{"digest": "sha256:[digest]", "reference": "127.0.0.1:[port]/push-right/app:1", "simulated": false, "tags": ["127.0.0.1:[port]/push-right/app:1", "127.0.0.1:[port]/push-right/app:latest"]}
    ── stderr
    ▸ script
      pushing `127.0.0.1:[port]/push-right/app:1` as `ci`
      pushed `127.0.0.1:[port]/push-right/app:1` ([layers]): sha256:[digest]
      pushing `127.0.0.1:[port]/push-right/app:latest` as `ci`
      pushed `127.0.0.1:[port]/push-right/app:latest` ([layers]): sha256:[digest]
    ✓ script [time]
    1 passed in [time]
    "#);
    for name in [&image.name, &latest.name] {
        let login = format!("{}:{}", services.username, services.password);
        let (path, tag) = name.rsplit_once(':').expect("a tag");
        let (host, path) = path.split_once('/').expect("a registry");
        let url = format!("http://{host}/v2/{path}/manifests/{tag}");
        let manifest = latest_manifest(&login, &url);
        assert!(manifest.contains("\"layers\""), "{manifest}");
    }
}

fn latest_manifest(login: &str, url: &str) -> String {
    let accept = "Accept: application/vnd.docker.distribution.manifest.v2+json";
    Project::new().tool("curl", ["-fsS", "-u", login, "-H", accept, url])
}

#[test]
fn the_registry_can_be_another_than_in_the_name() {
    let services = Services::from_env();
    let _image = Image::called(&services, "push-moved/app:1");
    let _moved = Image::given(
        &services,
        format!("{}/push-moved/app:1", services.open_registry),
    );
    let call = format!(
        "#{{ reference: \"push-moved/app:1\", id: \"sha256:1\" }}, #{{ registry: \"{}\" }}",
        services.open_registry
    );
    assert_snapshot!(told(pushing(&services, &call).run(["run"])), @r#"
    exit: 0
    ── stdout
    #{"digest": "sha256:[digest]", "reference": "127.0.0.1:[port]/push-moved/app:1", "simulated": false, "tags": ["127.0.0.1:[port]/push-moved/app:1"]}
    ── stderr
    ▸ script
      pushing `127.0.0.1:[port]/push-moved/app:1` without a login
      pushed `127.0.0.1:[port]/push-moved/app:1` ([layers]): sha256:[digest]
    ✓ script [time]
    1 passed in [time]
    "#);
}

#[test]
fn a_login_in_dockers_configuration_counts() {
    let services = Services::from_env();
    let image = Image::called(
        &services,
        format!("{}/push-config/app:1", services.login_registry),
    );
    let auth = {
        use base64::Engine as _;
        let pair = format!("{}:{}", services.username, services.password);
        base64::engine::general_purpose::STANDARD.encode(pair)
    };
    let config = format!(
        "{{\"auths\": {{\"{}\": {{\"auth\": \"{auth}\"}}}}}}",
        services.login_registry
    );
    let project =
        pushing(&services, &format!("\"{}\"", image.name)).file("docker/config.json", config);
    let folder = project.path("docker").display().to_string();
    let (code, _, stderr) = project.env("DOCKER_CONFIG", folder).run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("as `ci`"), "{stderr}");
}

#[test]
fn a_credential_helper_is_asked() {
    let services = Services::from_env();
    let image = Image::called(
        &services,
        format!("{}/push-helper/app:1", services.login_registry),
    );
    let config = format!(
        "{{\"credHelpers\": {{\"{}\": \"of-the-test\"}}}}",
        services.login_registry
    );
    let helper = format!(
        "#!/bin/sh\ncat > asked\necho '{{\"Username\": \"{}\", \"Secret\": \"{}\"}}'\n",
        services.username, services.password
    );
    let project = pushing(&services, &format!("\"{}\"", image.name))
        .file("docker/config.json", config)
        .file("bin/docker-credential-of-the-test", helper);
    project.tool("chmod", ["+x", "bin/docker-credential-of-the-test"]);
    let path = std::env::var("PATH").expect("a PATH");
    let path = format!("{}:{path}", project.path("bin").display());
    let folder = project.path("docker").display().to_string();
    let project = project.env("DOCKER_CONFIG", folder).env("PATH", path);
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("as `ci`"), "{stderr}");
    assert_eq!(project.read("asked"), services.login_registry);
}

#[test]
fn a_credential_helper_that_waits_ends_with_wharf() {
    let services = Services::from_env();
    let image = Image::called(
        &services,
        format!("{}/push-hanging/app:1", services.login_registry),
    );
    let project = pushing(&services, &format!("\"{}\"", image.name))
        .file("docker/config.json", r#"{"credsStore": "that-waits"}"#)
        .file(
            "bin/docker-credential-that-waits",
            "#!/bin/sh\necho up > $UP\nsleep 600\n",
        );
    project.tool("chmod", ["+x", "bin/docker-credential-that-waits"]);
    project.tool("mkfifo", ["up"]);
    let path = std::env::var("PATH").expect("a PATH");
    let path = format!("{}:{path}", project.path("bin").display());
    let folder = project.path("docker").display().to_string();
    let up = project.path("up");
    let project = project
        .env("DOCKER_CONFIG", folder)
        .env("UP", up.display().to_string())
        .env("PATH", path);
    let running = project.spawn(["run"]);
    assert_eq!(fs::read_to_string(up).expect("the helper's word"), "up\n");
    running.signal(Signal::INT);
    let (code, _, stderr) = running.finish_within(Duration::from_secs(2)).streams();
    assert_eq!(code, 130, "{stderr}");
    project.wait_for_survivors(&[]);
}

#[test]
fn a_refused_login_is_not_tried_again_and_its_password_not_shown() {
    let services = Services::from_env();
    let image = Image::called(
        &services,
        format!("{}/push-wrong/app:1", services.login_registry),
    );
    let call = format!("\"{}\"", image.name);
    let wrong = pushing(&services, &call)
        .env("DOCKERHUB_USERNAME", "ci")
        .env("DOCKERHUB_PASSWORD", "not-the-password");
    assert_snapshot!(told(wrong.run(["run"])), @"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: the registry `127.0.0.1:[port]` refuses access (401 Unauthorized): authentication required
    hint: the registry does not accept the login of `ci`, or `ci` may not push to this repository
    ");
    let none = pushing(&services, &call);
    assert_snapshot!(told(none.run(["run"])), @"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: the registry `127.0.0.1:[port]` refuses access (401 Unauthorized): authentication required
    hint: set `DOCKERHUB_USERNAME` and `DOCKERHUB_PASSWORD`, or run `docker login 127.0.0.1:[port]`
    ");
    let half = pushing(&services, &call).env("DOCKERHUB_USERNAME", "ci");
    assert_snapshot!(told(half.run(["run"])), @"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: the registry `127.0.0.1:[port]` refuses access (401 Unauthorized): authentication required
    hint: `DOCKERHUB_USERNAME` is set and `DOCKERHUB_PASSWORD` is not: set it, to an access token
    ");
}

#[test]
fn an_image_that_is_not_there_cannot_be_pushed() {
    let services = Services::from_env();
    let call = format!("\"{}/push-none/app:1\"", services.open_registry);
    assert_snapshot!(told(pushing(&services, &call).run(["run"])), @r#"
    exit: 1
    ── stderr
    ▸ script
      pushing `127.0.0.1:[port]/push-none/app:1` without a login
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: there is no image `127.0.0.1:[port]/push-none/app:1` in the engine
    hint: build it first: `docker_build("127.0.0.1:[port]/push-none/app:1")`
    "#);
}

#[test]
fn without_an_engine_nothing_is_pushed() {
    let project = Project::new().script("docker_push(\"me/app:1\");");
    assert_snapshot!(told(project.run(["run"])), @"
    exit: 1
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: no Docker Engine can be reached at `unix://[base]/no-engine.sock`
    cause: No such file or directory
    hint: start Docker (`sudo systemctl start docker`, or open Docker Desktop), or set `DOCKER_HOST` to where an engine runs
    ");
}

#[test]
fn nobody_at_the_registrys_address_is_told_and_tried_again() {
    let services = Services::from_env();
    let image = Image::called(&services, "127.0.0.1:9/push-nobody/app:1");
    let call = format!("\"{}\", #{{ retry: 1 }}", image.name);
    assert_snapshot!(told(pushing(&services, &call).run(["run"])), @r#"
    exit: 1
    ── stderr
    ▸ script
      pushing `127.0.0.1:9/push-nobody/app:1` without a login
      warning: nothing listens at the registry `127.0.0.1:9`; trying again in [time]
    ✗ script failed after [time]
    1 failed in [time]
    error: `docker_push`: nothing listens at the registry `127.0.0.1:9`
    cause: Get "http://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused
    hint: start the registry, or correct its address
    "#);
}

#[test]
fn what_cannot_be_a_push_is_refused_before_anything_is_done() {
    for (call, wanted) in [
        (
            r#""me/App""#,
            "option `image` of `docker_push`: `me/App` is not an image reference: a repository is written in lowercase",
        ),
        (
            r#""me/app", #{ password: "only" }"#,
            "option `password` of `docker_push`: `password` is given without `username`",
        ),
        (
            r#""me/app", #{ also_tags: ["v1", "no tag"] }"#,
            "option `also_tags[1]` of `docker_push`: `no tag` is not a tag: up to 128 letters, digits, `_`, `.` and `-`, not starting with `.` or `-`",
        ),
        (
            r#""me/app", #{ registry: "https://ghcr.io" }"#,
            "option `registry` of `docker_push`: `https://ghcr.io` is not a registry, which is `HOST` or `HOST:PORT`",
        ),
        (
            "#{ reference: 7 }",
            "option `image.reference` of `docker_push` must be text, not a whole number",
        ),
    ] {
        let project = Project::new().script(&format!("docker_push({call});"));
        let (code, stdout, stderr) = project.run(["run", "--quiet"]).streams();
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        let first = stderr.lines().next().unwrap_or_default();
        assert_eq!(first, format!("error: {wanted}"));
    }
}
