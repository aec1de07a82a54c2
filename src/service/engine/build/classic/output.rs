//! The classic builder's text, back to steps: `Step 2/5 : RUN make`, ` ---> Using cache`, output.

use std::sync::LazyLock;

use bollard::models::BuildInfo;
use regex::Regex;

use crate::event::Stream;
use crate::service::engine::Engine;
use crate::service::engine::build::steps::Steps;
use crate::service::engine::build::{BuildError, error};
use crate::service::engine::dockerfile::{Dockerfile, Instruction};
use crate::service::process::Tail;

/// So many lines of a step are kept for the error.
const KEPT: usize = 20;
/// Between these stands what a step writes to standard error.
const RED: &str = "\u{1b}[91m";
const PLAIN: &str = "\u{1b}[0m";
/// What the builder says of its own doings.
const NOISE: &[&str] = &[
    " ---> ",
    "Removing intermediate container ",
    "Successfully ",
];

pub(super) struct Reader<'a> {
    steps: Steps<'a>,
    dockerfile: &'a Dockerfile,
    current: Option<Step>,
    id: Option<String>,
    /// Within what a step wrote to standard error.
    red: bool,
}

struct Step {
    /// From 1, counting every instruction of the file.
    number: usize,
    name: String,
    begun: bool,
    tail: Tail,
}

impl<'a> Reader<'a> {
    pub(super) fn new(steps: Steps<'a>, dockerfile: &'a Dockerfile) -> Self {
        Self {
            steps,
            dockerfile,
            current: None,
            id: None,
            red: false,
        }
    }

    /// Takes in one message; the error is the engine's, and the last one it sends.
    pub(super) fn read(&mut self, info: BuildInfo) -> Result<(), String> {
        if let Some(error) = info.error_detail {
            return Err(error.message.unwrap_or_default());
        }
        if let Some(id) = info.aux.and_then(|aux| aux.id) {
            self.id = Some(id);
        }
        if let (Some(layer), Some(amount)) = (&info.id, info.progress_detail) {
            self.pulled(layer, info.status.as_deref().unwrap_or_default(), amount);
        }
        for line in info.stream.unwrap_or_default().split_inclusive('\n') {
            self.line(line);
        }
        Ok(())
    }

    pub(super) fn id(self) -> Option<String> {
        self.id
    }

    pub(super) fn explain(self, engine: &Engine, message: &str) -> BuildError {
        let reason = error::plain(message);
        let Some(step) = self.current else {
            return error::from_text(engine, &reason);
        };
        let instruction = self.dockerfile.instructions.get(step.number - 1);
        let line = instruction.map(|one| one.line);
        let exit_code = exit_code(&reason);
        if exit_code.is_none() && error::is_disk_full(&reason) {
            return error::from_text(engine, &reason);
        }
        if let Some(image) = instruction.and_then(Instruction::base) {
            return BuildError::Base {
                image: image.to_owned(),
                line,
                reason,
            };
        }
        BuildError::Step {
            instruction: instruction.map_or(step.name, Instruction::text),
            line,
            reason: exit_code.is_none().then_some(reason),
            exit_code,
            output: step.tail.into_lines(self.steps.secrets()),
        }
    }

    fn line(&mut self, line: &str) {
        static STEP: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"^Step (\d+)/(\d+) : (.*)").expect("a constant pattern"));
        if let Some(found) = STEP.captures(line) {
            self.end(false);
            let number: usize = found[1].parse().unwrap_or(1).max(1);
            let name = format!("[{}/{}] {}", &found[1], &found[2], found[3].trim_end());
            self.current = Some(Step {
                number,
                name,
                begun: false,
                tail: Tail::new(KEPT),
            });
            return;
        }
        if line.starts_with(" ---> Using cache") {
            self.end(true);
            return;
        }
        let Some(step) = &mut self.current else {
            return;
        };
        // The end of the `Step` line comes on its own, and only the line after it tells whether
        // there is anything to do.
        if line == "\n" && !step.begun {
            return;
        }
        step.begun = true;
        let id = step.number.to_string();
        self.steps.began(&id, &step.name);
        if NOISE.iter().any(|noise| line.starts_with(noise)) {
            return;
        }
        let stderr = self.red || line.contains(RED);
        self.red = stderr && !line.contains(PLAIN);
        let plain = line.replace(RED, "").replace(PLAIN, "");
        if !plain.is_empty() {
            let stream = if stderr {
                Stream::Stderr
            } else {
                Stream::Stdout
            };
            step.tail.push(stream, plain.as_bytes());
            self.steps.output(&id, stream, plain.as_bytes());
        }
    }

    fn end(&mut self, cached: bool) {
        if let Some(step) = &self.current {
            self.steps
                .ended(&step.number.to_string(), &step.name, cached);
        }
    }

    fn pulled(&mut self, layer: &str, status: &str, amount: bollard::models::ProgressDetail) {
        let number = |value: Option<i64>| u64::try_from(value?).ok();
        if let (Some(step), Some(current)) = (&self.current, number(amount.current)) {
            let id = step.number.to_string();
            self.steps.began(&id, &step.name);
            let what = format!("{} {layer}", status.to_lowercase());
            let total = number(amount.total);
            let done = total.is_some_and(|total| total <= current);
            self.steps.moved(&id, &what, (current, total), done);
        }
    }
}

/// `The command '/bin/sh -c make' returned a non-zero code: 2`.
fn exit_code(message: &str) -> Option<i32> {
    static CODE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"returned a non-zero code: (\d+)").expect("a constant pattern")
    });
    CODE.captures(message)?.get(1)?.as_str().parse().ok()
}
