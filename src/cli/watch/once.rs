//! One run of a watch, on a thread of its own.

mod note;
mod script;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::session::{Message, Over, Session, lock};
use crate::action::Gate;
use crate::cancel::Cancel;
use crate::cli::load::Setting;
use crate::cli::run::{numbered, recorder, rehearsal};
use crate::cli::{origin, show};
use crate::event::{Event, Events};
use crate::failure::{Failure, Kind};
use crate::journal::Recorder;
use crate::plan::{self, Selection};
use crate::rehearsal::Rehearsal;
use crate::report::Report;
use crate::run::{self, Settled};
use crate::script::Missing;
use crate::watch::{Brake, Stages};
use note::note;
use script::Prepared;

/// What is to run.
pub(super) struct Asked {
    pub(super) due: Names,
    /// Whether stages run although nothing they depend on has changed.
    pub(super) force: bool,
    /// How those ended that need not run.
    pub(super) settled: HashMap<Arc<str>, Settled>,
}

pub(super) enum Names {
    Everything {
        /// Those too that only a person starts.
        manual: bool,
        /// Those that run in any case.
        rest: Vec<Arc<str>>,
    },
    Stages(Vec<Arc<str>>),
}

/// A run, as seen by who started it.
pub(super) struct Handle {
    /// Whether nothing of it goes on any more.
    pub(super) is_quiet: bool,
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
        is_quiet: false,
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
        fell_back: AtomicBool::new(false),
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
    /// Whether the script is wrong, and this is a run of the last one that was right.
    fell_back: AtomicBool,
}

impl Once {
    fn go(self, asked: Asked) {
        let session = self.session.clone();
        let (over, inputs) = self.run(asked);
        session.messages.send(Message::Over(over));
        // While nothing happens: the next run shall not wait for this.
        let inputs = inputs.iter().map(Vec::as_slice);
        session.cache().look_ahead(inputs, &session.cancel);
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
        recorder.accompany(&self.cancel);
        session.set_recorder(Some(recorder.clone()));
        let events = self.events(&recorder);
        let mut inputs = Vec::new();
        let done = self.stages(asked, &recorder, &events, &mut inputs);
        recorder.finish();
        session.set_recorder(None);
        if self.brake.is_superseded() {
            let failure = Failure::new(Kind::Interrupted, "files changed meanwhile");
            // Whoever reads events is told, and nobody else.
            let _ = self.report.close(Err(Arc::new(failure)));
            return (Over::Superseded, inputs);
        }
        let broken = self.fell_back.load(Ordering::Relaxed)
            || matches!(&done, Err(failure) if failure.kind == Kind::Script);
        let over = match self.report.close(done) {
            Err(failure) if failure.kind == Kind::Interrupted => Over::Superseded,
            // Before anything was right, that is wrong which nothing but another command mends.
            Err(failure) if session.is_refused.load(Ordering::Relaxed) => Over::Refused(failure),
            done => {
                if let Err(failure) = &done {
                    show(failure, false, &session.secrets);
                }
                match done {
                    _ if broken => Over::Broken,
                    Ok(()) if self.drain.load(Ordering::Relaxed) => Over::Superseded,
                    Ok(()) => Over::Passed,
                    Err(_) => Over::Failed,
                }
            }
        };
        (over, inputs)
    }

    fn stages(
        &self,
        mut asked: Asked,
        recorder: &Recorder,
        events: &Events,
        inputs: &mut Vec<Vec<String>>,
    ) -> Result<(), Arc<Failure>> {
        let session = &self.session;
        let rehearsal = rehearsal(session.rehearse, &[], &session.secrets)?;
        let setting = self.setting(events, rehearsal.as_ref());
        let Prepared {
            mut good,
            context,
            files,
        } = self.prepare(setting, &mut asked)?;
        let plan = &good.declared.plan;
        *inputs = plan
            .stages
            .iter()
            .map(|stage| stage.inputs.clone())
            .collect();
        let order = plan::order(plan).map_err(Arc::new)?;
        let selected = plan::select(plan, &order, &session.selection).map_err(|failure| {
            let is_first = lock(&session.good).is_none() && !self.fell_back.load(Ordering::Relaxed);
            session.is_refused.store(is_first, Ordering::Relaxed);
            Arc::new(failure)
        })?;
        let named = plan::named(plan, &session.selection).map_err(Arc::new)?;
        let stages =
            Stages::new(plan, &selected.order, |index| named.contains(&index)).map_err(Arc::new)?;
        let chosen = chosen(&stages, &asked.due);
        session.messages.send(Message::Loaded {
            chosen: chosen.clone(),
            files,
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
                    skip: session.selection.skip.clone(),
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
            .cache()
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

    /// What the run tells: to the journal, to the watch, and to people until another takes its
    /// place.
    fn events(&self, recorder: &Recorder) -> Events {
        let (brake, session) = (self.brake.clone(), self.session.clone());
        let report = numbered(&self.report, recorder, session.report.json);
        let (quiet, recorder) = (self.report.quiet_events(), recorder.clone());
        Events::new(move |event| {
            // What somebody does who reads of the end is not done by the run.
            if matches!(event, Event::RunFinished { .. }) {
                session.send_and_wait(|heard| Message::Quiet { heard });
            }
            let heard = brake.lets_hear(&event);
            brake.see(&event);
            recorder.record(&event);
            if heard {
                report.emit(event.clone());
            } else {
                quiet.emit(event.clone());
            }
            note(&session, &event);
        })
    }
}

/// The stages that will have their turn: those due, and all that these need.
fn chosen(stages: &Stages, due: &Names) -> Vec<Arc<str>> {
    let positions = match due {
        Names::Everything { manual: true, .. } => (0..stages.names().count()).collect(),
        Names::Everything { manual: false, .. } => stages.automatic(),
        Names::Stages(names) => {
            let due = names.iter().filter_map(|name| stages.position(name));
            stages.with_needs(due).into_iter().collect()
        }
    };
    let names = positions.into_iter().map(|position| stages.name(position));
    names.cloned().collect()
}
