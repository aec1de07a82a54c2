//! A run's events, drawn for people and written for programs. Every byte passes through the
//! secrets' mask on its way out, and every line of a child through [`clean`] or what builds on it.
//!
//! One [`Report`] serves all sinks of a run: people (a terminal, a pipe, GitHub Actions), `--json`,
//! and at its end `--junit`, `--html` and GitHub's summary.

mod critical;
mod ended;
mod explain;
mod file;
mod findings;
mod github;
pub mod graph;
mod html;
mod inherited;
mod json;
mod junit;
mod kept;
mod line;
mod live;
mod log;
mod outputs;
mod place;
mod plain;
mod prefix;
mod record;
mod sinks;
mod status;
mod style;
mod terminal;
mod timing;
mod turns;
pub mod value;
mod watching;
mod width;
mod window;

use std::io::{IsTerminal, stderr, stdout};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::event::Events;
use crate::failure::{Failure, Kind, render, render_warning};
use crate::line::{clean, harmless};
use crate::secret::Secrets;

use json::Json;
use outputs::Outputs;
use plain::Plain;
use record::Record;
use sinks::{People, Sinks};
use terminal::Terminal;

pub use live::leave_screen;
pub use status::Status;
pub use style::{Colour, elapsed};
pub use turns::Mode;

/// What a person asked to see of a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only what the script and its commands print.
    pub quiet: bool,
    /// How to tell apart what stages print that run at once; what fits the run and the output if
    /// nothing is said.
    pub mode: Option<Mode>,
    /// Events on standard output, a line each; what people see goes to standard error.
    pub json: bool,
    /// What people see goes to standard error: standard output is for something else.
    pub aside: bool,
    /// Files to write when the run ends.
    pub junit: Option<PathBuf>,
    pub html: Option<PathBuf>,
}

/// How many bytes of each stage's output a file repeats.
const LOG: usize = 512 * 1024;

/// All that shows and stores one run. Cloning shares it.
#[derive(Clone)]
pub struct Report {
    sinks: Arc<Mutex<Sinks>>,
    options: Arc<Options>,
    number: Arc<Mutex<Option<i64>>>,
}

impl Report {
    /// Fails if a file that was asked for can never be written.
    pub fn new(options: Options, secrets: &Secrets) -> Result<Self, Arc<Failure>> {
        let files = [&options.junit, &options.html];
        for path in files.into_iter().flatten() {
            file::try_out(path)?;
        }
        let room = match (
            options.junit.is_some() || options.html.is_some(),
            options.quiet,
        ) {
            (true, _) => LOG,
            (false, false) => explain::ROOM,
            (false, true) => 0,
        };
        let json = options.json.then(|| Json::new(stdout(), secrets.clone()));
        let sinks = Sinks::new(
            secrets.clone(),
            Record::new(room),
            people(&options, secrets),
            json,
        );
        Ok(Self {
            sinks: Arc::new(Mutex::new(sinks)),
            options: Arc::new(options),
            number: Arc::default(),
        })
    }

    /// For what a watch tells between its runs, each of which has a report of its own.
    pub fn of_watch(options: &Options, secrets: &Secrets) -> Self {
        let options = Options {
            junit: None,
            html: None,
            ..options.clone()
        };
        let json = options
            .json
            .then(|| Json::new(stdout(), secrets.clone()).of_watch());
        let people = people(&options, secrets);
        let sinks = Sinks::new(secrets.clone(), Record::new(0), people, json);
        Self {
            sinks: Arc::new(Mutex::new(sinks)),
            options: Arc::new(options),
            number: Arc::default(),
        }
    }

    /// The sink to run with.
    pub fn events(&self) -> Events {
        let sinks = self.sinks.clone();
        Events::new(move |event| lock(&sinks).event(&event))
    }

    /// The same for what is of interest to programs, and to no person any more.
    pub fn quiet_events(&self) -> Events {
        let sinks = self.sinks.clone();
        Events::new(move |event| lock(&sinks).quiet_event(&event))
    }

    /// Tells the number that the journal keeps this run under; best before it starts.
    pub fn set_number(&self, number: i64) {
        *lock(&self.number) = Some(number);
        if let Some(json) = &mut lock(&self.sinks).json {
            json.number = Some(number);
        }
    }

    /// Whether the reports of a run, which `passed` or did not, name its number in the journal.
    pub fn names_number(&self, passed: bool) -> bool {
        !passed || self.options.json || self.options.html.is_some()
    }

    /// Tells the repository's folder, from which its files are named.
    pub fn set_root(&self, root: &Path) {
        lock(&self.sinks).set_root(root);
    }

