//! One run of a watch, on a thread of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use super::session::{Good, Message, Over, Session, lock};
use crate::action::{Context, Gate};
use crate::cancel::Cancel;
use crate::cli::load::{Setting, load};
use crate::cli::run::{numbered, recorder, rehearsal};
use crate::cli::{check, origin, show};
use crate::event::{Event, Events, Outcome};
use crate::failure::{Failure, Kind};
use crate::journal::Recorder;
use crate::plan::{self, Selection, Stage};
use crate::rehearsal::Rehearsal;
use crate::report::Report;
use crate::run::{self, Settled};
use crate::script::Missing;
use crate::watch::{Brake, Ended, Stages};

/// What is to run.
pub(super) struct Asked {
    pub(super) due: Names,
    /// Whether stages run although nothing they depend on has changed.
    pub(super) force: bool,
    /// How those ended that need not run.
    pub(super) settled: HashMap<Arc<str>, Settled>,
}

pub(super) enum Names {
    Everything { manual: bool },
    Stages(Vec<Arc<str>>),
}

/// A run, as seen by who started it.
pub(super) struct Handle {
    pub(super) brake: Brake,
    pub(super) drain: Arc<AtomicBool>,
    /// What is told among what the run says.
    pub(super) events: Events,
}

/// As many bytes as the threads of stages have: the script's top level runs on this one.
const STACK: usize = 16 << 20;

/// Starts a run; its end is a [`Message::Over`].
pub(super) fn start(session: &Arc<Session>, asked: Asked) -> Result<Handle, Arc<Failure>> {
    let report = Report::new(session.report.clone(), &session.secrets)?;
    let cancel = session.cancel.child();
    let brake = Brake::new(cancel.clone());
    let handle = Handle {
        brake: brake.clone(),
        drain: Arc::default(),
        events: report.events(),
    };
    let run = Once {
        session: session.clone(),
        report,
        cancel,
        brake,
        drain: handle.drain.clone(),
    };
    let named = thread::Builder::new().name("run".into()).stack_size(STACK);
    let spawned = named.spawn(move || run.go(asked));
    spawned.map(|_| handle).map_err(|error| {
        let failure = Failure::new(Kind::Pipeline, "cannot start another thread");
        Arc::new(failure.because(error.to_string()))
    })
}

struct Once {
    session: Arc<Session>,
    report: Report,
    cancel: Cancel,
    brake: Brake,
    drain: Arc<AtomicBool>,
}

impl Once {
    fn go(self, asked: Asked) {
        let session = self.session.clone();
        let (over, inputs) = self.run(asked);
        session.messages.send(Message::Over(over));
        // While nothing happens: the next run shall not wait for this.
        let inputs = inputs.iter().map(Vec::as_slice);
        session.cache.look_ahead(inputs, &session.cancel);
    }

    /// How it ended, and the inputs of the stages.
    fn run(self, asked: Asked) -> (Over, Vec<Vec<String>>) {
        let session = &self.session;
        let recorder = recorder(
            &session.root,
            &session.secrets,
            &self.report.events(),
            origin::origin(),
        );
        session.set_recorder(Some(recorder.clone()));
        let events = self.events(&recorder);
        let mut inputs = Vec::new();
        let done = self.stages(asked, &recorder, &events, &mut inputs);
        recorder.finish();
        session.set_recorder(None);
        if self.brake.has_stopped() {
            let failure = Failure::new(Kind::Interrupted, "files changed meanwhile");
            // Whoever reads events is told, and nobody else.
            let _ = self.report.close(Err(Arc::new(failure)));
            return (Over::Superseded, inputs);
        }
        let broken = matches!(&done, Err(failure) if failure.kind == Kind::Script);
        match self.report.close(done) {
            Ok(()) if self.drain.load(Ordering::Relaxed) => (Over::Superseded, inputs),
            Ok(()) => (Over::Passed, inputs),
            Err(failure) => {
                show(&failure, false, &session.secrets);
                let over = if broken { Over::Broken } else { Over::Failed };
                (over, inputs)
            }
        }
    }

    fn stages(
        &self,
        asked: Asked,
        recorder: &Recorder,
        events: &Events,
        inputs: &mut Vec<Vec<String>>,
    ) -> Result<(), Arc<Failure>> {
        let session = &self.session;
        let rehearsal = rehearsal(session.rehearse, &[], &session.secrets)?;
        let setting = self.setting(events, rehearsal.as_ref());
        let (mut good, context) = self.prepare(setting, &asked)?;
        let plan = &good.declared.plan;
        *inputs = plan
            .stages
            .iter()
            .map(|stage| stage.inputs.clone())
            .collect();
        let order = plan::order(plan).map_err(Arc::new)?;
        let selected = plan::select(plan, &order, &session.selection).map_err(Arc::new)?;
        let stages = Stages::new(plan, &selected.order, |stage| {
            is_named(stage, &session.selection)
        })
        .map_err(Arc::new)?;
        let chosen = chosen(&stages, &asked.due);
        session.messages.send(Message::Loaded {
            chosen: chosen.clone(),
            files: good.program.files(),
            inputs: inputs.concat(),
            stages,
        });
        let all = chosen.len() == selected.order.len();
        let options = run::Options {
            selection: if all {
                session.selection.clone()
            } else {
                Selection {
                    only: chosen.iter().map(ToString::to_string).collect(),
                    ..Selection::default()
                }
            },
            jobs: session.jobs,
            keep_going: session.keep_going,
            drain: self.drain.clone(),
        };
        // To let stages that lack a need be skipped changes when they run.
        let whens: Vec<_> = plan.stages.iter().map(|stage| stage.when.clone()).collect();
        let cache = session
            .cache
            .again(recorder.clone(), asked.force, asked.settled);
        let done = if chosen.is_empty() {
            Ok(())
        } else {
            run::run_in(
                &context,
                &good.program,
                &mut good.declared,
                &options,
                &cache,
            )
        };
        for (stage, when) in good.declared.plan.stages.iter_mut().zip(whens) {
            stage.when = when;
        }
        if let Some(rehearsal) = rehearsal {
            events.emit(Event::Rehearsed {
                services: rehearsal.received(),
            });
        }
        *lock(&session.good) = Some(good);
        done
    }

