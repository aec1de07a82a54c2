//! Child processes: each leads a process group of its own, and the group dies whole.

mod attend;
mod foreground;
mod group;
mod identity;
mod ignored;
mod tail;
mod watch;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::cancel::Cancel;
use crate::event::Stream;

use attend::Attendance;
use group::Group;

pub use foreground::foreground;
pub use identity::Identity;
pub use ignored::ignores;
pub use tail::{Kept, Tail};
pub use watch::{Change, leader, stop_groups, watch};

/// A command as data; [`run`] executes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub program: OsString,
    pub args: Vec<OsString>,
    pub directory: PathBuf,
    /// The whole environment of the child.
    pub environment: Arc<BTreeMap<String, String>>,
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

/// Why a command could not be started, or followed to its end.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("{}", not_found(.0))]
    NotFound(String),
    #[error("`{0}` is not executable")]
    NotExecutable(String),
    #[error("there is no directory `{}`", .0.display())]
    NoDirectory(PathBuf),
    #[error("{0} holds a zero byte, which no command can be given")]
    ZeroByte(String),
    #[error("`{program}` cannot be started")]
    Spawn {
        program: String,
        #[source]
        source: io::Error,
    },
    #[error("nobody can tell how `{program}` ended")]
    Lost {
        program: String,
        #[source]
        source: io::Error,
    },
}

/// Runs `command` to its end, handing its output to `on_output` as it arrives. What the command
/// leaves running in its group when it ends is stopped too.
pub fn run(
    command: &Command,
    cancel: &Cancel,
    on_output: &mut dyn FnMut(Stream, &[u8]),
) -> Result<Finished, ProcessError> {
    let started = Instant::now();
    let program = || display(&command.program);
    let trouble = |source| ProcessError::Spawn {
        program: program(),
        source,
    };
    let (cancelled, canceller) = io::pipe().map_err(trouble)?;
    let mut child = spawn(command)?;
    let group = Group::of(&child);
    let _running = Running::enter(group);
    feed(&mut child, command.input.clone());
    let _registration = cancel.on_cancel(move || {
        // The pipe holds far more than the one byte, and a reader that left needs none.
        let _ = (&canceller).write(&[0]);
    });
    let mut attendance = Attendance {
        outputs: outputs(&mut child),
        cancelled,
        cancel,
        started,
        group,
        end: None,
        // A time that no clock can show is none.
        deadline: command
            .timeout
            .and_then(|timeout| started.checked_add(timeout)),
        stopped: None,
    };
    attendance.attend(on_output);
    group.signal(Signal::KILL);
    let status = child.wait().map_err(|source| ProcessError::Lost {
        program: program(),
        source,
    })?;
    Ok(Finished {
        end: attendance.stopped.unwrap_or_else(|| end(status)),
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
    let own = own_environment();
    if !Arc::ptr_eq(own, &command.environment) {
        for (name, value) in &*command.environment {
            if own.get(name) != Some(value) {
                builder.env(name, value);
            }
        }
        for name in own.keys() {
            if !command.environment.contains_key(name) {
                builder.env_remove(name);
            }
        }
    }
    builder.spawn().map_err(|source| refusal(command, source))
}

/// What of `command` holds a zero byte, if anything does.
fn zero_byte(command: &Command) -> Option<String> {
    let has = |bytes: &[u8]| bytes.contains(&0);
    if has(command.directory.as_os_str().as_encoded_bytes()) {
        return Some("the name of the folder to run in".to_owned());
    }
    let mut environment = command.environment.iter();
    if let Some((name, _)) = environment.find(|(_, value)| has(value.as_bytes())) {
        return Some(format!("the environment variable `{name}`"));
    }
    let mut words = command.args.iter().chain([&command.program]);
    words
        .any(|word| has(word.as_encoded_bytes()))
        .then(|| "a word of the command".to_owned())
}

/// Why the system did not start `command`. It says “not found” for three different things.
fn refusal(command: &Command, source: io::Error) -> ProcessError {
    let program = display(&command.program);
    if let Some(holder) = zero_byte(command) {
        return ProcessError::ZeroByte(holder);
    }
    if !command.directory.is_dir() {
        return ProcessError::NoDirectory(command.directory.clone());
    }
    match source.kind() {
        // A script is there, and what its first line names is not.
        io::ErrorKind::NotFound
            if is_path(&program) && command.directory.join(&command.program).exists() =>
        {
            ProcessError::Spawn {
                program,
                source: io::Error::other("the program that its `#!` line names is not installed"),
            }
        }
        io::ErrorKind::NotFound => ProcessError::NotFound(program),
        io::ErrorKind::PermissionDenied => ProcessError::NotExecutable(program),
        _ => ProcessError::Spawn { program, source },
    }
}

fn not_found(program: &str) -> String {
    if is_path(program) {
        format!("there is no program `{program}`")
    } else {
        format!("`{program}` is not installed or not on `PATH`")
    }
}

/// Whether a program is named by its place, so that `PATH` is not searched.
fn is_path(program: &str) -> bool {
    program.contains('/')
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

/// The child's open pipes.
fn outputs(child: &mut Child) -> Vec<(Stream, OwnedFd)> {
    let stdout = child
        .stdout
        .take()
        .map(|pipe| (Stream::Stdout, pipe.into()));
    let stderr = child
        .stderr
        .take()
        .map(|pipe| (Stream::Stderr, pipe.into()));
    stdout.into_iter().chain(stderr).collect()
}

fn end(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, signal) => End::Signalled(signal.unwrap_or_default()),
    }
}

/// The environment of this process, as far as a script can be told of it: what is not UTF-8 goes to
/// each child as it is. Nothing changes it while wharf runs.
pub fn own_environment() -> &'static Arc<BTreeMap<String, String>> {
    static OWN: LazyLock<Arc<BTreeMap<String, String>>> = LazyLock::new(|| {
        let own = std::env::vars_os();
        let told = own.filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Arc::new(told.collect())
    });
    &OWN
}

