use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{Finished, PATIENCE, Running, Services, Terminal, marked};

/// A repository in a temporary folder, and the environment in which programs run there.
///
/// The environment is fixed: `HOME` and `TMPDIR` lie in the temporary folder, `PATH` is the
/// machine's, no CI and no credentials are set, stages run one at a time unless a test says
/// otherwise, and no Docker Engine answers until [`Project::engine`] says so.
#[derive(Debug)]
pub(crate) struct Project {
    folder: TempDir,
    environment: BTreeMap<String, String>,
}

impl Project {
    pub(crate) fn new() -> Self {
        let folder = TempDir::with_prefix("wharf-test-").expect("a temporary folder");
        let base = fs::canonicalize(folder.path()).expect("the folder just made");
        for name in ["project", "home", "tmp"] {
            fs::create_dir(base.join(name)).expect("a folder in the temporary folder");
        }
        let within = |name: &str| base.join(name).display().to_string();
        let mark = uuid::Uuid::new_v4().simple().to_string();
        let environment = [
            ("PATH", std::env::var("PATH").expect("a PATH")),
            ("HOME", within("home")),
            ("TMPDIR", within("tmp")),
            ("LANG", "C.UTF-8".into()),
            ("RUST_BACKTRACE", "0".into()),
            ("WHARF_JOBS", "1".into()),
            (
                "DOCKER_HOST",
                format!("unix://{}", within("no-engine.sock")),
            ),
            (marked::NAME, mark),
        ];
        Self {
            folder,
            environment: environment
                .into_iter()
                .map(|(name, value)| (name.to_string(), value))
                .collect(),
        }
    }

    /// Writes `wharf.rhai`.
    pub(crate) fn script(self, text: &str) -> Self {
        self.file("wharf.rhai", text)
    }

    /// Writes a file, whose folders are made, into the repository.
    pub(crate) fn file(self, path: &str, contents: impl AsRef<[u8]>) -> Self {
        self.write(path, contents);
        self
    }

    /// As [`Project::file`], while programs may already run.
    pub(crate) fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(path);
        let parent = path.parent().expect("a path in a folder");
        fs::create_dir_all(parent).expect("folders for a file");
        fs::write(path, contents).expect("a file in the project");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// A copy of `tests/projects/NAME`, without what the author's own runs left there.
    pub(crate) fn sample(self, name: &str) -> Self {
        self.copy_sample(name, "");
        self
    }

    /// The same in a folder of the project.
    pub(crate) fn copy_sample(&self, name: &str, folder: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/projects")
            .join(name);
        let files = Command::new("git")
            .current_dir(&from)
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .output()
            .expect("git");
        assert!(
            files.status.success(),
            "`git ls-files` fails in {}",
            from.display()
        );
        let listed = String::from_utf8(files.stdout).expect("paths in UTF-8");
        for path in listed.split_terminator('\0') {
            let to = self.path(folder).join(path);
            fs::create_dir_all(to.parent().expect("a path in a folder")).expect("a folder");
            fs::copy(from.join(path), to).expect("a listed file");
        }
    }

    /// Makes the folder a git repository on branch `main` with everything so far in one commit.
    pub(crate) fn git(self) -> Self {
        for arguments in [
            &["init", "-q", "-b", "main"][..],
            &["add", "-A"],
            &["commit", "-q", "--allow-empty", "-m", "Begin"],
        ] {
            self.tool("git", arguments);
        }
        self
    }