    fn setting(&self, events: &Events, rehearsal: Option<&Rehearsal>) -> Setting {
        Setting {
            events: events.clone(),
            cancel: self.cancel.clone(),
            missing: match rehearsal {
                Some(_) => Missing::MadeUp,
                None => Missing::Refused,
            },
            standins: rehearsal.map(Rehearsal::standins),
            replay: None,
            gate: self
                .session
                .hold
                .clone()
                .map(|hold| Arc::new(hold) as Arc<dyn Gate>),
            failed_first: true,
            services: self.session.services.clone(),
        }
    }

    /// The script as it is now. While it is wrong, the last one that was right is taken for what
    /// other files start.
    fn prepare(&self, setting: Setting, asked: &Asked) -> Result<(Good, Context), Arc<Failure>> {
        let session = &self.session;
        let (events, standins) = (setting.events.clone(), setting.standins.clone());
        let told = session.checked.load(Ordering::Relaxed);
        let failure = match self.load(setting) {
            Ok(good) => {
                let context = good.program.host().context.clone();
                return Ok((good, context));
            }
            Err(failure) => failure,
        };
        let last = matches!(asked.due, Names::Stages(_))
            .then(|| lock(&session.good).take())
            .flatten();
        let Some(good) = last else {
            return Err(failure);
        };
        if !told {
            show(&failure, false, &session.secrets);
        }
        let context = Context {
            events,
            standins,
            cancel: self.cancel.clone(),
            ..good.program.host().context.clone()
        };
        Ok((good, context))
    }

    fn load(&self, setting: Setting) -> Result<Good, Arc<Failure>> {
        let session = &self.session;
        let program = load(&session.place, &session.secrets, setting).map_err(Arc::new)?;
        self.report.set_root(&program.host().context.root);
        self.report.set_jobs(session.jobs);
        // What was found wrong once is told once.
        if !session.checked.swap(true, Ordering::Relaxed) {
            check::before_run(&program, &session.secrets)?;
        }
        let declared = program.declare().map_err(Arc::new)?;
        Ok(Good { program, declared })
    }

    /// What the run tells: to the journal, to the watch, and to people until another takes its
    /// place.
    fn events(&self, recorder: &Recorder) -> Events {
        let (brake, session) = (self.brake.clone(), self.session.clone());
        let report = numbered(&self.report, recorder, session.report.json);
        let recorder = recorder.clone();
        Events::new(move |event| {
            brake.see(&event);
            note(&session, &event);
            recorder.record(&event);
            if !brake.has_stopped() {
                report.emit(event);
            }
        })
    }
}

/// Whether a person named this very stage.
fn is_named(stage: &Stage, selection: &Selection) -> bool {
    let lists = [&selection.stages, &selection.only, &selection.from];
    let mut names = lists.into_iter().flatten();
    names.any(|name| **name == *stage.name || **name == *stage.declared)
}

/// The stages that will have their turn: those due, and all that these need.
fn chosen(stages: &Stages, due: &Names) -> Vec<Arc<str>> {
    let positions = match due {
        Names::Everything { manual: true } => (0..stages.names().count()).collect(),
        Names::Everything { manual: false } => stages.automatic(),
        Names::Stages(names) => {
            let due = names.iter().filter_map(|name| stages.position(name));
            stages.with_needs(due).into_iter().collect()
        }
    };
    let names = positions.into_iter().map(|position| stages.name(position));
    names.cloned().collect()
}

/// Tells the watch how stages stand, and keeps what can stand for a later run.
fn note(session: &Session, event: &Event) {
    let (stage, ended, settled) = match event {
        Event::StageStarted { stage, .. } => {
            return session.messages.send(Message::Started(stage.clone()));
        }
        Event::StageSkipped { stage, result, .. } => match result {
            Some(result) => (stage, Ended::Passed, Some(passed(result))),
            None => (stage, Ended::Dropped, None),
        },
        Event::StageHeld { stage, what } => (stage, Ended::Held, Some(Settled::Held(what.clone()))),
        Event::StageDropped { stage, .. } => (stage, Ended::Dropped, None),
        Event::StageFinished {
            stage,
            outcome,
            result,
            ..
        } => match outcome {
            Outcome::Passed => (stage, Ended::Passed, Some(passed(result))),
            Outcome::Excused(_) => (stage, Ended::Passed, Some(Settled::Passed(Value::Null))),
            Outcome::Failed(_) => (stage, Ended::Failed, None),
            Outcome::Cancelled => (stage, Ended::Dropped, None),
        },
        _ => return,
    };
    let mut all = lock(&session.settled);
    match settled {
        Some(settled) => all.insert(stage.clone(), settled),
        None => all.remove(stage),
    };
    drop(all);
    session.messages.send(Message::Ended(stage.clone(), ended));
}

fn passed(result: &Arc<Value>) -> Settled {
    Settled::Passed(Value::clone(result))
}

/// The environment that a command of wharf's own gets.
pub(super) fn environment() -> BTreeMap<String, String> {
    origin::origin().environment
}
