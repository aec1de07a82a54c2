//! `wharf run`.

use std::path::Path;
use std::sync::Arc;

use super::arguments::{Place, RunOptions};
use super::held::Held;
use super::load::{Setting, load, root};
use super::{Caller, Done, check, origin, plan, signals};
use crate::event::{Event, Events};
use crate::failure::{Failure, Kind};
use crate::journal::{Origin, Recorder};
use crate::rehearsal::{Fault, Rehearsal};
use crate::report::Report;
use crate::run::{self, Resumed};
use crate::script::Missing;
use crate::secret::Secrets;
use crate::service::Services;
use crate::service::process;

pub(super) fn run(place: &Place, options: &RunOptions, secrets: &Secrets, caller: &Caller) -> Done {
    let report = Report::new(options.report.report(), secrets)?;
    report.close(stages(place, options, secrets, caller, &report, None))
}

/// Goes on from an earlier run, whose command line this one is recorded with.
pub(super) fn resumed(
    place: &Place,
    options: &RunOptions,
    secrets: &Secrets,
    caller: &Caller,
    resumed: Resumed,
    arguments: Vec<String>,
) -> Done {
    let report = Report::new(options.report.report(), secrets)?;
    let earlier = Some((resumed, arguments));
    report.close(stages(place, options, secrets, caller, &report, earlier))
}

fn stages(
    place: &Place,
    options: &RunOptions,
    secrets: &Secrets,
    caller: &Caller,
    report: &Report,
    earlier: Option<(Resumed, Vec<String>)>,
) -> Done {
    let (resumed, arguments) = earlier.unzip();
    let cancel = caller.cancel.clone().unwrap_or_else(signals::followed);
    let root = root(place).map_err(Arc::new)?;
    let rehearsal = rehearsal(options.rehearse || caller.rehearse, &options.fault, secrets)?;
    let saved = options.plan.as_deref().map(plan::read).transpose();
    let saved = saved.map_err(Arc::new)?;
    let mut origin = origin::origin();
    if let Some(arguments) = arguments {
        origin.arguments = arguments;
    } else if let Some(saved) = &saved {
        // The file may be another one by the time the run is resumed.
        origin.arguments.extend(saved.selection.to_words());
    }
    origin.resumed = resumed.as_ref().map(|resumed| resumed.run);
    let recorder = recorder(&root, secrets, &report.events(), origin);
    recorder.accompany(&cancel);
    let watcher = recorder.clone();
    process::watch(move |change| watcher.group(change));
    let events = recorder.before(numbered(report, &recorder, options.report.json));
    let held = Held::new(&events);
    let setting = Setting {
        events: match rehearsal {
            Some(_) => held.events(),
            None => events.clone(),
        },
        cancel,
        missing: match rehearsal {
            Some(_) => Missing::MadeUp,
            None => Missing::Refused,
        },
        standins: rehearsal.as_ref().map(Rehearsal::standins),
        replay: resumed.as_ref().map(|resumed| resumed.replay.clone()),
        gate: caller.gate.clone(),
        failed_first: false,
        services: Arc::new(Services::new(secrets)),
    };
    let program = load(place, secrets, setting);
    let program = program.inspect_err(|_| held.release()).map_err(Arc::new)?;
    report.set_root(&program.host().context.root);
    check::before_run(&program, secrets)?;
    let declared = program.declare();
    if let Ok(declared) = &declared
        && rehearsal.is_some()
    {
        let order = crate::plan::order(&declared.plan);
        let asked = options.selection.selection();
        order
            .and_then(|order| crate::plan::select(&declared.plan, &order, &asked))
            .map_err(Arc::new)?;
    }
    held.release();
    let mut declared = declared.map_err(Arc::new)?;
    let mut selection = options.selection.selection();
    if let (Some(saved), Some(path)) = (saved, &options.plan) {
        plan::check((&saved, path), &program, &mut declared).map_err(Arc::new)?;
        selection = saved.selection;
    }
    let wanted = run::Options {
        selection,
        // To count the cores takes a tenth of a short run.
        jobs: match declared.plan.stages.len() {
            0 | 1 => 1,
            _ => options.jobs(),
        },
        keep_going: options.keep_going,
        drain: Arc::default(),
    };
    report.set_jobs(wanted.jobs);
    let cache = run::Cache::new(recorder.clone(), options.force, resumed)
        .without(options.plan.as_deref(), &program.host().context);
    let done = run::run(&program, &mut declared, &wanted, &cache);
    if let Some(rehearsal) = rehearsal {
        events.emit(Event::Rehearsed {
            services: rehearsal.received(),
        });
    }
    if report.names_number(done.is_ok())
        && let Some(number) = recorder.run()
    {
        report.set_number(number);
    }
    recorder.finish();
    // The process ends: to take the engine apart would cost a tenth of a short run.
    std::mem::forget(program);
    done
}

