//! The Python that a project uses: that of its virtual environment where it has one.

use std::path::{Path, PathBuf};

use super::Project;
use crate::action::ActionError;

/// Folders in which people keep a project's virtual environment.
const FOLDERS: [&str; 3] = [".venv", "venv", "env"];

/// A Python interpreter.
pub(in crate::action) struct Python {
    program: String,
    /// Where it comes from, for people.
    pub(in crate::action) origin: String,
    /// How to install into it.
    pip: String,
}

impl Python {
    /// Finds the project's Python and puts its tools first on the project's `PATH`.
    pub(in crate::action) fn of(project: &mut Project) -> Self {
        let Some((folder, origin)) = environment(project) else {
            let program = ["python3", "python"]
                .into_iter()
                .find(|name| project.finds(name).is_some());
            let program = program.unwrap_or("python3").to_owned();
            return Self {
                pip: format!("{program} -m pip install"),
                origin: format!("`{program}` on PATH"),
                program,
            };
        };
        let bin = folder.join("bin");
        let path = project.environment.get("PATH").cloned().unwrap_or_default();
        if !path.starts_with(&format!("{}:", bin.display())) {
            let path = format!("{}:{path}", bin.display());
            project.environment.insert("PATH".to_owned(), path);
        }
        project
            .environment
            .insert("VIRTUAL_ENV".to_owned(), folder.display().to_string());
        Self {
            program: bin.join("python").display().to_string(),
            pip: format!("{origin}/bin/pip install"),
            origin: format!("`{origin}`"),
        }
    }

    /// `python SCRIPT`, in words.
    pub(in crate::action) fn script(&self, script: &str) -> Vec<String> {
        vec![self.program.clone(), script.to_owned()]
    }

    /// What starts the tool `name`: its program in the project's virtual environment, else one on
    /// `PATH`, which may have been installed apart from any Python we know.
    pub(in crate::action) fn tool(
        &self,
        project: &Project,
        name: &str,
    ) -> Result<String, ActionError> {
        let found = project.finds(name).ok_or_else(|| self.lacks(name))?;
        Ok(found.display().to_string())
    }

    /// That the tool or module `name` is not installed, and how to change that.
    pub(in crate::action) fn lacks(&self, name: &str) -> ActionError {
        ActionError::new(format!("{name} is not installed for {}", self.origin))
            .hint(format!("install it: `{} {name}`", self.pip))
    }
}

/// The virtual environment's folder, and its name for people.
fn environment(project: &Project) -> Option<(PathBuf, String)> {
    let is_one =
        |folder: &Path| folder.join("pyvenv.cfg").is_file() && folder.join("bin/python").exists();
    let beside = [&project.folder, &project.root]
        .into_iter()
        .find_map(|home| {
            let folders = FOLDERS.map(|name| home.join(name));
            folders.into_iter().find(|folder| is_one(folder))
        });
    if let Some(folder) = beside {
        let shown = folder.strip_prefix(&project.folder);
        let shown = shown.unwrap_or(&folder).display().to_string();
        return Some((folder, shown));
    }
    let active = project.environment.get("VIRTUAL_ENV")?;
    let folder = PathBuf::from(active);
    is_one(&folder).then(|| (folder, active.clone()))
}
