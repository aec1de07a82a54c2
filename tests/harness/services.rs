use std::env;

/// The real parts that `tests/run` starts and describes in the environment.
#[derive(Debug)]
pub(crate) struct Services {
    /// The label that a container of a test has, by which it is found when the test was interrupted.
    pub(crate) label: String,
    /// `DOCKER_HOST` of the engine.
    pub(crate) docker_host: String,
    /// `127.0.0.1:PORT` of a registry that asks for nothing.
    pub(crate) open_registry: String,
    /// `127.0.0.1:PORT` of a registry that demands [`Services::username`] and its password.
    pub(crate) login_registry: String,
    pub(crate) username: String,
    pub(crate) password: String,
    /// A tiny base image: busybox.
    pub(crate) busybox: String,
    /// A base image with Python, and pip set up to find its index.
    pub(crate) python: String,
    /// A virtual environment with the tools that wharf knows.
    pub(crate) venv: String,
}

impl Services {
    /// What the environment describes. There is no going on without: a test that needs an
    /// engine is never passed over for the lack of one.
    pub(crate) fn from_env() -> Self {
        let read = |name: &str| {
            env::var(name).unwrap_or_else(|_| {
                panic!("`{name}` is not set: run this test with `tests/run -- cargo test …`")
            })
        };
        Self {
            label: format!("wharf-test={}", read("WHARF_TEST_RUN")),
            docker_host: read("WHARF_TEST_DOCKER_HOST"),
            open_registry: read("WHARF_TEST_REGISTRY"),
            login_registry: read("WHARF_TEST_LOGIN_REGISTRY"),
            username: read("WHARF_TEST_LOGIN_USERNAME"),
            password: read("WHARF_TEST_LOGIN_PASSWORD"),
            busybox: read("WHARF_TEST_BUSYBOX_IMAGE"),
            python: read("WHARF_TEST_PYTHON_IMAGE"),
            venv: read("WHARF_TEST_VENV"),
        }
    }
}
