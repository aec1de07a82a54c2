//! `docker_build` and `docker_context`, on a real engine.

mod broken;
mod context;
mod failing;
mod rehearsing;

use std::fmt;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use regex::Regex;
use rustix::process::Signal;

use crate::harness::{Project, Services};

/// How long the engine may go on with a build that nobody waits for.
const STOPPED: Duration = Duration::from_secs(2);

/// A project whose Dockerfile starts from the tests' busybox, at the engine.
fn project(services: &Services, dockerfile: &str) -> Project {
    let dockerfile = format!("FROM {}\n{dockerfile}", services.busybox);
    Project::new()
        .engine(services)
        .file("Dockerfile", dockerfile)
}

/// An image's name that no other test and no other run has. The image is removed in the end.
struct Tag {
    name: String,
    docker_host: String,
    label: String,
}

impl Tag {
    fn new(services: &Services, name: &str) -> Self {
        Self::at(services, "", name)
    }

    /// In the registry at `host`.
    fn at(services: &Services, host: &str, name: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let slash = if host.is_empty() { "" } else { "/" };
        let name = format!("{host}{slash}wharf-test/{name}:{}-{count}", process::id());
        Self {
            name,
            docker_host: services.docker_host.clone(),
            label: services.label.clone(),
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Drop for Tag {
    fn drop(&mut self) {
        // A build that was to fail left nothing to remove.
        let _ = process::Command::new("docker")
            .args(["image", "rm", "--force", &self.name])
            .env("DOCKER_HOST", &self.docker_host)
            .output();
    }
}

/// Runs `command` in a container of `image` and gives what it prints.
fn inside(project: &Project, image: &Tag, command: &str) -> String {
    let arguments = [
        "run",
        "--rm",
        "--network=none",
        "--label",
        &image.label,
        &image.name,
        "sh",
        "-c",
        command,
    ];
    project.tool("docker", arguments)
}

/// What is said, without what differs: the names of the image and its base, its size, and the
/// number of a base image's step, which BuildKit shares among builds that go on at once.
fn told(text: &str, tag: &Tag, services: &Services) -> String {
    let text = text
        .replace(&tag.name, "[tag]")
        .replace(&services.busybox, "[busybox]");
    [
        (r", [\d.]+ [kM]?B\n", ", [size]\n"),
        (r"\[1/\d+\] FROM", "[1/n] FROM"),
    ]
    .iter()
    .fold(text, |text, (pattern, replacement)| {
        let pattern = Regex::new(pattern).expect("a pattern of this function");
        pattern.replace_all(&text, *replacement).into_owned()
    })
}

#[test]
fn an_image_has_all_its_names_its_arguments_and_its_labels() {
    let services = Services::from_env();
    let (one, two) = (Tag::new(&services, "all"), Tag::new(&services, "all"));
    let project = project(
        &services,
        "ARG WHO=world\nRUN echo \"hello $WHO\" > /greeting\nCOPY quay.txt /\n",
    )
    .file("quay.txt", "quay 4\n")
    .script(&format!(
        r#"let image = docker_build("{one}", #{{
    tags: ["{two}"],
    build_args: #{{ WHO: 42 }},
    labels: #{{ "org.example.quay": "four" }},
}});
print(image.reference == "{one}" && image.id.starts_with("sha256:") && image.size > 0);"#
    ));
    let (code, stdout, _) = project.run(["run"]).streams();
    assert_eq!((code, stdout.as_str()), (0, "true\n"));
    assert_eq!(
        inside(&project, &two, "cat /greeting /quay.txt"),
        "hello 42\nquay 4\n"
    );
    let label = r#"{{ index .Config.Labels "org.example.quay" }}"#;
    let label = project.tool("docker", ["image", "inspect", "--format", label, &one.name]);
    assert_eq!(label, "four\n");
}

