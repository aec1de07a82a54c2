//! eslint, read from its JSON.

use serde::Deserialize;

use super::{Finding, Linter, Options, Severity};
use crate::action::toolchain::{Project, Show, relative};
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

pub(super) fn eslint(
    context: &Context,
    project: &Project,
    options: &Options,
) -> Result<Vec<Finding>, ActionError> {
    if !project.has("node_modules/.bin/eslint") && !project.finds("eslint") {
        return Err(
            ActionError::new("eslint is not installed").hint("npm install --save-dev eslint")
        );
    }
    let mut words: Vec<_> = ["npx", "--no-install", "eslint", "--format=json"]
        .map(str::to_owned)
        .to_vec();
    words.extend(options.args.iter().cloned());
    if options.paths.is_empty() {
        words.push(".".to_owned());
    }
    words.extend(options.paths.iter().cloned());
    let ran = project.run(context, &words, Show::Stderr)?;
    let Ok(files) = serde_json::from_str::<Vec<File>>(&ran.stdout) else {
        return Err(ran.broke(format!("eslint ended with exit code {}", ran.code())));
    };
    let findings = files.into_iter().flat_map(|file| {
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
    });
    Ok(findings.collect())
}
