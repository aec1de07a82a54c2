//! `stage`: what a script's top level says.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use rhai::{Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use super::body::Body;
use super::current::{self, Whereabouts};
use super::hook::Hook;
use super::host::Host;
use super::language::Function;
use super::language::condition::{self, Condition};
use super::matrices::Matrices;
use super::raised::raise;
use super::stage_options::{Given, StageOptions};
use super::{literal, stage_options};
use crate::action::{Example, Expected};
use crate::failure::Failure;
use crate::plan::{self, Combination, Need, Plan, Stage, When};
use crate::words::counted;

pub(in crate::script) const STAGE: Function = Function {
    name: "stage",
    signatures: &["(name: String, closure: Fn)", "(name: String, options: Map, closure: Fn)"],
    summary: "Declare a stage: one step of the pipeline",
    doc: "The closure runs after the script's top level has ended, in the order that `needs` makes. Its parameters receive the results of the needs, in their order; what it returns is the stage's own result: plain data. Variables that it captures are copied when the stage is declared.

A comment that begins with `///` above the call documents the stage. Fails if there is a stage of that name already. Fails outside of the script's top level.",
    example: Example {
        title: "passes a result from one stage to the next",
        files: &[],
        script: r#"/// Where the build goes
stage("name", || "app-1.2");
stage("greet", #{ needs: "name" }, |name| print(`built ${name}`));"#,
        outcome: Expected::Prints("built app-1.2\n"),
    },
};

/// What was declared so far.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub(super) plan: Plan,
    /// By the names in the script, as all that follows.
    pub(super) bodies: BTreeMap<Arc<str>, Body>,
    pub(super) conditions: BTreeMap<Arc<str>, Body>,
    /// As they are written: what each parameter of a body receives the result of.
    pub(super) needs: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    pub(super) matrices: Matrices,
    pub(super) on_failure: Vec<Hook>,
    pub(super) on_success: Vec<Hook>,
}

/// How many arguments `stage` may be called with.
pub(super) const ARGUMENTS: RangeInclusive<usize> = 2..=3;

impl Declarations {
    /// The needs of the stage that the script calls `name`.
    pub(super) fn needs_of(&self, name: &str) -> &[Arc<str>] {
        self.needs.get(name).map_or(&[], Vec::as_slice)
    }
}

type Declared = Result<(), Box<EvalAltResult>>;

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let (plain, with_options) = (host.clone(), host.clone());
    engine
        .register_fn(
            "stage",
            move |context: NativeCallContext, name: &str, body: FnPtr| -> Declared {
                stage(&plain, &context, name, &Map::new(), body)
            },
        )
        .register_fn(
            "stage",
            move |context: NativeCallContext, name: &str, options: Map, body: FnPtr| -> Declared {
                stage(&with_options, &context, name, &options, body)
            },
        );
}

fn stage(
    host: &Host,
    context: &NativeCallContext,
    name: &str,
    options: &Map,
    body: FnPtr,
) -> Declared {
    only_at_top_level(context, "stage")?;
    let refuse = |failure: Failure| raise(failure, context);
    if name.trim().is_empty() {
        return Err(refuse(Failure::script("a stage needs a name")));
    }
    if name.contains(char::is_control) {
        return Err(refuse(Failure::script(
            "a stage's name is one line of text",
        )));
    }
    let written = literal::Call::of(&host.units, context);
    let when = options.get("when").map(|when| {
        let text = written.as_ref().and_then(|call| call.expression("when"));
        condition::when(when, text.as_deref())
    });
    let (options, wrongs) = stage_options::read(&Given::entries(options));
    if let Some(wrong) = wrongs.into_iter().next() {
        let place = written.and_then(|call| {
            if wrong.name {
                call.key(&wrong.path)
            } else {
                call.value(&wrong.path, None)
            }
        });
        return Err(refuse(wrong.failure.at_if(place)));
    }
    let body = Body::new(body, context, &host.units);
    fits(&body, name, &options).map_err(refuse)?;
    let combinations = combinations(&options, written.as_ref()).map_err(refuse)?;
    let name: Arc<str> = name.into();
    let mut declared = host.declarations();
    let when = match when.transpose() {
        Ok(Some(Condition::Ask(closure))) => {
            let closure = Body::new(closure, context, &host.units);
            if closure.takes(0).is_err() {
                return Err(refuse(Failure::script(
                    "the closure of `when` gets nothing",
                )));
            }
            declared.conditions.insert(name.clone(), closure);
            When::Asked
        }
        Ok(Some(Condition::Known(when))) => when,
        Ok(None) => When::Always,
        Err(message) => return Err(refuse(Failure::script(message))),
    };
    let stage = pure(name.clone(), options, when, &body, written.as_ref());
    // Of two stages with one name the plan complains, with both places.
    if declared.bodies.contains_key(&name) || combinations.is_empty() {
        declared.plan.stages.push(stage.clone());
    } else {
        let instances = plan::matrix::instances(&stage, combinations);
        declared.matrices.add(&instances);
        declared.plan.stages.extend(instances);
    }
    let needs = stage.needs.into_iter().map(|need| need.stage).collect();
    declared.needs.entry(name.clone()).or_insert(needs);
    declared.bodies.entry(name).or_insert(body);
    Ok(())
}