#[test]
fn each_step_is_told_and_an_unchanged_one_is_not_done_again() {
    let services = Services::from_env();
    let tag = Tag::new(&services, "steps");
    let project = project(&services, &format!("RUN echo {tag}\nCOPY quay.txt /\n"))
        .file("quay.txt", "quay 4\n")
        .script(&format!(r#"docker_build("{tag}");"#));
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!((code, stdout), (0, format!("{tag}\n")), "{stderr}");

    let again = project.run(["run"]).all();
    assert_snapshot!(told(&again, &tag, &services), @r"
    exit: 0
    ── stderr
    ▸ script
      [1/n] FROM docker.io/[busybox]
      [2/3] RUN echo [tag] (cached)
      [3/3] COPY quay.txt / (cached)
      built `[tag]`, [size]
    ✓ script [time]
    1 passed in [time]
    ");
}

#[test]
fn a_secret_reaches_its_step_and_neither_a_layer_nor_a_log() {
    let services = Services::from_env();
    let tag = Tag::new(&services, "secret");
    let project = project(
        &services,
        &format!(
            "RUN --mount=type=secret,id=token --mount=type=secret,id=key --mount=type=secret,id=text \\\n  \
             echo {tag} && cat /run/secrets/token && cat /run/secrets/key /run/secrets/text > /dev/null && \\\n  \
             wc -c < /run/secrets/key > /length\n"
        ),
    )
    .file("key.pem", "the key of the harbour\n")
    .env("TOKEN", "tide-and-time")
    .script(&format!(
        r#"docker_build("{tag}", #{{ secrets: #{{
    token: #{{ env: "TOKEN" }},
    key: #{{ file: "key.pem" }},
    text: "wait-for-no-man",
}} }});"#
    ));
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!((code, stdout), (0, format!("{tag}\n***\n")), "{stderr}");
    assert_eq!(
        inside(
            &project,
            &tag,
            "cat /length; ls /run/secrets 2> /dev/null || true"
        ),
        "23\n"
    );
    let history = project.tool("docker", ["history", "--no-trunc", &tag.name]);
    for secret in ["tide-and-time", "the key of the harbour", "wait-for-no-man"] {
        assert!(!history.contains(secret) && !stderr.contains(secret));
    }
}

#[test]
fn a_stage_and_another_dockerfile_can_be_chosen() {
    let services = Services::from_env();
    let tag = Tag::new(&services, "target");
    let project = Project::new()
        .engine(&services)
        .file(
            "deploy/Dockerfile.prod",
            format!(
                "FROM {} AS first\nCOPY quay.txt /\n\nFROM first AS second\nRUN exit 1\n",
                services.busybox
            ),
        )
        .file("web/quay.txt", "quay 4\n")
        .script(&format!(
            r#"docker_build(#{{ tag: "{tag}", context: "web", dockerfile: "deploy/Dockerfile.prod", target: "first" }});"#
        ));
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(inside(&project, &tag, "cat /quay.txt"), "quay 4\n");
}

