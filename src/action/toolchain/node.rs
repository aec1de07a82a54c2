//! Programs of Node packages: those a project installed for itself, found as `npx` finds them but
//! without the half second it takes.

use super::Project;
use crate::action::{ActionError, Context};

/// Where `name` is: in `node_modules` of the project or of a folder that it is in, or on `PATH`.
pub(in crate::action) fn program(
    context: &Context,
    project: &Project,
    name: &str,
) -> Result<String, ActionError> {
    let above = project.folder.ancestors();
    let local = above
        .map(|folder| folder.join("node_modules/.bin").join(name))
        .find(|path| path.is_file());
    let found = local.or_else(|| project.finds(name));
    if let Some(path) = found {
        context.say(format!("{name}: {}", shown(project, &path)));
        return Ok(path.display().to_string());
    }
    let named = project
        .read("package.json")
        .contains(&format!("\"{name}\""));
    let how = if named && !project.has("node_modules") {
        "install the project's packages: `npm ci`".to_owned()
    } else {
        format!("install it: `npm install --save-dev {name}`")
    };
    Err(ActionError::new(format!("{name} is not installed")).hint(how))
}

fn shown(project: &Project, path: &std::path::Path) -> String {
    let below = path.strip_prefix(&project.folder);
    below.unwrap_or(path).display().to_string()
}
