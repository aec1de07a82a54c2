//! The main job, with everything real but Render and Sentry: a Django application is tested,
//! linted, built into an image, pushed to a registry that demands a login and deployed.

use serde_json::Value;

use crate::harness::{Project, Services, Standin};

const HOOK_KEY: &str = "rnd-hook-4f1b7c";
const DSN_KEY: &str = "9ec79c33ec9942ab8353589fcb2e04dc";

#[test]
fn a_django_application_goes_live() {
    let harbour = Harbour::new("live");
    let (code, stdout, stderr) = harbour.run();
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    for stage in ["venv", "test", "lint", "image", "deploy"] {
        assert!(stderr.contains(&format!("✓ {stage} ")), "{stderr}");
    }
    harbour.assert_nothing_leaked(&stdout, &stderr);
    assert_eq!(
        harbour.sentry.requests().len(),
        0,
        "Sentry hears of failures alone"
    );

    let digest = harbour.digest_in_registry();
    let hooks = harbour.render.requests();
    assert_eq!(hooks.len(), 1, "{hooks:?}");
    let line = &hooks[0].line;
    assert!(line.contains(&format!("key={HOOK_KEY}")), "{line}");
    assert!(
        line.contains(&digest.replace(':', "%3A")),
        "{line} has no {digest}"
    );

    harbour.assert_image_answers(&digest);
}

