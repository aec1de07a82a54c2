//! Run a command.

mod simple;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Action, ActionError, Category, Context, Descriptor, Duration, Effect, Example, Expected,
};
use crate::event::Stream;
use crate::service::process::{self, Command, End, Finished, Kept, ProcessError, Tail};

pub(super) const ACTION: Descriptor = Descriptor::of::<Sh>();

struct Sh;

/// What `sh` can be told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// A text for the shell, or an array that is executed without one.
    command: CommandLine,
    /// The folder to run in; the repository's root if not given.
    cwd: Option<String>,
    /// Environment names and values on top of the stage's.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// How long it may take before its process group is stopped; no limit if not given.
    timeout: Option<Duration>,
    /// Text for its standard input, which is empty otherwise.
    input: Option<String>,
    /// Keep its output for the script without showing it.
    #[serde(default)]
    capture: bool,
    /// Continue if it fails; `exit_code` says how it ended.
    #[serde(default)]
    allow_failure: bool,
    /// The shell and its arguments; `["/bin/sh", "-eu", "-c"]` if not given.
    shell: Option<Vec<String>>,
    /// How far it reaches, such as `"deploy"` for `kubectl apply`; `"check"` if not given.
    effect: Option<Effect>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "must be text or an array of texts")]
enum CommandLine {
    Shell(String),
    Arguments(Vec<String>),
}

/// What came of the command.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// 0 for success; 128 + n when signal n ended it.
    exit_code: i32,
    /// What it wrote to standard output, without the last line's end; the last 16 MiB of it.
    stdout: String,
    /// The same for standard error.
    stderr: String,
    /// How long it took.
    seconds: f64,
}

/// How much of an output a script may want.
const KEPT: usize = 16 << 20;
const SHOWN: usize = 20;

impl Action for Sh {
    const NAME: &'static str = "sh";
    const CATEGORY: Category = Category::Commands;
    const SUMMARY: &'static str = "Run a command";
    const EFFECT: Effect = Effect::Check;
    const NATURAL: Option<&'static str> = Some("command");
    const ERRORS: &'static [&'static str] = &[
        "if the command ends with another exit code than 0, unless `allow_failure` is set",
        "if it takes longer than `timeout`",
    ];
    const EXAMPLES: &'static [Example] = &[
        Example {
            title: "uses what a command prints",
            files: &[("VERSION", "1.4.2\n")],
            script: r#"let version = sh("cat VERSION", #{ capture: true }).stdout;
print(`releasing ${version}`);"#,
            outcome: Expected::Prints("releasing 1.4.2\n"),
        },
        Example {
            title: "passes arguments as they are, without a shell",
            files: &[],
            script: r#"sh(["echo", "$HOME is not expanded"]);"#,
            outcome: Expected::Prints("$HOME is not expanded\n"),
        },
        Example {
            title: "continues after a failure that it expects",
            files: &[],
            script: r#"let found = sh("grep -q Unreleased CHANGELOG.md", #{ allow_failure: true });
if found.exit_code != 0 { print("nothing to release"); }"#,
            outcome: Expected::Prints("nothing to release\n"),
        },
        Example {
            title: "fails as the command does",
            files: &[],
            script: r#"sh("echo no disk space left >&2; exit 4");"#,
            outcome: Expected::Fails("`sh`: the command ended with exit code 4"),
        },
    ];

    type Options = Options;
    type Output = Output;

    fn effect(options: &Options) -> Effect {
        options.effect.unwrap_or(Self::EFFECT)
    }

    fn run(context: &Context, options: Options) -> Result<Output, ActionError> {
        let command = command(context, &options)?;
        if context.standins.is_some() {
            context.say(format!("would run: {}", written(&options)));
            return Ok(Output {
                exit_code: 0,
                stdout: String::new(),
                stderr: String::new(),
                seconds: 0.0,
            });
        }
        let (mut stdout, mut stderr) = (Kept::new(KEPT), Kept::new(KEPT));
        let mut tail = Tail::new(SHOWN);
        let mut outlet = context.outlet();
        let on_output = &mut |stream, bytes: &[u8]| {
            match stream {
                Stream::Stdout => stdout.push(bytes),
                Stream::Stderr => stderr.push(bytes),
            }
            tail.push(stream, bytes);
            if !options.capture {
                outlet.push(stream, bytes);
            }
        };
        let mut run = |command: &Command| process::run(command, &context.cancel, on_output);
        let finished = match without_shell(&options, &command).map(|direct| run(&direct)) {
            Some(finished @ (Ok(_) | Err(ProcessError::Lost { .. }))) => finished,
            // What cannot be started as it is the shell may know, or says what a shell says.
            Some(Err(_)) | None => run(&command),
        }
        .map_err(|error| ActionError::from_process(&error))?;
        judge(context, &finished, &options, tail)?;
        Ok(Output {
            exit_code: finished.exit_code().unwrap_or_default(),
            stdout: text(stdout),
            stderr: text(stderr),
            seconds: finished.took.as_secs_f64(),
        })
    }
}