/// What shows the run. Its first line of JSON has its number in the journal, which nothing else has
/// to wait for.
pub(super) fn numbered(report: &Report, recorder: &Recorder, json: bool) -> Events {
    let shown = report.events();
    if !json {
        return shown;
    }
    let (report, recorder) = (report.clone(), recorder.clone());
    Events::new(move |event| {
        if matches!(event, Event::RunStarted { .. })
            && let Some(number) = recorder.run()
        {
            report.set_number(number);
        }
        shown.emit(event);
    })
}

/// What keeps this run in the journal of the repository in `root`.
pub(super) fn recorder(
    root: &Path,
    secrets: &Secrets,
    report: &Events,
    origin: Origin,
) -> Recorder {
    let report = report.clone();
    Recorder::new(root, secrets, origin, move |text| {
        report.emit(Event::Warned {
            stage: "journal".into(),
            text,
        });
    })
}

pub(super) fn rehearsal(
    rehearse: bool,
    faults: &[Fault],
    secrets: &Secrets,
) -> Result<Option<Rehearsal>, Arc<Failure>> {
    if !rehearse {
        return Ok(None);
    }
    Rehearsal::start(faults.to_vec(), secrets)
        .map(Some)
        .map_err(|error| {
            let failure = Failure::new(
                Kind::Pipeline,
                "the stand-ins of the rehearsal cannot start",
            );
            Arc::new(failure.because(error.to_string()))
        })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Mutex;

    use super::*;

    /// Runs a pipeline of which nobody can be told when its stage `bad` has ended; gives what it ended
    /// with and which stages began.
    fn run_with_a_deaf_sink(jobs: usize) -> (Result<(), Arc<Failure>>, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let script = r#"
            stage("bad", || 1);
            stage("beside", || sleep("60s"));
            stage("after", #{ needs: ["bad"] }, || 3);"#;
        fs::write(folder.path().join("wharf.rhai"), script).expect("a script");
        let began = Arc::new(Mutex::new(Vec::new()));
        let told = began.clone();
        let events = Events::new(move |event| match event {
            Event::StageStarted { stage, .. } => {
                told.lock().expect("no panic").push(stage.to_string());
            }
            Event::StageFinished { stage, .. } => assert_ne!(&*stage, "bad"),
            _ => {}
        });
        let place = Place {
            directory: Some(folder.path().to_owned()),
            ..Place::default()
        };
        let setting = Setting {
            events,
            ..Setting::looking()
        };
        let program = load(&place, &Secrets::new(), setting).expect("a program");
        let mut declared = program.declare().expect("stages");
        let options = run::Options {
            selection: crate::plan::Selection::default(),
            jobs,
            keep_going: false,
            drain: Arc::default(),
        };
        let done = run::run(&program, &mut declared, &options, &run::Cache::looking());
        let began = began.lock().expect("no panic").clone();
        (done, began)
    }

    #[test]
    fn what_breaks_between_stages_stops_the_run_and_is_told() {
        for jobs in [1, 2] {
            let (done, began) = run_with_a_deaf_sink(jobs);
            let failure = done.expect_err("a defect");
            assert_eq!(failure.kind, Kind::Defect);
            assert_eq!(failure.message, "wharf broke between its stages");
            assert!(!began.contains(&"after".to_owned()), "{began:?}");
        }
    }
}
