//! ruff, read from its JSON.

use serde::Deserialize;

use super::flake8::{judge, words};
use super::{Finding, Linter, Options, Severity};
use crate::action::toolchain::{Output, Project, relative};
use crate::action::{ActionError, Context};

pub(super) fn run(
    context: &Context,
    project: &mut Project,
    options: &Options,
) -> Result<Vec<Finding>, ActionError> {
    let words = words(project, options, "ruff", &["check", "--output-format=json"])?;
    let ran = project.run(context, &words, Output::Kept)?;
    let Ok(findings) = read(&ran.stdout, project) else {
        return Err(ran.broke(format!("ruff ended with exit code {}", ran.code())));
    };
    judge(&ran, findings, "ruff")
}

/// The parts of the JSON that tell a finding.
#[derive(Deserialize)]
struct Found {
    code: Option<String>,
    filename: String,
    location: Place,
    message: String,
    /// Of ruff 0.14 and later.
    severity: Option<String>,
}

#[derive(Deserialize)]
struct Place {
    row: usize,
    column: usize,
}

fn read(json: &str, project: &Project) -> serde_json::Result<Vec<Finding>> {
    let found: Vec<Found> = serde_json::from_str(json)?;
    let findings = found.into_iter().map(|one| Finding {
        linter: Linter::Ruff,
        path: relative(&project.folder, &one.filename),
        line: one.location.row,
        column: one.location.column,
        code: one.code.unwrap_or_else(|| "invalid-syntax".to_owned()),
        message: one.message,
        severity: match one.severity.as_deref() {
            Some("warning") => Severity::Warning,
            Some("info") => Severity::Note,
            _ => Severity::Error,
        },
    });
    Ok(findings.collect())
}

#[cfg(test)]
mod tests {
    use super::{Project, read};

    #[test]
    fn reads_its_json() {
        let json = r#"[{"cell":null,"code":"F401","end_location":{"column":10,"row":1},"filename":"/app/rent.py",
            "fix":null,"location":{"column":8,"row":1},"message":"`os` imported but unused","noqa_row":1,
            "url":"https://docs.astral.sh/ruff/rules/unused-import"}]"#;
        let findings = read(json, &Project::in_folder("/app")).expect("findings");
        assert_eq!(findings[0].path, "rent.py");
        assert_eq!((findings[0].line, findings[0].column), (1, 8));
        assert_eq!(findings[0].code, "F401");
        assert!(read("ruff failed", &Project::in_folder("/app")).is_err());
    }
}
