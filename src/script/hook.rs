//! `on_failure` and `on_success`: what a script wants done after the run.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, NativeCallContext};

use super::body::{Body, Call};
use super::current::{self, Whereabouts};
use super::declare;
use super::host::Host;
use super::language::Function;
use super::outputs::Outputs;
use super::program::Program;
use super::raised::{Raised, raise};
use crate::action::{Context, Example, Expected};
use crate::failure::Failure;

pub(in crate::script) const ON_FAILURE: Function = Function {
    name: "on_failure",
    signatures: &["(closure: Fn)"],
    summary: "Call a closure after a run that failed",
    doc: "A parameter of the closure receives the failure: `message`, `action`, `exit_code`, `output`, `causes`, `place`, `stage`, and `interrupted` after Ctrl-C. A hook that fails is reported below the first failure and never replaces it. After an interrupt a hook has 1.5 seconds. Fails outside of the script's top level.",
    example: Example {
        title: "prints what failed",
        files: &[],
        script: r#"stage("test", || fail("no tests today"));
on_failure(|failure| print(`${failure.stage}: ${failure.message}`));"#,
        outcome: Expected::Fails("no tests today"),
    },
};

pub(in crate::script) const ON_SUCCESS: Function = Function {
    name: "on_success",
    signatures: &["(closure: Fn)"],
    summary: "Call a closure after a run that passed",
    doc: "Fails outside of the script's top level.",
    example: Example {
        title: "reports success",
        files: &[],
        script: r#"stage("test", || ());
on_success(|| print("all is well"));"#,
        outcome: Expected::Prints("all is well\n"),
    },
};

/// A closure to call after the last stage.
#[derive(Clone, Debug)]
pub struct Hook {
    /// `on_failure` or `on_success`.
    pub name: &'static str,
    body: Body,
}

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    for name in ["on_failure", "on_success"] {
        let host = host.clone();
        engine.register_fn(
            name,
            move |context: NativeCallContext, body: FnPtr| -> Result<(), Box<EvalAltResult>> {
                let hook = declare(&host, &context, name, body)?;
                let mut declared = host.declarations();
                match name {
                    "on_failure" => declared.on_failure.push(hook),
                    _ => declared.on_success.push(hook),
                }
                Ok(())
            },
        );
    }
}

fn declare(
    host: &Host,
    context: &NativeCallContext,
    name: &'static str,
    body: FnPtr,
) -> Result<Hook, Box<EvalAltResult>> {
    if current::get().whereabouts != Whereabouts::FlatScript {
        declare::only_at_top_level(context, name)?;
    }
    let body = Body::new(body, context, &host.units);
    let offered = usize::from(name == "on_failure");
    if body.takes(offered).is_err() {
        return Err(raise(too_many(name), context));
    }
    Ok(Hook { name, body })
}

/// Of a closure with more parameters than the hook called `name` has values for.
pub(super) fn too_many(name: &str) -> Failure {
    let gets = match name {
        "on_failure" => "gets the failure and nothing else",
        _ => "gets nothing",
    };
    Failure::script(format!("the closure of `{name}` {gets}"))
}

impl Hook {
    /// Calls the hook; a parameter it has receives the failure.
    pub fn run(
        &self,
        program: &Program,
        context: Arc<Context>,
        outputs: Arc<Outputs>,
        failure: Option<Arc<Failure>>,
    ) -> Result<(), Failure> {
        let arguments = failure
            .filter(|_| self.body.takes(1) == Ok(1))
            .map(|failure| Dynamic::from(Raised(failure)));
        let call = Call {
            context,
            outputs,
            whereabouts: Whereabouts::Hook,
            calls: Arc::default(),
            arguments: arguments.into_iter().collect(),
        };
        self.body
            .call(program.engine(), program.units(), call)
            .map(drop)
    }
}
