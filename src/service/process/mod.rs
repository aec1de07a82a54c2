//! Child processes: each leads a process group of its own, and the group dies whole.

mod tail;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::cancel::Cancel;
use crate::event::Stream;

pub use tail::Tail;

/// How long a group may take to end after `SIGTERM` before `SIGKILL`.
const GRACE: Duration = Duration::from_secs(1);

/// A command as data; [`run`] executes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub program: OsString,
    pub args: Vec<OsString>,
    pub directory: PathBuf,
    /// The whole environment of the child.
    pub environment: BTreeMap<String, String>,
    /// Written to standard input, which is empty otherwise.
    pub input: Option<Vec<u8>>,
    pub timeout: Option<Duration>,
}

/// A command that ended, whatever way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finished {
    pub end: End,
    pub took: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Exited(i32),
    /// By this signal, not one that wharf sent.
    Signalled(i32),
    /// Stopped because its `timeout` passed.
    TimedOut,
    /// Stopped because the run was.
    Cancelled,
}

impl Finished {
    pub fn success(&self) -> bool {
        self.end == End::Exited(0)
    }

    /// The exit code as a shell would tell it: 128 + n for signal n.
    pub fn exit_code(&self) -> Option<i32> {
        match self.end {
            End::Exited(code) => Some(code),
            End::Signalled(signal) => Some(128 + signal),
            End::TimedOut | End::Cancelled => None,
        }
    }
}

/// Why a command could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("`{0}` is not installed or not on `PATH`")]
    NotFound(String),
    #[error("the directory `{}` does not exist", .0.display())]
    NoDirectory(PathBuf),
    #[error("`{program}` cannot be started")]
    Spawn {
        program: String,
        #[source]
        source: io::Error,
    },
}

enum Message {
    Output(Stream, Vec<u8>),
    Closed,
    Exited,
    Cancelled,
}

/// Runs `command` to its end, handing its output to `on_output` as it arrives. What the command
/// leaves running in its group when it ends is stopped too.
pub fn run(
    command: &Command,
    cancel: &Cancel,
    on_output: &mut dyn FnMut(Stream, &[u8]),
) -> Result<Finished, ProcessError> {
    let started = Instant::now();
    let mut child = spawn(command)?;
    let group = Group::of(&child);
    let _running = Running::enter(group);
    let (sender, receiver) = channel();
    feed(&mut child, command.input.clone());
    listen(&mut child, &sender);
    let exit = sender.clone();
    thread::spawn(move || {
        let _ = waitid(
            WaitId::Pid(group.0),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        );
        let _ = exit.send(Message::Exited);
    });
    let _registration = cancel.on_cancel(move || {
        let _ = sender.send(Message::Cancelled);
    });
    let deadline = command.timeout.map(|timeout| started + timeout);
    let stopped = attend(&receiver, group, deadline, on_output);
    group.signal(Signal::KILL);
    let status = child.wait().map_err(|source| ProcessError::Spawn {
        program: display(&command.program),
        source,
    })?;
    Ok(Finished {
        end: stopped.unwrap_or_else(|| end(status)),
        took: started.elapsed(),
    })
}

fn spawn(command: &Command) -> Result<Child, ProcessError> {
    let mut builder = std::process::Command::new(&command.program);
    builder
        .args(&command.args)
        .current_dir(&command.directory)
        .stdin(if command.input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    // Only what differs is set: an untouched `PATH` lets the standard library use posix_spawn,
    // which costs a third of fork and exec.
    for (name, value) in &command.environment {
        if std::env::var_os(name).is_none_or(|own| own != value.as_str()) {
            builder.env(name, value);
        }
    }
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| !command.environment.contains_key(name))
        {
            builder.env_remove(name);
        }
    }
    builder.spawn().map_err(|source| {
        if source.kind() != io::ErrorKind::NotFound {
            ProcessError::Spawn {
                program: display(&command.program),
                source,
            }
        } else if command.directory.is_dir() {
            ProcessError::NotFound(display(&command.program))
        } else {
            ProcessError::NoDirectory(command.directory.clone())
        }
    })
}

