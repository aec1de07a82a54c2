//! Stops a run, but not in the middle of an effect.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cancel::{Cancel, Reason};
use crate::event::Event;

/// Cancels one run as soon as nothing of it is on its way out of the machine. Clones share it.
#[derive(Clone, Debug)]
pub struct Brake {
    cancel: Cancel,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Calls that publish, deploy or notify and have not ended.
    effects: usize,
    pulled: bool,
}

impl Brake {
    /// For the run that `cancel` stops.
    pub fn new(cancel: Cancel) -> Self {
        Self {
            cancel,
            state: Arc::default(),
        }
    }

    /// Stops the run: now, or when the effects it is in the middle of are over.
    pub fn pull(&self) {
        let mut state = self.lock();
        state.pulled = true;
        self.stop_if_free(&state);
    }

    /// Has to see each event of the run on the thread that it happens on: an effect begins when
    /// this returns.
    pub fn see(&self, event: &Event) {
        match event {
            Event::ActionStarted { call, .. } if call.effect.leaves_the_machine() => {
                self.lock().effects += 1;
            }
            Event::ActionFinished { call, .. } if call.effect.leaves_the_machine() => {
                let mut state = self.lock();
                state.effects = state.effects.saturating_sub(1);
                self.stop_if_free(&state);
            }
            _ => {}
        }
    }

    /// Whether the run is to stop, and has been told to.
    pub fn has_stopped(&self) -> bool {
        let state = self.lock();
        state.pulled && state.effects == 0
    }

    fn stop_if_free(&self, state: &State) {
        if state.pulled && state.effects == 0 {
            self.cancel.cancel(Reason::Superseded);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::Brake;
    use crate::cancel::Cancel;
    use crate::effect::Effect;
    use crate::event::{Call, Event};

    fn call(effect: Effect) -> Call {
        Call {
            action: "sh",
            effect,
            number: 0,
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
        brake.pull();
        assert!(cancel.is_cancelled());
    }

    #[test]
    fn an_effect_is_let_to_end() {
        let cancel = Cancel::new();
        let brake = Brake::new(cancel.clone());
        brake.see(&started(Effect::Deploy));
        brake.see(&started(Effect::Notify));
        brake.pull();
        brake.see(&finished(Effect::Deploy));
        assert!(!cancel.is_cancelled() && !brake.has_stopped());
        brake.see(&finished(Effect::Notify));
        assert!(cancel.is_cancelled() && brake.has_stopped());
    }
}