#[test]
fn the_classic_builder_does_the_same() {
    let services = Services::from_env();
    let (one, two) = (
        Tag::new(&services, "classic"),
        Tag::new(&services, "classic"),
    );
    let project = Project::new()
        .engine(&services)
        .env("DOCKER_BUILDKIT", "0")
        .file(
            "Outside",
            format!("FROM {}\nRUN echo {one}\nCOPY . /context/\n", services.busybox),
        )
        .file("web/quay.txt", "quay 4\n")
        .file("web/left.out", "")
        .file("web/.dockerignore", "*.out\n")
        .script(&format!(
            r#"print(docker_build(#{{ tags: ["{one}", "{two}"], context: "web", dockerfile: "Outside" }}).reference);"#
        ));
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!((code, stdout), (0, format!("{one}\n{one}\n")), "{stderr}");
    assert_eq!(
        inside(&project, &two, "cd /context && find . -type f | sort"),
        "./.dockerignore\n./quay.txt\n"
    );
    let again = project.run(["run"]).all();
    assert_snapshot!(told(&again, &one, &services), @r"
    exit: 0
    ── stdout
    [tag]
    ── stderr
    ▸ script
      [1/n] FROM [busybox]
      [2/3] RUN echo [tag] (cached)
      [3/3] COPY . /context/ (cached)
      built `[tag]`, [size]
    ✓ script [time]
    1 passed in [time]
    ");
}

#[test]
fn ctrl_c_stops_the_build_at_the_engine() {
    let services = Services::from_env();
    for buildkit in ["1", "0"] {
        let tag = Tag::new(&services, "stopped");
        let project = project(&services, &format!("RUN echo begun; sleep 600; : {tag}\n"))
            .env("DOCKER_BUILDKIT", buildkit)
            .script(&format!(r#"docker_build("{tag}");"#));
        let running = project.spawn(["run"]);
        running.wait_for("begun\n");
        assert!(steps(&tag.name) > 0, "the step runs");
        running.signal(Signal::INT);
        let begin = Instant::now();
        running.finish().exit(130).streams();
        while steps(&tag.name) > 0 {
            let took = begin.elapsed();
            assert!(took < STOPPED, "the step still runs after {took:?}");
            thread::park_timeout(Duration::from_millis(5));
        }
    }
}

/// How many shells run a step that names `tag`.
fn steps(tag: &str) -> usize {
    let processes = std::fs::read_dir("/proc").expect("a `/proc` file system");
    let lines = processes
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("cmdline")).ok());
    let lines = lines.filter(|line| line.starts_with("/bin/sh\0-c") && line.contains(tag));
    lines.count()
}

#[test]
fn a_base_image_behind_a_login_is_had_with_it() {
    let services = Services::from_env();
    let base = Tag::at(&services, &services.login_registry, "base");
    let built = Tag::new(&services, "private");
    for buildkit in ["1", "0"] {
        let project = Project::new()
            .engine(&services)
            .env("DOCKER_BUILDKIT", buildkit)
            .env("DOCKERHUB_USERNAME", &services.username)
            .env("DOCKERHUB_PASSWORD", &services.password)
            .file(
                "base/Dockerfile",
                format!("FROM {}\nRUN echo {base} > /base\n", services.busybox),
            )
            .file("Dockerfile", format!("FROM {base}\nRUN echo {buildkit}\n"))
            .script(&format!(
                r#"docker_push(docker_build("{base}", #{{ context: "base" }}));
sh("docker image rm {base}", #{{ capture: true }});
docker_build("{built}", #{{ pull: true, no_cache: true }});"#
            ));
        let (code, _, stderr) = project.run(["run"]).streams();
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(inside(&project, &built, "cat /base"), format!("{base}\n"));
    }
}

#[test]
fn layers_are_taken_from_an_image_in_a_registry() {
    let services = Services::from_env();
    let image = Tag::at(&services, &services.open_registry, "cache");
    let step = format!("RUN echo {image} > /made");
    let project = project(&services, &format!("{step}\n"));
    project.write(
        "wharf.rhai",
        format!(
            "docker_push(docker_build(\"{image}\", #{{ build_args: #{{ BUILDKIT_INLINE_CACHE: 1 }} }}));"
        ),
    );
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");

    // The engine forgets this step, and no other.
    project.tool("docker", ["image", "rm", &image.name]);
    let known = kept(&project, &image);
    assert!(!known.is_empty(), "the engine keeps the step");
    for id in known {
        let only = format!("id={id}");
        let arguments = ["builder", "prune", "--all", "--force", "--filter", &only];
        project.tool("docker", arguments);
    }
    assert_eq!(kept(&project, &image), [] as [String; 0]);

    project.write(
        "wharf.rhai",
        format!("docker_build(\"{image}\", #{{ cache_from: [\"{image}\"] }});"),
    );
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 0, "{stderr}");
    let taken = format!("[2/2] {step} (cached)\n");
    assert!(stderr.contains(&taken), "{stderr}");
}

/// The ids under which the engine's cache keeps steps that name `image`.
fn kept(project: &Project, image: &Tag) -> Vec<String> {
    const FORMAT: &str = "{{range .BuildCache}}{{println .ID .Description}}{{end}}";
    let cache = project.tool("docker", ["system", "df", "--verbose", "--format", FORMAT]);
    let steps = cache.lines().filter(|line| line.contains(&image.name));
    steps
        .filter_map(|line| Some(line.split_once(' ')?.0.to_owned()))
        .collect()
}
