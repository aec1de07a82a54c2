//! `parallel`: closures of one stage, side by side.

use std::io;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};

use rhai::{Array, Dynamic, Engine, FnPtr, NativeCallContext};

use super::Answer;
use super::function::Function;
use crate::action::{Context, Example, Expected};
use crate::cancel::Reason;
use crate::failure::{Failure, Kind, guard};
use crate::script::STACK;
use crate::script::body::{Body, Call};
use crate::script::call::too_early;
use crate::script::current::{self, Current, Whereabouts};
use crate::script::host::Host;
use crate::script::raised::{raise, stop};
use crate::script::value::name_of;

pub(in crate::script) const PARALLEL: Function = Function {
    name: "parallel",
    signatures: &["(closures: Array) -> Array"],
    summary: "Call closures in parallel, inside a stage",
    doc: "Returns the results in the order of the closures. Each closure works on copies of the variables it captured. Fails with the first closure that does, which stops the others.",
    example: Example {
        title: "waits for both",
        files: &[],
        script: r#"stage("both", || print(parallel([|| 1, || 2])));"#,
        outcome: Expected::Prints("[1, 2]\n"),
    },
};

/// What a closure ended with.
type Ended = Result<Dynamic, Failure>;

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let host = host.clone();
    engine.register_fn(
        "parallel",
        move |context: NativeCallContext, closures: Array| parallel(&host, &context, closures),
    );
}

/// Calls all closures at once; their results in their order. The first failure stops the others
/// and is the failure of the call.
fn parallel(host: &Host, context: &NativeCallContext, closures: Array) -> Answer<Array> {
    let current = current::get();
    if current.whereabouts == Whereabouts::TopLevel {
        return Err(raise(too_early("parallel"), context));
    }
    let bodies = closures
        .into_iter()
        .map(|closure| body(host, context, closure))
        .collect::<Answer<Vec<_>>>()?;
    if let Some(interrupts) = current.context.cancel.interrupts() {
        interrupts.listen();
    }
    let mut inner = Context::clone(&current.context);
    inner.cancel = inner.cancel.child();
    let inner = Arc::new(inner);
    let ended = side_by_side(context.engine(), &bodies, &current, &inner);
    if current.context.cancel.is_cancelled() {
        return Err(stop(context));
    }
    let mut results = Vec::with_capacity(ended.len());
    let mut failures = Vec::new();
    for end in ended {
        match end {
            Ok(result) => results.push(result),
            // It was only stopped because another failed: it has nothing to tell.
            Err(failure) if failure.kind == Kind::Interrupted => {}
            Err(failure) => failures.push(failure),
        }
    }
    let mut failures = failures.into_iter();
    let Some(mut first) = failures.next() else {
        return Ok(results);
    };
    first.also.extend(failures.map(Arc::new));
    Err(raise(first, context))
}

fn body(host: &Host, context: &NativeCallContext, closure: Dynamic) -> Answer<Body> {
    let given = name_of(&closure);
    let refuse = |message: String| Err(raise(Failure::script(message), context));
    let Some(function) = closure.try_cast::<FnPtr>() else {
        return refuse(format!(
            "`parallel` takes an array of closures, but one entry is {given}"
        ));
    };
    let body = Body::new(function, context, &host.units);
    match body.takes(0) {
        Ok(_) => Ok(body),
        Err(_) => refuse("`parallel` calls its closures with nothing, but one wants more".into()),
    }
}

/// What each body ended with, in their order, when all have.
fn side_by_side(
    engine: &Engine,
    bodies: &[Body],
    current: &Current,
    context: &Arc<Context>,
) -> Vec<Ended> {
    thread::scope(|scope| {
        let start = |body| {
            let run = move || one(engine, body, current, context);
            let thread = thread::Builder::new().name("parallel".to_owned());
            thread.stack_size(STACK).spawn_scoped(scope, run)
        };
        let threads: Vec<_> = bodies.iter().map(start).collect();
        threads.into_iter().map(join).collect()
    })
}

fn join(thread: io::Result<ScopedJoinHandle<'_, Ended>>) -> Ended {
    let thread = thread.map_err(|error| {
        Failure::new(Kind::Pipeline, "cannot start another thread").because(error.to_string())
    })?;
    // A panic inside was already made a failure; none can come from here.
    thread
        .join()
        .unwrap_or_else(|_| Err(Failure::new(Kind::Defect, "wharf broke in `parallel`")))
}

fn one(engine: &Engine, body: &Body, current: &Current, context: &Arc<Context>) -> Ended {
    let call = Call {
        context: context.clone(),
        outputs: current.outputs.clone(),
        whereabouts: current.whereabouts,
        calls: current.calls.clone(),
        arguments: Vec::new(),
    };
    let done = guard("in `parallel`", || body.call(engine, &current.units, call));
    if done.is_err() {
        context.cancel.cancel(Reason::Superseded);
    }
    done
}