/// What the options say to execute, as data.
fn command(context: &Context, options: &Options) -> Result<Command, ActionError> {
    let words = words(options)?;
    if words.iter().any(|word| word.contains('\0')) {
        let message = "a command cannot hold a zero byte";
        return Err(ActionError::option("command", message));
    }
    let mut words = words.into_iter();
    let program = words
        .next()
        .filter(|program| !program.is_empty())
        .ok_or_else(|| ActionError::option("command", "there is no command in it"))?;
    if let Some(name) = options
        .env
        .keys()
        .find(|name| name.is_empty() || name.contains(['=', '\0']))
    {
        let message = format!("`{name}` cannot be the name of an environment variable");
        return Err(ActionError::option(format!("env.{name}"), message));
    }
    let mut environment = context.environment.clone();
    if !options.env.is_empty() {
        Arc::make_mut(&mut environment).extend(options.env.clone());
    }
    Ok(Command {
        program: program.into(),
        args: words.map(Into::into).collect(),
        directory: context.path(options.cwd.as_deref().unwrap_or_default()),
        environment,
        input: options.input.clone().map(String::into_bytes),
        timeout: options.timeout.map(Into::into),
    })
}

/// The program and its arguments.
fn words(options: &Options) -> Result<Vec<String>, ActionError> {
    let line = match &options.command {
        CommandLine::Arguments(_) if options.shell.is_some() => {
            let message = "is not used: a command in an array is executed without a shell";
            return Err(ActionError::option("shell", message)
                .hint("give the command as one text, or the shell in the array"));
        }
        CommandLine::Arguments(words) => return Ok(words.clone()),
        CommandLine::Shell(line) => line,
    };
    if line.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut words = match &options.shell {
        Some(shell) if shell.is_empty() => {
            return Err(ActionError::option("shell", "there is no program in it"));
        }
        Some(shell) => shell.clone(),
        None => ["/bin/sh", "-eu", "-c"].map(str::to_owned).to_vec(),
    };
    words.push(line.clone());
    Ok(words)
}

/// The `command` of a shell, without the shell where that would only execute one program.
fn without_shell(options: &Options, command: &Command) -> Option<Command> {
    let (None, CommandLine::Shell(line)) = (&options.shell, &options.command) else {
        return None;
    };
    let mut words = simple::words(line)?.into_iter();
    let mut direct = command.clone();
    direct.program = words.next()?.into();
    direct.args = words.map(Into::into).collect();
    // A shell keeps it true.
    let pwd = direct.environment.get("PWD");
    if pwd.is_some_and(|pwd| Path::new(pwd) != direct.directory)
        && let Ok(directory) = direct.directory.canonicalize()
        && let Some(directory) = directory.to_str()
    {
        Arc::make_mut(&mut direct.environment).insert("PWD".to_owned(), directory.to_owned());
    }
    Some(direct)
}

fn judge(
    context: &Context,
    finished: &Finished,
    options: &Options,
    tail: Tail,
) -> Result<(), ActionError> {
    let message = match finished.end {
        End::Cancelled => return Err(ActionError::cancelled()),
        End::Exited(0) => return Ok(()),
        End::Exited(_) | End::Signalled(_) if options.allow_failure => return Ok(()),
        End::Exited(code) => format!("the command ended with exit code {code}"),
        End::Signalled(signal) => format!("the command was ended by {}", signal_name(signal)),
        End::TimedOut => {
            let limit = options.timeout.map(Into::into).unwrap_or_default();
            let limit = humantime::format_duration(limit);
            format!("the command took longer than its timeout of {limit}")
        }
    };
    // What was streamed stands above already.
    let lines = tail.into_lines(&context.secrets);
    let failure = ActionError::new(message)
        .exit_code(finished.exit_code())
        .output(lines);
    Err(match finished.end {
        End::TimedOut => failure.unfinished(),
        _ => failure,
    })
}

/// `SIGKILL`, or `signal 64` where it has no common name.
fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}

fn written(options: &Options) -> String {
    match &options.command {
        CommandLine::Shell(line) => line.clone(),
        CommandLine::Arguments(words) => words.join(" "),
    }
}

/// As a script takes it: without the end of the last line.
fn text(kept: Kept) -> String {
    let mut text = kept.into_text();
    if text.ends_with('\n') {
        text.pop();
    }
    text
}