#[test]
fn a_failing_test_stops_a_django_application_before_its_image_and_is_told_once() {
    let harbour = Harbour::new("broken");
    harbour.project.write(
        "lettings/tests.py",
        "def test_the_tide():\n    assert 'low' == 'high', 'the tide is low'\n",
    );
    let (code, stdout, stderr) = harbour.run();
    assert_eq!(code, 1, "{stdout}\n{stderr}");
    assert!(stderr.contains("✗ test failed"), "{stderr}");
    assert!(stderr.contains("test_the_tide"), "{stderr}");
    assert!(stderr.contains("lettings/tests.py"), "{stderr}");
    assert!(!stderr.contains("▸ image"), "{stderr}");
    assert!(!stderr.contains("▸ deploy"), "{stderr}");
    harbour.assert_nothing_leaked(&stdout, &stderr);

    assert_eq!(harbour.images(), "", "an image was built");
    assert_eq!(harbour.render.requests().len(), 0);
    let events = harbour.sentry.requests();
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events[0].line.starts_with("POST /api/42/envelope/"),
        "{events:?}"
    );
    let told = events[0].headers.contains(DSN_KEY) || events[0].line.contains(DSN_KEY);
    assert!(told, "{events:?}");
    // An event without a level is an error.
    let body = &events[0].body;
    assert!(!body.contains(r#""level""#), "{body}");
    assert!(body.contains("1 of 6 tests failed"), "{body}");
}

/// The sample project among its services.
struct Harbour {
    project: Project,
    services: Services,
    render: Standin,
    sentry: Standin,
    /// The repository that its images go to, with the registry.
    repository: String,
}

impl Harbour {
    fn new(name: &str) -> Self {
        let services = Services::from_env();
        let render = Standin::new("200 OK", r#"{"deploy":{"id":"dep-cm4q1mf109ks73b3sfs0"}}"#);
        let sentry = Standin::new("200 OK", r#"{"id":"fc6d8c0c43fc4630ad850ee518f1b9d0"}"#);
        let project = Project::new()
            .packages()
            .engine(&services)
            .sample("django")
            .env("DOCKERHUB_USERNAME", &services.username)
            .env("DOCKERHUB_PASSWORD", &services.password)
            .env(
                "HOOK_RENDER",
                format!(
                    "http://{}/deploy/srv-cm4q1mf109ks73b3sfs0?key={HOOK_KEY}",
                    render.address
                ),
            )
            .env(
                "SENTRY_DSN",
                format!("http://{DSN_KEY}@{}/42", sentry.address),
            );
        let dockerfile = project.read("Dockerfile");
        let based = dockerfile.replace("python:3.11-slim", &services.python);
        assert_ne!(based, dockerfile, "the Dockerfile names another base");
        project.write("Dockerfile", based);
        // A name no other run has: on a shared engine, too, only this run's images are seen.
        let unique = uuid::Uuid::new_v4().simple();
        let repository = format!("{}/ci/harbour-{name}-{unique}", services.login_registry);
        Self {
            project: project.git(),
            services,
            render,
            sentry,
            repository,
        }
    }

    fn run(&self) -> (i32, String, String) {
        let image = format!("image={}", self.repository);
        self.project.run(["run", "--param", &image]).streams()
    }

    fn assert_nothing_leaked(&self, stdout: &str, stderr: &str) {
        for secret in [&self.services.password, HOOK_KEY, DSN_KEY] {
            for said in [stdout, stderr] {
                assert!(!said.contains(secret), "`{secret}` is in:\n{said}");
            }
        }
    }

    /// As the registry itself tells it.
    fn digest_in_registry(&self) -> String {
        let (registry, name) = self.repository.split_once('/').expect("a registry");
        let tag = self.project.tool("git", ["rev-parse", "--short=7", "HEAD"]);
        let headers = self.project.tool(
            "curl",
            [
                "--fail",
                "--silent",
                "--head",
                "--noproxy",
                "*",
                "--user",
                &format!("{}:{}", self.services.username, self.services.password),
                "--header",
                "Accept: application/vnd.docker.distribution.manifest.v2+json",
                &format!("http://{registry}/v2/{name}/manifests/{}", tag.trim()),
            ],
        );
        let digest = headers
            .lines()
            .find_map(|line| line.strip_prefix("Docker-Content-Digest: "));
        digest.expect("a digest").trim().to_string()
    }

    fn images(&self) -> String {
        self.project
            .tool("docker", ["images", "-q", &self.repository])
    }

    /// Takes the image from the registry, where the engine forgot it, and starts it.
    fn assert_image_answers(&self, digest: &str) {
        let image = format!("{}@{digest}", self.repository);
        let docker = |arguments: &[&str]| self.project.tool("docker", arguments);
        let local = self.images();
        let mut forget = vec!["rmi", "--force"];
        forget.extend(local.split_whitespace());
        docker(&forget);
        docker(&[
            "login",
            "--username",
            &self.services.username,
            "--password",
            &self.services.password,
            &self.services.login_registry,
        ]);
        docker(&["pull", "--quiet", &image]);
        let id = docker(&[
            "run",
            "--detach",
            "--rm",
            "--label",
            &self.services.label,
            "--publish",
            "127.0.0.1::8000",
            &image,
        ]);
        let container = Container(&self.project, id.trim().to_string());
        let address = docker(&["port", &container.1, "8000/tcp"]);
        let page = self.project.tool(
            "curl",
            [
                "--fail",
                "--silent",
                "--noproxy",
                "*",
                "--retry",
                "60",
                "--retry-delay",
                "1",
                "--retry-all-errors",
                &format!("http://{}/lettings/", address.trim()),
            ],
        );
        assert!(page.contains("No lettings are available."), "{page}");
        let inspected = docker(&["inspect", "--format", "{{json .Config.Env}}", &container.1]);
        let environment: Value = serde_json::from_str(&inspected).expect("JSON of the engine");
        let leaked = environment.to_string().contains(&self.services.password);
        assert!(!leaked, "{environment}");
    }
}

impl Drop for Harbour {
    fn drop(&mut self) {
        let arguments = ["images", "-q", &self.repository];
        let listed = std::process::Command::new("docker")
            .args(arguments)
            .env("DOCKER_HOST", &self.services.docker_host)
            .output();
        let listed = listed.map(|done| String::from_utf8_lossy(&done.stdout).into_owned());
        for id in listed.unwrap_or_default().split_whitespace() {
            let _ = std::process::Command::new("docker")
                .args(["rmi", "--force", id])
                .env("DOCKER_HOST", &self.services.docker_host)
                .output();
        }
    }
}

/// A running container, removed however the test ends.
struct Container<'a>(&'a Project, String);

impl Drop for Container<'_> {
    fn drop(&mut self) {
        self.0
            .run_program("docker", ["rm", "--force", &self.1])
            .streams();
    }
}
