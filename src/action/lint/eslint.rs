//! eslint, read from its JSON.

use serde::Deserialize;

use super::{Finding, Linter, Options, Severity};
use crate::action::toolchain::{Output, Project, node, relative};
use crate::action::{ActionError, Context};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    file_path: String,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    rule_id: Option<String>,
    severity: u8,
    message: String,
    line: Option<usize>,
    column: Option<usize>,
}

pub(super) fn run(
    context: &Context,
    project: &Project,
    options: &Options,
) -> Result<Vec<Finding>, ActionError> {
    let program = node::program(context, project, "eslint")?;
    let mut words = vec![program, "--format=json".to_owned()];
    words.extend(options.args.iter().cloned());
    if options.paths.is_empty() {
        words.push(".".to_owned());
    }
    words.extend(options.paths.iter().cloned());
    let ran = project.run(context, &words, Output::Kept)?;
    let Ok(files) = serde_json::from_str::<Vec<File>>(&ran.stdout) else {
        return Err(ran.broke(format!("eslint ended with exit code {}", ran.code())));
    };
    let mut findings: Vec<_> = files
        .into_iter()
        .flat_map(|file| {
            let path = relative(&project.folder, &file.file_path);
            file.messages.into_iter().map(move |message| Finding {
                linter: Linter::Eslint,
                path: path.clone(),
                line: message.line.unwrap_or(1),
                column: message.column.unwrap_or(1),
                code: message.rule_id.unwrap_or_else(|| "syntax".to_owned()),
                message: message.message,
                severity: if message.severity == 2 {
                    Severity::Error
                } else {
                    Severity::Warning
                },
            })
        })
        .collect();
    let errors = findings.iter().any(|one| one.severity == Severity::Error);
    match ran.code() {
        0 => Ok(findings),
        1 if !findings.is_empty() => {
            if !errors {
                // The project allows fewer warnings (`--max-warnings`).
                let severities = findings.iter_mut().map(|one| &mut one.severity);
                severities.for_each(|severity| *severity = Severity::Error);
            }
            Ok(findings)
        }
        code => Err(ran.broke(format!("eslint ended with exit code {code}"))),
    }
}
