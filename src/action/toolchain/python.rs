//! The Python that a project uses: that of its virtual environment where it has one.

use std::path::{Path, PathBuf};

use super::{Project, Show};
use crate::action::{ActionError, Context};

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
                .find(|name| project.finds(name));
            let program = program.unwrap_or("python3").to_owned();
            return Self {
                pip: format!("{program} -m pip install"),
                origin: format!("{program} on PATH"),
                program,
            };
        };
        let bin = folder.join("bin");
        let path = project.environment.get("PATH").cloned().unwrap_or_default();
        project
            .environment
            .insert("PATH".to_owned(), format!("{}:{path}", bin.display()));
        project
            .environment
            .insert("VIRTUAL_ENV".to_owned(), folder.display().to_string());
        Self {
            program: bin.join("python").display().to_string(),
            pip: format!("{origin}/bin/pip install"),
            origin,
        }
    }

    /// `python -m MODULE`, in words.
    pub(in crate::action) fn module(&self, module: &str) -> Vec<String> {
        vec![self.program.clone(), "-m".to_owned(), module.to_owned()]
    }

    /// `python SCRIPT`, in words.
    pub(in crate::action) fn script(&self, script: &str) -> Vec<String> {
        vec![self.program.clone(), script.to_owned()]
    }

    /// Fails, and tells how to install it, if `module` cannot be imported.
    pub(in crate::action) fn needs(
        &self,
        context: &Context,
        project: &Project,
        module: &str,
    ) -> Result<(), ActionError> {
        let probe = format!(
            "import importlib.util, sys; sys.exit(importlib.util.find_spec({module:?}) is None)"
        );
        let words = [self.program.clone(), "-c".to_owned(), probe];
        let ran = project.run(context, &words, Show::All)?;
        if ran.finished.success() {
            return Ok(());
        }
        Err(
            ActionError::new(format!("{module} is not installed in {}", self.origin))
                .hint(format!("{} {module}", self.pip)),
        )
    }
}

/// The virtual environment's folder, and its name for people.
fn environment(project: &Project) -> Option<(PathBuf, String)> {
    let is_one =
        |folder: &Path| folder.join("pyvenv.cfg").is_file() && folder.join("bin/python").exists();
    let beside = FOLDERS
        .into_iter()
        .map(|name| (project.folder.join(name), name.to_owned()))
        .find(|(folder, _)| is_one(folder));
    beside.or_else(|| {
        let active = project.environment.get("VIRTUAL_ENV")?;
        let folder = PathBuf::from(active);
        is_one(&folder).then(|| (folder, active.clone()))
    })
}
