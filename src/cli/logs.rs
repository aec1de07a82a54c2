//! `wharf logs`: what the stages of a run printed.

mod follow;

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, StdoutLock, Write};
use std::path::Path;
use std::sync::Arc;

use super::Done;
use super::arguments::{LogsOptions, Place};
use super::journal::{open, run, unusable};
use crate::failure::{Failure, Kind, nearest};
use crate::journal::{Journal, Run, Stage, StageState};
use crate::report::{Colour, elapsed, kept_line};

pub(super) fn logs(place: &Place, options: &LogsOptions) -> Done {
    let journal = open(place).map_err(Arc::new)?;
    let run = run(&journal, options.run).map_err(Arc::new)?;
    let shown = show(&journal, &run, options);
    shown.map_err(Arc::new)
}

fn show(journal: &Journal, run: &Run, options: &LogsOptions) -> Result<(), Failure> {
    let stages = journal.stages(run.id).map_err(|error| unusable(&error))?;
    let asked = options.stage.as_deref();
    let names = asked.map(|name| meant(journal, run, &stages, name));
    let names = names.transpose()?;
    let mut output = Output::new();
    let done = match names.as_deref() {
        names if options.follow => follow::follow(journal, run.id, names, &mut output)?,
        Some([name]) => one(journal, run, &stages, name, &mut output),
        Some(names) => {
            let stages = stages.iter().filter(|stage| names.contains(&stage.name));
            each(journal, run, stages, &mut output)
        }
        None => all(journal, run, &stages, &mut output),
    };
    match done {
        // A closed pipe wants no more lines.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(unreadable(&error)),
        _ => Ok(()),
    }
}

/// The stage of that name, or something else that speaks, such as a hook; or all stages of a matrix.
fn meant(
    journal: &Journal,
    run: &Run,
    stages: &[Stage],
    name: &str,
) -> Result<Vec<String>, Failure> {
    let logged = journal.logged(run.id).map_err(|error| unreadable(&error))?;
    let stages = stages.iter().map(|stage| &stage.name);
    let names: Vec<&str> = stages.clone().chain(&logged).map(String::as_str).collect();
    if names.contains(&name) {
        return Ok(vec![name.to_owned()]);
    }
    let is_instance = |stage: &&String| {
        let combination = stage.strip_prefix(name);
        combination.is_some_and(|rest| rest.starts_with(" (") && rest.ends_with(')'))
    };
    let instances: Vec<_> = stages.filter(is_instance).cloned().collect();
    if !instances.is_empty() {
        return Ok(instances);
    }
    let failure = Failure::script(format!("run {} has no stage `{name}`", run.id));
    Err(match nearest(name, names) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("`wharf logs {}` shows all of it", run.id)),
    })
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::new(Kind::Pipeline, "the log cannot be read").because(error.to_string())
}

fn one(
    journal: &Journal,
    run: &Run,
    stages: &[Stage],
    name: &str,
    output: &mut Output,
) -> io::Result<()> {
    let path = journal.log_path(run.id, name);
    if !path.exists() {
        let stage = stages.iter().find(|stage| stage.name == name);
        let why = stage.map_or("it printed nothing".to_owned(), |stage| match &stage.why {
            Some(why) if stage.state == StageState::Skipped => format!("skipped: {why}"),
            Some(what) if stage.state == StageState::Held => format!("held: {what}"),
            _ if stage.state == StageState::Waiting => "it has not run".to_owned(),
            _ => "it printed nothing".to_owned(),
        });
        return writeln!(
            io::stderr(),
            "{}",
            kept_line(&format!("`{name}`: {why}"), false)
        );
    }
    output.file(&path)
}

fn all(journal: &Journal, run: &Run, stages: &[Stage], output: &mut Output) -> io::Result<()> {
    let others = journal.logged(run.id)?;
    let others = others
        .iter()
        .filter(|name| stages.iter().all(|stage| stage.name != **name));
    // What the script says while it declares its stages comes before them, hooks come after.
    let (before, after): (Vec<_>, Vec<_>) = others.partition(|name| *name == "script");
    for name in before {
        output.heading(name, "")?;
        output.file(&journal.log_path(run.id, name))?;
    }
    each(journal, run, stages, output)?;
    for name in after {
        output.heading(name, "")?;
        output.file(&journal.log_path(run.id, name))?;
    }
    Ok(())
}

fn each<'a>(
    journal: &Journal,
    run: &Run,
    stages: impl IntoIterator<Item = &'a Stage>,
    output: &mut Output,
) -> io::Result<()> {
    for stage in stages {
        output.heading(&stage.name, &ended(stage))?;
        output.file(&journal.log_path(run.id, &stage.name))?;
    }
    Ok(())
}

/// What became of a stage: `passed in 2.1 s`.
pub(super) fn ended(stage: &Stage) -> String {
    let why = stage.why.as_deref().unwrap_or_default();
    match (stage.state, stage.took) {
        (StageState::Waiting, _) if why.is_empty() => "has not run".to_owned(),
        (StageState::Waiting, _) => format!("not run: {why}"),
        (StageState::Skipped, _) => format!("skipped: {why}"),
        (StageState::Held, _) => format!("held: {why}"),
        (StageState::Passed, Some(took)) => format!("passed in {}", elapsed(took)),
        (StageState::Failed, Some(took)) => format!("failed after {}", elapsed(took)),
        (StageState::Excused, Some(took)) => {
            format!("failed after {}, which is allowed", elapsed(took))
        }
        (StageState::Cancelled, Some(took)) => format!("cancelled after {}", elapsed(took)),
        (StageState::Cancelled, None) => "cancelled".to_owned(),
        (state, _) => state.name().to_owned(),
    }
}

/// Standard output, and whether it may have colours.
struct Output {
    stdout: StdoutLock<'static>,
    colour: Colour,
}

impl Output {
    fn new() -> Self {
        let stdout = io::stdout().lock();
        let colour = Colour::of(&stdout);
        Self { stdout, colour }
    }

    fn heading(&mut self, name: &str, what: &str) -> io::Result<()> {
        let heading = format!("▸ {}", self.colour.strong(&kept_line(name, false)));
        let what = self.colour.faint(&kept_line(what, false));
        writeln!(self.stdout, "{}", format!("{heading} {what}").trim_end())
    }

    /// Nothing, where there is no such file.
    fn file(&mut self, path: &Path) -> io::Result<()> {
        match File::open(path) {
            Ok(file) => self.lines(BufReader::new(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn lines(&mut self, reader: impl BufRead) -> io::Result<()> {
        for line in reader.split(b'\n') {
            let line = line?;
            let line = kept_line(&String::from_utf8_lossy(&line), self.colour.is_on());
            writeln!(self.stdout, "{line}")?;
        }
        self.stdout.flush()
    }
}