/// Writes the input on a thread of its own, so that a child that reads late cannot block us.
fn feed(child: &mut Child, input: Option<Vec<u8>>) {
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        thread::spawn(move || {
            // A child that closes its input early has read what it wanted.
            let _ = stdin.write_all(&input);
        });
    }
}

fn listen(child: &mut Child, sender: &Sender<Message>) {
    fn pump(mut pipe: impl Read + Send + 'static, stream: Stream, sender: Sender<Message>) {
        thread::spawn(move || {
            let mut buffer = vec![0; 32 * 1024];
            loop {
                match pipe.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(length) => {
                        let bytes = buffer[..length].to_vec();
                        if sender.send(Message::Output(stream, bytes)).is_err() {
                            return;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            let _ = sender.send(Message::Closed);
        });
    }
    if let Some(pipe) = child.stdout.take() {
        pump(pipe, Stream::Stdout, sender.clone());
    }
    if let Some(pipe) = child.stderr.take() {
        pump(pipe, Stream::Stderr, sender.clone());
    }
}

/// Passes output on until the child has ended and both pipes are closed. Tells how the child was
/// stopped, if it was.
fn attend(
    receiver: &Receiver<Message>,
    group: Group,
    mut deadline: Option<Instant>,
    on_output: &mut dyn FnMut(Stream, &[u8]),
) -> Option<End> {
    let (mut open, mut exited, mut stopped, mut killed) = (2, false, None, false);
    while open > 0 || !exited {
        let message = match deadline {
            Some(at) => receiver.recv_timeout(at.saturating_duration_since(Instant::now())),
            None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match message {
            Ok(Message::Output(stream, bytes)) => on_output(stream, &bytes),
            Ok(Message::Closed) => open -= 1,
            Ok(Message::Exited) => {
                exited = true;
                // The pipes close with the last of the group; what stays behind is told to go.
                if open > 0 {
                    deadline = Some(Instant::now() + GRACE / 10);
                }
            }
            Ok(Message::Cancelled) if stopped.is_none() && !exited => {
                stopped = Some(End::Cancelled);
                group.signal(Signal::TERM);
                deadline = Some(Instant::now() + GRACE);
            }
            Ok(Message::Cancelled) => {}
            Err(RecvTimeoutError::Timeout) if killed => break,
            Err(RecvTimeoutError::Timeout) if stopped.is_some() || exited => {
                killed = true;
                group.signal(Signal::KILL);
                deadline = Some(Instant::now() + GRACE / 4);
            }
            Err(RecvTimeoutError::Timeout) => {
                stopped = Some(End::TimedOut);
                group.signal(Signal::TERM);
                deadline = Some(Instant::now() + GRACE);
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    stopped
}

fn end(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, signal) => End::Signalled(signal.unwrap_or_default()),
    }
}

/// Ends every group that runs now without waiting, for a process that is about to exit.
pub fn kill_all() {
    for group in running().iter() {
        group.signal(Signal::KILL);
    }
}

static RUNNING: Mutex<Vec<Group>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<Group>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lists a group in [`RUNNING`] while it lives.
struct Running(Group);

impl Running {
    fn enter(group: Group) -> Self {
        running().push(group);
        Self(group)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        running().retain(|group| *group != self.0);
    }
}

/// The process group a child leads. Its id cannot be reused before the child is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Group(Pid);

impl Group {
    fn of(child: &Child) -> Self {
        Self(Pid::from_child(child))
    }

    fn signal(self, signal: Signal) {
        // The only failure is that nobody is left.
        let _ = kill_process_group(self.0, signal);
    }
}

fn display(program: &OsString) -> String {
    program.to_string_lossy().into_owned()
}
