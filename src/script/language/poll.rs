//! `poll`: a closure, called again until it has an answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rhai::{Dynamic, Engine, FnPtr, NativeCallContext};

use super::function::{Function, FunctionOption};
use super::talk::pause;
use super::{Answer, wrong};
use crate::action::{Example, Expected};
use crate::failure::{Failure, Kind, nearest};
use crate::script::current;
use crate::script::host::Host;
use crate::script::raised::raise;
use crate::script::stage_options::{Given, Wrong, line, time};

pub(in crate::script) const POLL: Function = Function {
    name: "poll",
    signatures: &["(closure: Fn) -> ?", "(options: Map, closure: Fn) -> ?"],
    summary: "Call a closure until it returns something",
    doc: "Returns the first value that is neither nothing nor `false`. A rehearsal calls the closure once and returns whatever it does. Fails if `timeout` is over. Fails if the closure does: `try` inside it lets it continue.",
    example: Example {
        title: "waits for a file, and prints what is in it",
        files: &[("ready.txt", "ready")],
        script: r#"let answer = poll(#{ every: "500ms", what: "ready.txt" }, || {
    if exists("ready.txt") { read_file("ready.txt") }
});
print(answer);"#,
        outcome: Expected::Prints("ready\n"),
    },
};

/// All that `poll` can be told.
pub(super) const OPTIONS: [FunctionOption; 3] = [
    FunctionOption {
        name: "every",
        kind: "a length of time",
        doc: "the wait between two calls; 2 seconds if not given",
    },
    FunctionOption {
        name: "timeout",
        kind: "a length of time",
        doc: "how long to continue before it is a failure; 5 minutes if not given",
    },
    FunctionOption {
        name: "what",
        kind: "text",
        doc: "what is waited for, in messages: `the site to answer`",
    },
];

/// How a closure is polled.
pub(in crate::script) struct Poll {
    every: Duration,
    timeout: Duration,
    what: Option<String>,
}

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let host = host.clone();
    engine
        .register_fn(
            "poll",
            |context: NativeCallContext, closure: FnPtr| -> Answer {
                poll(&context, &Poll::default(), &closure)
            },
        )
        .register_fn(
            "poll",
            move |context: NativeCallContext, options: Dynamic, closure: FnPtr| -> Answer {
                let (options, wrongs) = read(&Given::of(&options));
                match wrongs.into_iter().next() {
                    Some(found) => Err(wrong(&host, &context, "poll", found)),
                    None => poll(&context, &options, &closure),
                }
            },
        );
}

impl Default for Poll {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(2),
            timeout: Duration::from_mins(5),
            what: None,
        }
    }
}

/// The options as far as they are known.
pub(in crate::script) fn read(given: &Given) -> (Poll, Vec<Wrong>) {
    let mut poll = Poll::default();
    let mut wrong = Vec::new();
    let entries = match given {
        Given::Map(entries) => entries.as_slice(),
        Given::Unknown => &[],
        other => {
            let message = format!("the options of `poll` must be a map, not {}", other.kind());
            wrong.push(Wrong::value("poll", message));
            &[]
        }
    };
    for (name, value) in entries {
        match name.as_str() {
            "every" => poll.every = time(value, name, &mut wrong).unwrap_or(poll.every),
            "timeout" => poll.timeout = time(value, name, &mut wrong).unwrap_or(poll.timeout),
            "what" => poll.what = line(value, name, &mut wrong),
            unknown => wrong.push(unknown_name(unknown)),
        }
    }
    (poll, wrong)
}

fn unknown_name(name: &str) -> Wrong {
    let names = OPTIONS.map(|option| option.name);
    let failure = Failure::script(format!("`poll` has no option `{name}`"));
    Wrong {
        path: name.to_owned(),
        name: true,
        failure: match nearest(name, names) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(format!("its options are: {}", names.join(", "))),
        },
    }
}

/// The first value of `closure` that is neither nothing nor `false`. A stand-in has no more to say
/// the second time, so a rehearsal asks once and takes what it gets.
fn poll(context: &NativeCallContext, poll: &Poll, closure: &FnPtr) -> Answer {
    let current = current::get().context;
    let what = poll.what.as_deref().unwrap_or("an answer");
    let began = Instant::now();
    let mut waiting = false;
    loop {
        let value: Dynamic = closure.call_within_context(context, ())?;
        if !value.is_unit() && !matches!(value.as_bool(), Ok(false)) {
            return Ok(value);
        }
        if current.standins.is_some() {
            current.simulate(format_args!("a rehearsal does not wait for {what}"));
            return Ok(value);
        }
        let left = poll.timeout.saturating_sub(began.elapsed());
        if left.is_zero() {
            let limit = humantime::format_duration(poll.timeout);
            let failure = Failure::new(Kind::Pipeline, format!("{limit} passed without {what}"));
            let hint = "`timeout` lets it go on for longer";
            return Err(raise(failure.hint(hint), context));
        }
        if !waiting {
            let every = humantime::format_duration(poll.every);
            current.say(format!("waiting for {what}, asking every {every}"));
            waiting = true;
        }
        pause(context, poll.every.min(left))?;
    }
}
