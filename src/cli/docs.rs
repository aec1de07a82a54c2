//! `wharf docs`: the reference, from the descriptors.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use super::Done;
use super::arguments::DocsOptions;
use crate::action::{ACTIONS, Category, Descriptor, Expected, find, schema};
use crate::failure::{Failure, nearest};
use crate::report::Colour;
use crate::script::STAGE_OPTIONS;

pub(super) fn docs(options: &DocsOptions) -> Done {
    let mut stdout = std::io::stdout().lock();
    let colour = Colour::of(&stdout);
    let text = match &options.action {
        None => {
            actions(colour)
                + "\n`wharf docs ACTION` tells all about one, `wharf docs stage` what a stage can be told.\n"
        }
        Some(name) if name == "stage" => stage(colour),
        Some(name) => match find(name) {
            Some(action) => describe(action, colour),
            None => return Err(Arc::new(unknown(name))),
        },
    };
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(text.as_bytes());
    Ok(())
}

/// All of them, by category.
pub(super) fn actions(colour: Colour) -> String {
    let mut text = String::new();
    let mut last: Option<Category> = None;
    let width = ACTIONS
        .iter()
        .map(|action| action.name.len())
        .max()
        .unwrap_or_default();
    for action in ACTIONS {
        if last.replace(action.category) != Some(action.category) {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{}", colour.strong(action.category.name()));
        }
        let _ = writeln!(
            text,
            "  {:width$}  {} {}",
            action.name,
            action.summary,
            colour.faint(&format!("({})", action.effect.name()))
        );
    }
    text
}

/// The options of a stage.
fn stage(colour: Colour) -> String {
    let mut text = format!(
        "{} – one step of the pipeline\n\ncalls:  stage(name, || …)   stage(name, #{{ … }}, |result_of_a_need| …)\n\n{}\n",
        colour.strong("stage"),
        colour.strong("options")
    );
    let names = STAGE_OPTIONS.iter().map(|option| option.name.len());
    let width = names.max().unwrap_or_default();
    for option in STAGE_OPTIONS {
        let kind = colour.faint(&format!("({})", option.kind));
        let _ = writeln!(text, "  {:width$}  {} {kind}", option.name, option.doc);
    }
    text
}

fn describe(action: &Descriptor, colour: Colour) -> String {
    let mut text = format!("{} – {}\n\n", colour.strong(action.name), action.summary);
    let _ = writeln!(text, "effect: {}", action.effect.name());
    let calls = match action.natural {
        Some(natural) => format!(
            "{name}({natural})   {name}(#{{ … }})   {name}({natural}, #{{ … }})",
            name = action.name
        ),
        None => format!("{name}()   {name}(#{{ … }})", name = action.name),
    };
    let _ = writeln!(text, "calls:  {calls}\n");
    fields(&mut text, "options", &(action.options)(), colour);
    fields(&mut text, "result", &(action.output)(), colour);
    let _ = writeln!(text, "{}", colour.strong("examples"));
    for example in action.examples {
        let _ = writeln!(text, "  {}", colour.faint(&format!("// {}", example.title)));
        for line in example.script.lines() {
            let _ = writeln!(text, "  {line}");
        }
        let (verb, told) = match example.outcome {
            Expected::Prints(printed) => ("prints", printed),
            Expected::Fails(message) => ("fails", message),
        };
        for line in told.lines() {
            let _ = writeln!(text, "  {}", colour.faint(&format!("// {verb}: {line}")));
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn fields(text: &mut String, title: &str, schema: &schemars::Schema, colour: Colour) {
    let fields = schema::fields(schema);
    if fields.is_empty() {
        return;
    }
    let width = fields
        .iter()
        .map(|field| field.name.len())
        .max()
        .unwrap_or_default();
    let _ = writeln!(text, "{}", colour.strong(title));
    for field in fields {
        let required = if field.required && title == "options" {
            ", required"
        } else {
            ""
        };
        let kind = format!("({}{required})", field.kind);
        let doc = field.doc.replace('\n', " ");
        let _ = writeln!(
            text,
            "  {:width$}  {doc} {}",
            field.name,
            colour.faint(&kind)
        );
    }
    text.push('\n');
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::script(format!("there is no action `{name}`"));
    match nearest(name, ACTIONS.iter().map(|action| action.name)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`wharf docs` lists them all"),
    }
}