/// The stage without its body, a matrix not spread out.
fn pure(
    name: Arc<str>,
    options: StageOptions,
    when: When,
    body: &Body,
    written: Option<&literal::Call>,
) -> Stage {
    Stage {
        declared: name.clone(),
        name,
        doc: body
            .place()
            .as_ref()
            .map(literal::comment_above)
            .unwrap_or_default(),
        needs: options
            .needs
            .into_iter()
            .map(|stage| Need {
                place: written.and_then(|call| call.text("needs", &stage)),
                stage,
            })
            .collect(),
        when,
        matrix: Combination::new(),
        env: options.env,
        inputs: options.inputs,
        outputs: options.outputs,
        timeout: options.timeout,
        silence: options.silence,
        retry: options.retry,
        allow_failure: options.allow_failure,
        always: options.always,
        environment: options.environment,
        labels: options.labels,
        watch: options.watch,
        place: body.place(),
    }
}

/// Those of the stage's matrix, its names in the order they are written; none without a matrix.
fn combinations(
    options: &StageOptions,
    written: Option<&literal::Call>,
) -> Result<Vec<Combination>, Failure> {
    let Some(mut matrix) = options.matrix.clone() else {
        return Ok(Vec::new());
    };
    if let Some(call) = written {
        matrix.arrange(&call.keys("matrix"));
    }
    let combinations = matrix.combinations();
    combinations.map_err(|unfit| Failure::script(unfit.message))
}

/// Whether the body's parameters can all be given a result.
fn fits(body: &Body, name: &str, options: &StageOptions) -> Result<(), Failure> {
    let needs = options.needs.len();
    body.takes(needs)
        .map(drop)
        .map_err(|parameters| too_many(name, parameters, needs))
}

/// Of a closure with more parameters than its stage has needs.
pub(super) fn too_many(stage: &str, parameters: usize, needs: usize) -> Failure {
    let message = format!(
        "the closure of stage `{stage}` has {}, and the stage needs {}",
        counted(parameters, "parameter"),
        match needs {
            0 => "no other".to_owned(),
            count => counted(count, "other"),
        }
    );
    Failure::script(message)
        .hint("each parameter receives the result of one of the `needs`, in their order")
}

/// What a session does not have.
pub(super) const ONLY_IN_THE_SCRIPT: [&str; 3] = ["stage", "on_failure", "on_success"];

/// Of what a person typed into a session.
fn only_in_the_script(function: &str) -> Failure {
    Failure::script(format!("`{function}` cannot be called in a session"))
        .hint("write it into the script, which is loaded again when it changes")
}

pub(super) fn only_at_top_level(context: &NativeCallContext, function: &str) -> Declared {
    let whose = match current::get().whereabouts {
        Whereabouts::TopLevel => return Ok(()),
        Whereabouts::FlatScript => "a script that has no stage of its own",
        Whereabouts::Stage | Whereabouts::Hook => "a stage or hook",
        Whereabouts::Entry => return Err(raise(only_in_the_script(function), context)),
    };
    Err(raise(too_late(function, whose), context))
}

/// Of a declaration in what is run after all declarations.
pub(super) fn too_late(function: &str, whose: &str) -> Failure {
    Failure::script(format!("`{function}` cannot be called inside {whose}"))
        .hint("declare all stages at the top level of the script")
}
