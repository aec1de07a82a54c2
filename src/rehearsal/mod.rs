//! Stand-ins on loopback that play the services during a rehearsal: the same client code talks to
//! them, and they tell afterwards what each service would have received.

mod fault;
mod receiver;
mod registry;
mod render;
mod sentry;
mod server;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::action::{Injected, Standins};
use crate::event::Received;
use crate::secret::Secrets;

pub use fault::{Fault, SERVICES};

use fault::Faults;
use server::{Standin, bind, serve};

/// Stand-ins that are up. Dropping it takes them down.
pub struct Rehearsal {
    standins: Arc<Standins>,
    players: Vec<Player>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How to ask one stand-in what it received.
struct Player {
    service: &'static str,
    received: Box<dyn Fn() -> Vec<String> + Send + Sync>,
}

impl Rehearsal {
    /// Starts all stand-ins, told to fail as `faults` say. What they tell has no secret in it.
    pub fn start(faults: Vec<Fault>, secrets: &Secrets) -> io::Result<Self> {
        let injected = Injected::default();
        let faults = Arc::new(Faults::new(faults, injected.clone()));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let mut players = Vec::new();
        let guard = runtime.enter();
        let registry = play(registry::Registry::default(), &faults, &mut players)?;
        let render = play(render::Render::default(), &faults, &mut players)?;
        let sentry = play(sentry::Sentry::default(), &faults, &mut players)?;
        let http = play(receiver::Receiver::new(secrets), &faults, &mut players)?;
        drop(guard);
        let thread = std::thread::Builder::new()
            .name("wharf-rehearsal".to_owned())
            .spawn(move || {
                // Either way it is time to go.
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Self {
            standins: Arc::new(Standins {
                registry,
                render: format!("http://{render}"),
                sentry: format!("http://{sentry}"),
                http: format!("http://{http}"),
                injected,
            }),
            players,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub fn standins(&self) -> Arc<Standins> {
        self.standins.clone()
    }

    /// What each service would have received so far.
    pub fn received(&self) -> Vec<Received> {
        let ask = |player: &Player| Received {
            service: player.service,
            lines: (player.received)(),
        };
        self.players.iter().map(ask).collect()
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A stand-in that broke has nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// Puts one stand-in up and tells its `host:port`.
fn play<S: Standin>(
    standin: S,
    faults: &Arc<Faults>,
    players: &mut Vec<Player>,
) -> io::Result<String> {
    let standin = Arc::new(standin);
    let (listener, address) = bind()?;
    tokio::spawn(serve(listener, standin.clone(), faults.clone()));
    let faults = faults.clone();
    players.push(Player {
        service: S::NAME,
        received: Box::new(move || {
            let mut lines = standin.received();
            lines.extend(faults.played(S::NAME));
            counted(lines)
        }),
    });
    Ok(address)
}

/// The lines in their order, each once, with how often it was there.
fn counted(lines: Vec<String>) -> Vec<String> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut places = HashMap::new();
    for line in lines {
        let place = *places.entry(line.clone()).or_insert(found.len());
        match found.get_mut(place) {
            Some((_, times)) => *times += 1,
            None => found.push((line, 1)),
        }
    }
    let told = found.into_iter().map(|(line, times)| match times {
        1 => line,
        _ => format!("{line} × {times}"),
    });
    told.collect()
}
