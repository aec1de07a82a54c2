//! `wharf plan`: what a run would do and why.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::arguments::{Place, PlanOptions};
use super::load::{Setting, load};
use super::{Done, journal, show};
use crate::failure::{Failure, nearest};
use crate::plan::{self, Selection};
use crate::report::Colour;
use crate::run::{self, Cache, Difference, Explanation, Forecast, Reviewer, Saved, Will};
use crate::script::{Declared, Program};
use crate::secret::Secrets;
use crate::service::files::{self, Changed};
use crate::words;

pub(super) fn plan(place: &Place, options: &PlanOptions, secrets: &Secrets) -> Done {
    let program = load(place, secrets, Setting::looking()).map_err(Arc::new)?;
    let mut declared = program.declare().map_err(Arc::new)?;
    let selection = options.selection.selection();
    let order = order(&mut declared, &selection).map_err(Arc::new)?;
    if let Err(failure) = journal::find(place) {
        // Then all stages seem to run for the first time.
        show(&failure, true, secrets);
    }
    let cache = Cache::looking().without(options.save.as_deref(), &program.host().context);
    let mut stdout = std::io::stdout().lock();
    let colour = Colour::of(&stdout);
    let text = if let Some(name) = &options.explain {
        let stages = || order.iter().map(|index| &declared.plan.stages[*index]);
        let named = stages().filter(|stage| *stage.name == **name);
        // The name of a matrix means all of it.
        let instances = stages().filter(|stage| *stage.declared == **name);
        let mut meant: Vec<_> = named.map(|stage| &*stage.name).collect();
        if meant.is_empty() {
            meant.extend(instances.map(|stage| &*stage.name));
        }
        if meant.is_empty() {
            let known = stages().map(|stage| &*stage.name);
            return Err(Arc::new(unknown(name, known)));
        }
        let explained = meant.iter().map(|name| {
            let why = run::explain(&program, &declared, &order, &cache, name);
            explained(name, why.as_ref(), colour)
        });
        explained.collect()
    } else {
        let forecast = if options.json || options.save.is_some() {
            let reviewer = Reviewer::new(&program.host().context, None);
            let reviewed = run::review(&program, &declared, &order, &cache, &reviewer);
            let reviewed = reviewed.map_err(Arc::new)?;
            let forecast = reviewed.iter().map(|(one, ..)| one.clone()).collect();
            if let Some(path) = &options.save {
                let saved = Saved::new(&program, selection, reviewed);
                save(path, &saved.to_text()).map_err(Arc::new)?;
            }
            forecast
        } else {
            run::forecast(&program, &declared, &order, &cache).map_err(Arc::new)?
        };
        warn(&forecast, secrets);
        if options.json {
            serde_json::to_string_pretty(&forecast).unwrap_or_default() + "\n"
        } else {
            listed(&forecast, colour)
        }
    };
    // A closed pipe wants no more lines.
    let _ = stdout.write_all(secrets.mask(&text).as_bytes());
    Ok(())
}

/// What was saved in the file at `path`.
pub(super) fn read(path: &Path) -> Result<Saved, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::script(format!("cannot read the plan `{name}`")).because(reason(&error))
    })?;
    Saved::parse(&name, &text)
}

/// Refuses a plan, read from the file at `path`, that does not hold any more.
pub(super) fn check(
    (saved, path): (&Saved, &Path),
    program: &Program,
    declared: &mut Declared,
) -> Result<(), Failure> {
    let order = order(declared, &saved.selection)?;
    let reviewer = Reviewer::new(&program.host().context, Some(saved.bases().clone()));
    let cache = Cache::looking().without(Some(path), &program.host().context);
    let reviewed = run::review(program, declared, &order, &cache, &reviewer)?;
    saved.check(&Saved::new(program, saved.selection.clone(), reviewed))
}

fn order(declared: &mut Declared, selection: &Selection) -> Result<Vec<usize>, Failure> {
    plan::order(&declared.plan)
        .and_then(|order| plan::select(&declared.plan, &order, selection))
        .map(|selected| declared.plan.settle(selected))
}

fn save(path: &Path, text: &str) -> Result<(), Failure> {
    files::replace(path, text).map_err(|error| {
        Failure::script(format!("cannot write `{}`", path.display())).because(reason(&error))
    })
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        other => other.to_string(),
    }
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let failure = Failure::script(format!("there is no stage `{name}` in this plan"));
    match nearest(name, known) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`wharf` lists the stages"),
    }
}

/// Tells of globs that match nothing, which is a mistake more often than not.
fn warn(forecast: &[Forecast], secrets: &Secrets) {
    let mut stderr = std::io::stderr().lock();
    let label = Colour::of(&stderr).attention("warning:");
    for one in forecast {
        for glob in &one.unmatched {
            let what = format!(
                "no file matches `{glob}` in the `inputs` of `{}`",
                one.stage
            );
            // Nothing is left to tell if even this cannot be printed.
            let _ = writeln!(stderr, "{label} {}", secrets.mask(&what));
        }
    }
}

fn listed(forecast: &[Forecast], colour: Colour) -> String {
    let names = forecast.iter().map(|one| one.stage.chars().count());
    let width = names.max().unwrap_or_default();
    let line = |one: &Forecast| {
        let padding = " ".repeat(width - one.stage.chars().count());
        let (name, mut why) = (&one.stage, one.why.clone());
        if let Some(environment) = &one.environment {
            let _ = write!(why, " (environment: {environment})");
        }
        match one.will {
            Will::Run => format!("{}{padding}  run    {why}\n", colour.strong(name)),
            Will::Maybe => format!("{name}{padding}  maybe  {why}\n"),
            Will::Skip => colour.faint(&format!("{name}{padding}  skip   {why}")) + "\n",
        }
    };
    forecast.iter().map(line).collect()
}

fn explained(name: &str, explanation: Option<&Explanation>, colour: Colour) -> String {
    let Some(explanation) = explanation else {
        return format!("`{name}` has no `inputs`: it runs each time\n");
    };
    let mut text = format!("what counts for `{name}`:\n");
    for (part, difference) in &explanation.parts {
        let files = words::counted(explanation.files, "file");
        let part = match part.as_str() {
            "its inputs" => format!("its inputs: {files}"),
            _ => part.clone(),
        };
        let line = match difference {
            Difference::Same => colour.faint(&format!("  same     {part}")),
            Difference::Changed => format!("  {}  {part}", colour.attention("changed")),
            Difference::New => format!("  {}      {part}", colour.attention("new")),
            Difference::Gone => format!("  {}     {part}", colour.attention("gone")),
        };
        text.push_str(&line);
        text.push('\n');
    }
    for change in &explanation.changes {
        let word = match change.kind {
            Changed::Changed => "changed",
            Changed::Added => "added",
            Changed::Removed => "removed",
        };
        let word = colour.attention(&format!("{word:7}"));
        let _ = writeln!(text, "    {word}  {}", change.shown());
    }
    text
}