    /// Tells how many stages may run at the same time; best before the run starts.
    pub fn set_jobs(&self, jobs: usize) {
        lock(&self.sinks).set_jobs(jobs);
    }

    /// Ends all reports, writes the files, and completes the failure that a person will read.
    /// What cannot be written fails a run that had passed, and is told of one that had not.
    pub fn close(&self, done: Result<(), Arc<Failure>>) -> Result<(), Arc<Failure>> {
        let mut sinks = lock(&self.sinks);
        let failure = done.as_ref().err().cloned();
        let told = match sinks.close(failure.as_deref()) {
            // All of it went to standard error, of which nobody could be told.
            Err(_) if self.options.aside => Ok(()),
            told => told,
        };
        let told = told.map_err(|error| {
            let failure = Failure::new(Kind::Pipeline, "cannot write to standard output");
            Arc::new(failure.because(error.to_string()))
        });
        let written = self.write(&sinks, failure.as_deref()).and(told);
        match (done, written) {
            (Ok(()), written) => written,
            (Err(failure), written) => {
                let mut failure = explain::named(&failure, &sinks.record);
                if let Err(unwritten) = written {
                    failure.causes.push(format!("and {}", unwritten.message));
                    failure.causes.extend(unwritten.causes.clone());
                }
                if !self.options.quiet {
                    let number = *lock(&self.number);
                    failure = explain::explain(&failure, &sinks.record, number, &sinks.secrets);
                }
                Err(Arc::new(failure))
            }
        }
    }

    fn write(&self, sinks: &Sinks, failure: Option<&Failure>) -> Result<(), Arc<Failure>> {
        let (record, secrets) = (&sinks.record, &sinks.secrets);
        let summed = if github::is_here() && record.ended.is_some() {
            github::append(record, secrets)
        } else {
            Ok(())
        };
        let junit = self.options.junit.as_ref().map_or(Ok(()), |path| {
            let text = junit::text(record, failure, secrets).map_err(|error| {
                let failure = Failure::new(Kind::Defect, "the results cannot be written as XML");
                Arc::new(failure.because(error.to_string()))
            })?;
            file::write(path, &text)
        });
        let html = self.options.html.as_ref().map_or(Ok(()), |path| {
            file::write(
                path,
                &html::page(record, failure, *lock(&self.number), secrets),
            )
        });
        let summed = summed.map_err(|error| {
            let failure = Failure::new(Kind::Pipeline, "cannot write `GITHUB_STEP_SUMMARY`");
            Arc::new(failure.because(error.to_string()))
        });
        junit.and(html).and(summed)
    }
}

/// `failure` as text that may be shown on a terminal.
pub fn shown(failure: &Failure, as_warning: bool, colour: bool, secrets: &Secrets) -> String {
    let failure = failure.shown(&|text| harmless(text, false, secrets));
    let text = if as_warning {
        render_warning(&failure, colour)
    } else {
        render(&failure, colour)
    };
    told(&text, colour, secrets)
}

/// `failure` as text for a file.
fn rendered(failure: &Failure, secrets: &Secrets) -> String {
    render(
        &failure.shown(&|text| harmless(text, false, secrets)),
        false,
    )
}

/// A text of wharf's own or of a script as it may be shown: without secrets, and without what could
/// steer a terminal or a CI's runner.
pub fn told(text: &str, colour: bool, secrets: &Secrets) -> String {
    let text = harmless(text, colour, secrets);
    let lines = text.split('\n').map(neutral);
    lines.collect::<Vec<_>>().join("\n")
}

/// A line that was masked when it was kept, as it may be shown now.
pub fn kept_line(line: &str, colour: bool) -> String {
    neutral(&clean(line, colour))
}

fn neutral(line: &str) -> String {
    if github::is_here() {
        github::neutral(line)
    } else {
        line.to_owned()
    }
}

fn people(options: &Options, secrets: &Secrets) -> People {
    let terminal = stderr().is_terminal() && std::env::var_os("CI").is_none();
    if options.json && (options.quiet || stdout().is_terminal()) {
        return People::Nothing;
    }
    let outputs = if options.json || options.aside {
        Outputs::new(stderr(), stderr())
    } else if github::is_here() && !options.quiet && inherited::is_stdout() {
        // The runner reads two pipes in no certain order, and a group needs one.
        Outputs::new(stdout(), stdout())
    } else {
        Outputs::new(stdout(), stderr())
    };
    let plain = |mode| Plain::new(mode, outputs, secrets.clone(), options.quiet);
    if terminal && !options.quiet {
        let plain = plain(options.mode.or(Some(Mode::Live)));
        People::Terminal(Box::new(Terminal::new(plain, secrets.clone())))
    } else {
        People::Plain(plain(options.mode))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
