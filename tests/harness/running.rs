use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::finished::Unseen;
use super::{Finished, LIMIT, PATIENCE};

/// A program that runs, its output collected as it comes.
#[derive(Debug)]
pub(crate) struct Running {
    base: PathBuf,
    child: Child,
    stdout: Collected,
    stderr: Collected,
}

impl Running {
    pub(super) fn start(mut command: Command, base: PathBuf) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
        let stdout = Collected::from(child.stdout.take().expect("a piped stream"));
        let stderr = Collected::from(child.stderr.take().expect("a piped stream"));
        Self {
            base,
            child,
            stdout,
            stderr,
        }
    }

    /// Waits until standard output holds `text`.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.stdout.wait_for(text);
    }

    /// Waits until standard error holds `text`.
    #[track_caller]
    pub(crate) fn wait_for_stderr(&self, text: &str) {
        self.stderr.wait_for(text);
    }

    /// Waits until standard output holds `text` so many times.
    #[track_caller]
    pub(crate) fn wait_for_count(&self, text: &str, count: usize) {
        self.stdout.wait_for_count(text, count);
    }

    /// Waits until standard error holds `text` so many times.
    #[track_caller]
    pub(crate) fn wait_for_stderr_count(&self, text: &str, count: usize) {
        self.stderr.wait_for_count(text, count);
    }

    /// What standard output holds so far.
    pub(crate) fn stdout_so_far(&self) -> String {
        String::from_utf8_lossy(&self.stdout.so_far()).into_owned()
    }

    /// What standard output holds so far from a byte on.
    pub(crate) fn stdout_from(&self, begin: usize) -> String {
        String::from_utf8_lossy(&self.stdout.since(begin)).into_owned()
    }

    /// What standard error holds so far.
    pub(crate) fn stderr_so_far(&self) -> String {
        String::from_utf8_lossy(&self.stderr.so_far()).into_owned()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("a child that was not waited for");
    }

    /// Waits for the end. Output that a surviving grandchild still holds open is not waited for.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Finished {
        let status = end(&mut self.child);
        Finished {
            base: self.base,
            status,
            stdout: Unseen::new(&self.stdout.all()),
            stderr: Unseen::new(&self.stderr.all()),
            exit_seen: false,
        }
    }

    /// As [`Running::finish`], asserting that the end comes within `limit`.
    #[track_caller]
    pub(crate) fn finish_within(self, limit: Duration) -> Finished {
        let begin = Instant::now();
        let finished = self.finish();
        let took = begin.elapsed();
        assert!(took <= limit, "ended after {took:?}, not {limit:?}");
        finished
    }
}

/// Waits for the end of `child`, which must come in good time.
#[track_caller]
pub(super) fn end(child: &mut Child) -> ExitStatus {
    let pid = Pid::from_child(child);
    let (ended, end) = channel::<()>();
    let guard = thread::spawn(move || {
        let late = end.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout);
        if late {
            // It may end by itself at this very moment.
            let _ = kill_process(pid, Signal::KILL);
        }
        late
    });
    let status = child.wait().expect("a child of this process");
    drop(ended);
    let late = guard.join().expect("no panic while waiting");
    assert!(!late, "still running after {LIMIT:?}");
    status
}

/// What a stream said so far, and whether it ended.
#[derive(Debug)]
pub(super) struct Collected {
    shared: Arc<(Mutex<Said>, Condvar)>,
}

#[derive(Debug, Default)]
struct Said {
    bytes: Vec<u8>,
    ended: bool,
}

impl Collected {
    pub(super) fn from(mut stream: impl Read + Send + 'static) -> Self {
        let shared = Arc::new((Mutex::new(Said::default()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            let (state, changed) = &*theirs;
            let mut piece = [0; 8192];
            loop {
                // A terminal whose program ended is an error here, not an end.
                let count = stream.read(&mut piece).unwrap_or(0);
                let mut state = state.lock().expect("no panic while collecting");
                state.bytes.extend_from_slice(&piece[..count]);
                state.ended = count == 0;
                changed.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Self { shared }
    }

    #[track_caller]
    pub(super) fn wait_for(&self, text: &str) {
        self.wait_for_count(text, 1);
    }

    #[track_caller]
    pub(super) fn wait_for_count(&self, text: &str, count: usize) {
        let (state, changed) = &*self.shared;
        let state = state.lock().expect("no panic while collecting");
        let found = |state: &Said| String::from_utf8_lossy(&state.bytes).matches(text).count();
        let missing = |state: &mut Said| !state.ended && found(state) < count;
        let (state, _) = changed
            .wait_timeout_while(state, PATIENCE, missing)
            .expect("no panic while collecting");
        let said = String::from_utf8_lossy(&state.bytes);
        assert!(
            found(&state) >= count,
            "`{text}` was not said {count} times, but:\n{said}"
        );
    }

    pub(super) fn so_far(&self) -> Vec<u8> {
        self.since(0)
    }

    pub(super) fn since(&self, begin: usize) -> Vec<u8> {
        let (state, _) = &*self.shared;
        let state = state.lock().expect("no panic while collecting");
        state.bytes[begin..].to_vec()
    }

    /// Everything, once the stream ends; a stream that a grandchild keeps open ends here a
    /// moment after its program did.
    pub(super) fn all(&self) -> Vec<u8> {
        let (state, changed) = &*self.shared;
        let state = state.lock().expect("no panic while collecting");
        let (state, _) = changed
            .wait_timeout_while(state, Duration::from_millis(500), |state| !state.ended)
            .expect("no panic while collecting");
        state.bytes.clone()
    }
}