/// Ends every group that runs now without waiting, for a process that is about to exit.
pub fn kill_all() {
    for group in running().iter() {
        group.signal(Signal::KILL);
    }
}

/// Stops every group that runs now for a while, until [`continue_all`].
pub fn pause_all() {
    for group in running().iter() {
        group.signal(Signal::STOP);
    }
}

pub fn continue_all() {
    for group in running().iter() {
        group.signal(Signal::CONT);
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
        watch::tell(Change::Started(group.id()));
        Self(group)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if thread::panicking() {
            // Nobody is left to wait for it.
            self.0.signal(Signal::KILL);
        }
        running().retain(|group| *group != self.0);
        watch::tell(Change::Ended(self.0.id()));
    }
}

fn display(program: &OsString) -> String {
    program.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::time::{Duration, Instant};
    use std::{env, thread};

    use super::{Cancel, Command, Identity, run};

    #[test]
    fn a_child_does_not_outlive_a_panic() {
        let command = Command {
            program: "sh".into(),
            args: vec!["-c".into(), "echo $$; exec sleep 600".into()],
            directory: env::temp_dir(),
            environment: Arc::new(env::vars().collect()),
            input: None,
            timeout: None,
        };
        let mut said = String::new();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            run(&command, &Cancel::new(), &mut |_, bytes| {
                said.push_str(&String::from_utf8_lossy(bytes));
                assert!(!said.ends_with('\n'), "as a defect would");
            })
        }));
        assert!(panicked.is_err());
        let id = said.trim().parse().expect("a process id");
        let begin = Instant::now();
        while Identity::of(id).is_some() {
            assert!(begin.elapsed() < Duration::from_secs(10), "it runs on");
            thread::park_timeout(Duration::from_millis(5));
        }
    }
}
