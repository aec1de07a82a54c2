//! The folder that tools work in, and what its files tell about them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::action::{ActionError, Context, Environment};

/// The folder a tool works in, and the environment it gets.
pub(in crate::action) struct Project {
    pub(in crate::action) folder: PathBuf,
    /// The repository's root, which holds the folder or is it.
    pub(in crate::action) root: PathBuf,
    pub(in crate::action) environment: Environment,
    pub(super) timeout: Option<Duration>,
}

impl Project {
    /// Fails if `cwd` is no folder.
    pub(in crate::action) fn new(
        context: &Context,
        cwd: Option<&str>,
        env: &BTreeMap<String, String>,
        timeout: Option<crate::action::Duration>,
    ) -> Result<Self, ActionError> {
        let mut environment = Environment::clone(&context.environment);
        environment.extend(env.clone());
        let folder = context.path(cwd.unwrap_or_default());
        if let Some(cwd) = cwd.filter(|_| !folder.is_dir()) {
            let message = format!("the folder `{cwd}` does not exist");
            return Err(ActionError::option("cwd", message));
        }
        Ok(Self {
            folder: folder.canonicalize().unwrap_or(folder),
            root: context.root.clone(),
            environment,
            timeout: timeout.map(Into::into),
        })
    }

    /// The text of a file of the project; empty where there is none.
    pub(in crate::action) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.join(path)).unwrap_or_default()
    }

    pub(in crate::action) fn has(&self, path: &str) -> bool {
        self.folder.join(path).exists()
    }

    /// Whether an INI or TOML file has the section `[NAME]`.
    pub(in crate::action) fn has_section(&self, file: &str, name: &str) -> bool {
        let heading = format!("[{name}]");
        self.read(file).lines().any(|line| line.trim() == heading)
    }

    /// Whether a list of requirements names `package`, itself or with extras and plugins
    /// (`pytest==9.2`, `pytest-django`).
    pub(in crate::action) fn names(&self, file: &str, package: &str) -> bool {
        let text = self.read(file);
        let lines = text
            .lines()
            .map(|line| line.trim_start_matches([' ', '\t', '"', '\'']));
        lines.into_iter().any(|line| {
            let listed = line.split_once('[').map_or("", |(_, list)| list);
            std::iter::once(line)
                .chain(
                    listed
                        .split(',')
                        .map(|item| item.trim_matches([' ', '"', '\''])),
                )
                .any(|item| {
                    let rest = item.strip_prefix(package);
                    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
                })
        })
    }

    /// Where `program` is on the project's `PATH`.
    pub(in crate::action) fn finds(&self, program: &str) -> Option<PathBuf> {
        let path = self.environment.get("PATH").map(String::as_str);
        std::env::split_paths(path.unwrap_or_default())
            .map(|folder| folder.join(program))
            .find(|path| path.is_file())
    }

    /// A project without an environment, for what needs only its files.
    pub(in crate::action) fn in_folder(folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref();
        Self {
            folder: folder.into(),
            root: folder.into(),
            environment: Environment::new(),
            timeout: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Project;

    #[test]
    fn requirements_are_read_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = Project::in_folder(folder.path());
        for (text, expected) in [
            ("django\npytest==9.2\n", true),
            ("pytest-django\n", true),
            ("[project]\ndev = [\"ruff\", \"pytest>=8\"]\n", true),
            ("    \"pytest\",\n", true),
            ("[packages]\npytest = \"*\"\n", true),
            ("mypytest\n# pytest is not used\n", false),
            ("pytester\n", false),
        ] {
            std::fs::write(folder.path().join("wanted.txt"), text).expect("a file");
            assert_eq!(project.names("wanted.txt", "pytest"), expected, "{text}");
        }
    }
}