    /// Runs a tool that must succeed and whose output is of no interest but to the caller.
    pub(crate) fn tool<S: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> String {
        let done = self
            .command(program, arguments)
            .envs([
                ("GIT_AUTHOR_NAME", "Ada"),
                ("GIT_AUTHOR_EMAIL", "ada@example.com"),
                ("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z"),
                ("GIT_COMMITTER_NAME", "Ada"),
                ("GIT_COMMITTER_EMAIL", "ada@example.com"),
                ("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z"),
            ])
            .output()
            .unwrap_or_else(|error| panic!("`{program}`: {error}"));
        assert!(
            done.status.success(),
            "`{program}` fails: {}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr),
        );
        String::from_utf8(done.stdout).expect("a tool's output in UTF-8")
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Lets the project reach the tests' Docker Engine.
    pub(crate) fn engine(self, services: &Services) -> Self {
        let host = services.docker_host.clone();
        self.env("DOCKER_HOST", host)
    }

    /// Puts pytest, flake8 and the other tools that `tests/run` brings first on `PATH`.
    pub(crate) fn tools(self, services: &Services) -> Self {
        let path = format!("{}/bin:{}", services.venv, self.environment["PATH"]);
        self.env("PATH", path)
    }

    /// Puts a folder of programs first on `PATH`.
    pub(crate) fn first_on_path(self, folder: &Path) -> Self {
        let path = format!("{}:{}", folder.display(), self.environment["PATH"]);
        self.env("PATH", path)
    }

    /// Lets package managers find their indexes as this machine is set up to, and cargo itself.
    pub(crate) fn packages(mut self) -> Self {
        let wanted = |name: &str| {
            name.starts_with("PIP_")
                || name.starts_with("SSL_CERT_")
                || ["REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].contains(&name)
        };
        let home = std::env::home_dir().expect("a home folder");
        let of_home = [
            ("PIP_CONFIG_FILE", ".pip/pip.conf"),
            ("PIP_CONFIG_FILE", ".config/pip/pip.conf"),
            ("CARGO_HOME", ".cargo"),
            ("RUSTUP_HOME", ".rustup"),
        ];
        for (name, path) in of_home {
            let path = home.join(path);
            if path.exists() {
                self = self.env(name, path.display().to_string());
            }
        }
        let own = std::env::vars()
            .filter(|(name, _)| wanted(name) || ["CARGO_HOME", "RUSTUP_HOME"].contains(&&**name));
        self.environment.extend(own);
        self
    }

    /// Where the repository stands.
    pub(crate) fn root(&self) -> PathBuf {
        self.base().join("project")
    }

    /// The temporary folder: `project`, `home` and `tmp` lie in it.
    pub(crate) fn base(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).expect("the temporary folder")
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Runs wharf to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Finished {
        self.spawn(arguments).finish()
    }

    pub(crate) fn spawn<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Running {
        self.spawn_program(env!("CARGO_BIN_EXE_wharf"), arguments)
    }

    /// Runs wharf with a terminal of 80 × 24 as its three streams.
    pub(crate) fn terminal<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Terminal {
        self.terminal_program(env!("CARGO_BIN_EXE_wharf"), arguments)
    }

    /// The same with a window of another width.
    pub(crate) fn narrow_terminal<S: AsRef<OsStr>>(
        &self,
        columns: u16,
        arguments: impl IntoIterator<Item = S>,
    ) -> Terminal {
        let mut command = self.command(env!("CARGO_BIN_EXE_wharf"), arguments);
        command.env("TERM", "xterm-256color");
        Terminal::start(command, columns)
    }

    pub(crate) fn run_program<S: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Finished {
        self.spawn_program(program, arguments).finish()
    }

    pub(crate) fn spawn_program<S: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Running {
        Running::start(self.command(program, arguments), self.base())
    }

    pub(crate) fn terminal_program<S: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Terminal {
        let mut command = self.command(program, arguments);
        command.env("TERM", "xterm-256color");
        Terminal::start(command, 80)
    }

    /// Names of the programs that were started in this project's environment and still run.
    pub(crate) fn survivors(&self) -> Vec<String> {
        let mut names: Vec<String> = marked::processes(self.mark())
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        names.sort();
        names
    }

    /// The states of the same, as `ps` tells them.
    pub(crate) fn states(&self) -> Vec<String> {
        let processes = marked::processes(self.mark()).into_iter();
        processes
            .filter_map(|(id, _)| {
                let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
                let (_, rest) = text.rsplit_once(") ")?;
                Some(rest[..1].to_owned())
            })
            .collect()
    }

    /// Waits until exactly these still run, as it takes a moment to start and to end.
    #[track_caller]
    pub(crate) fn wait_for_survivors(&self, expected: &[&str]) {
        let begin = Instant::now();
        while self.survivors() != expected {
            let patient = begin.elapsed() < PATIENCE;
            assert!(patient, "{:?}, not {expected:?}", self.survivors());
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    pub(crate) fn kill_survivors(&self) {
        marked::kill(self.mark());
    }

    fn mark(&self) -> &str {
        &self.environment[marked::NAME]
    }

    fn command<S: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .envs(&self.environment);
        command
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.kill_survivors();
    }
}
