//! Stops a run, but not in the middle of an effect.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::cancel::{Cancel, Reason};
use crate::event::{Call, Event};

/// Cancels one run as soon as nothing of it is on its way out of the machine. Clones share it.
#[derive(Clone, Debug)]
pub struct Brake {
    cancel: Cancel,
    shared: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Debug, Default)]
struct State {
    /// Calls that publish, deploy or notify and have not ended.
    effects: BTreeSet<(Arc<str>, u32)>,
    /// Why the run is to stop, once it is.
    pulled: Option<Reason>,
    /// The stages that were in the middle of one when it was pulled.
    finishing: BTreeSet<Arc<str>>,
}

impl State {
    fn has_stopped(&self) -> bool {
        self.pulled.is_some() && self.effects.is_empty()
    }

    fn is_superseded(&self) -> bool {
        self.has_stopped() && self.pulled == Some(Reason::Superseded)
    }
}

impl Brake {
    /// For the run that `cancel` stops.
    pub fn new(cancel: Cancel) -> Self {
        Self {
            cancel,
            shared: Arc::default(),
        }
    }

    /// Stops the run: now, or when the effects it is in the middle of are over.
    pub fn pull(&self, reason: Reason) {
        let mut state = self.lock();
        if state.has_stopped() {
            return;
        }
        state.pulled = Some(reason);
        state.finishing = state
            .effects
            .iter()
            .map(|(stage, _)| stage.clone())
            .collect();
        self.stop_if_free(&state);
    }

    /// Has to see each event of the run on the thread that it happens on: an effect begins when
    /// this returns. Once the brake is pulled none does: this returns when the run is cancelled.
    pub fn see(&self, event: &Event) {
        match event {
            Event::ActionStarted { stage, call } if call.effect.leaves_the_machine() => {
                let mut state = self.lock();
                let (_, changed) = &*self.shared;
                while state.pulled.is_some() && !state.effects.is_empty() {
                    state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                if state.pulled.is_none() {
                    state.effects.insert(key(stage, call));
                }
            }
            Event::ActionFinished { stage, call, .. } => {
                let mut state = self.lock();
                if state.effects.remove(&key(stage, call)) {
                    self.stop_if_free(&state);
                }
            }
            _ => {}
        }
    }

    /// Whether the run was told to stop because another takes its place.
    pub fn is_superseded(&self) -> bool {
        self.lock().is_superseded()
    }

    /// Whether a person wants to hear of an event: not once another run takes the place of this one,
    /// but for the end of a stage whose effect it waited for.
    pub fn lets_hear(&self, event: &Event) -> bool {
        let state = self.lock();
        match event {
            Event::StageFinished { stage, .. } if state.finishing.contains(stage) => true,
            _ => !state.is_superseded(),
        }
    }

    fn stop_if_free(&self, state: &State) {
        if let Some(reason) = state.pulled.clone().filter(|_| state.has_stopped()) {
            self.cancel.cancel(reason);
            let (_, changed) = &*self.shared;
            changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let (state, _) = &*self.shared;
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(stage: &Arc<str>, call: &Call) -> (Arc<str>, u32) {
    (stage.clone(), call.number)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::Brake;
    use crate::cancel::{Cancel, Reason};
    use crate::effect::Effect;
    use crate::event::{Call, Event};

    fn call(effect: Effect) -> Call {
        Call {
            action: "sh",
            effect,
            number: u32::from(effect == Effect::Notify),
            options: String::new(),
            rehearsed: false,
        }
    }

    fn started(effect: Effect) -> Event {
        Event::ActionStarted {
            stage: "deploy".into(),
            call: call(effect),
        }
    }

    fn finished(effect: Effect) -> Event {
        Event::ActionFinished {
            stage: "deploy".into(),
            call: call(effect),
            took: Duration::ZERO,
            result: Ok(Arc::default()),
            unfinished: false,
            found: None,
        }
    }

    #[test]
    fn a_run_stops_at_once_where_nothing_leaves_the_machine() {
        let cancel = Cancel::new();
        let brake = Brake::new(cancel.clone());
        brake.see(&started(Effect::Build));
        brake.pull(Reason::Superseded);
        assert!(cancel.is_cancelled());
    }

    #[test]
    fn an_effect_is_let_to_end() {
        let cancel = Cancel::new();
        let brake = Brake::new(cancel.clone());
        brake.see(&started(Effect::Deploy));
        brake.see(&started(Effect::Notify));
        brake.pull(Reason::Superseded);
        brake.see(&finished(Effect::Deploy));
        assert!(!cancel.is_cancelled() && !brake.is_superseded());
        brake.see(&finished(Effect::Notify));
        assert!(cancel.is_cancelled() && brake.is_superseded());
    }

    #[test]
    fn a_person_hears_the_end_of_a_run_unless_another_takes_its_place() {
        for (reason, heard) in [(Reason::Interrupted, true), (Reason::Superseded, false)] {
            let brake = Brake::new(Cancel::new());
            brake.pull(reason);
            assert_eq!(brake.lets_hear(&started(Effect::Build)), heard);
        }
    }

    #[test]
    fn no_effect_begins_once_it_is_pulled() {
        let cancel = Cancel::new();
        let brake = Brake::new(cancel.clone());
        brake.see(&started(Effect::Deploy));
        brake.pull(Reason::Superseded);
        std::thread::scope(|scope| {
            let late = scope.spawn(|| {
                brake.see(&started(Effect::Notify));
                assert!(cancel.is_cancelled(), "it would begin");
            });
            brake.see(&finished(Effect::Deploy));
            late.join().expect("no panic");
        });
        assert!(brake.is_superseded());
    }
}
