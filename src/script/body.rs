//! Closures that run after the script's top level has ended.

#![expect(
    deprecated,
    reason = "how rhai marks what it may change; its version is pinned"
)]

use std::fmt;
use std::sync::Arc;

use rhai::{Dynamic, FnPtr, FuncArgs, NativeCallContext, NativeCallContextStore};
use serde_json::Value;

use super::current::{self, Current, Outputs, Whereabouts};
use super::program::Program;
use super::raised::Raised;
use super::units::Units;
use super::{fault, value};
use crate::action::Context;
use crate::failure::{Failure, Place};

/// The body of a stage, kept with the surroundings it was written in.
///
/// Calling the closure through the engine alone would lose the script's imports and constants, so
/// the call context of the declaration is kept and used again.
#[derive(Clone)]
pub struct Body {
    function: FnPtr,
    context: NativeCallContextStore,
    parameters: Vec<usize>,
}

/// What a script wants done after the run.
#[derive(Clone, Debug)]
pub struct Hook {
    /// `on_failure` or `on_success`.
    pub name: &'static str,
    pub(super) body: Body,
}

impl Body {
    pub(super) fn new(function: FnPtr, context: &NativeCallContext, units: &Units) -> Self {
        let mut context = context.store_data();
        let known = context
            .global
            .lib
            .iter()
            .any(|library| !parameters(library, &function).is_empty());
        if !known && let Some(library) = units.library_of(function.fn_name()) {
            context.global.lib.push(library);
        }
        let parameters = context
            .global
            .lib
            .iter()
            .flat_map(|library| parameters(library, &function))
            .collect();
        Self {
            function,
            context,
            parameters,
        }
    }

    /// Runs the body as the stage in `context`. Its parameters receive `arguments`, as many as it
    /// has; what it returns must be plain data.
    pub fn run(
        &self,
        program: &Program,
        context: Arc<Context>,
        outputs: Arc<Outputs>,
        arguments: Vec<Value>,
    ) -> Result<Value, Failure> {
        let wanted = self.wanted(arguments.len());
        if wanted > arguments.len() {
            return Err(self.too_many_parameters(program, wanted, arguments.len()));
        }
        let arguments: Vec<_> = arguments
            .into_iter()
            .take(wanted)
            .map(value::from_json)
            .collect();
        let result = self.call(program, context, outputs, Whereabouts::Stage, arguments)?;
        value::to_json(&result).map_err(|complaint| {
            Failure::script(format!("the stage's result cannot be kept: {complaint}"))
                .at_if(self.place(program))
                .hint("return text, numbers, arrays or maps; end the closure with `;` to return nothing")
        })
    }

    /// Asks the body, which is a `when`, whether its stage is to run.
    pub fn decide(
        &self,
        program: &Program,
        context: Arc<Context>,
        outputs: Arc<Outputs>,
    ) -> Result<bool, Failure> {
        let answer = self.call(program, context, outputs, Whereabouts::Hook, ())?;
        answer.as_bool().map_err(|_| {
            Failure::script(format!(
                "`when` must answer true or false, not {}",
                value::name_of(&answer)
            ))
            .at_if(self.place(program))
        })
    }

    fn wanted(&self, given: usize) -> usize {
        let fitting = self
            .parameters
            .iter()
            .copied()
            .filter(|n| *n <= given)
            .max();
        fitting
            .or(self.parameters.iter().copied().min())
            .unwrap_or(0)
    }

    fn call(
        &self,
        program: &Program,
        context: Arc<Context>,
        outputs: Arc<Outputs>,
        whereabouts: Whereabouts,
        arguments: impl FuncArgs,
    ) -> Result<Dynamic, Failure> {
        let cancel = context.cancel.clone();
        let current = Current {
            context,
            outputs,
            whereabouts,
            units: program.units().clone(),
        };
        let called = current::with(current, || {
            self.function.call_within_context::<Dynamic>(
                &self.context.create_context(program.engine()),
                arguments,
            )
        });
        called.map_err(|error| {
            fault::runtime(
                &error,
                self.source(),
                program.engine(),
                program.units(),
                &cancel,
            )
        })
    }

    fn source(&self) -> &str {
        self.context.source.as_deref().unwrap_or_default()
    }

    fn place(&self, program: &Program) -> Option<Place> {
        program.units().place(self.source(), self.context.pos)
    }

    fn too_many_parameters(&self, program: &Program, wanted: usize, given: usize) -> Failure {
        Failure::script(format!(
            "the stage's closure has {wanted} parameters, and the stage needs {given} other stages"
        ))
        .at_if(self.place(program))
        .hint("each parameter receives the result of one of the `needs`, in their order")
    }
}

impl Hook {
    /// Runs the hook; a parameter it has receives the failure.
    pub fn run(
        &self,
        program: &Program,
        context: Arc<Context>,
        outputs: Arc<Outputs>,
        failure: Option<Arc<Failure>>,
    ) -> Result<(), Failure> {
        let arguments: Vec<Dynamic> = match failure {
            Some(failure) if self.body.wanted(1) == 1 => vec![Dynamic::from(Raised(failure))],
            _ => Vec::new(),
        };
        self.body
            .call(program, context, outputs, Whereabouts::Hook, arguments)
            .map(drop)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Body")
            .field(&self.function.fn_name())
            .finish()
    }
}

/// How many parameters each function called like `function` has in `library`, captures not counted.
fn parameters(library: &rhai::Module, function: &FnPtr) -> Vec<usize> {
    library
        .iter_script_fn_info()
        .filter(|(_, _, name, _, _)| *name == function.fn_name())
        .map(|(_, _, _, parameters, _)| parameters.saturating_sub(function.curry().len()))
        .collect()
}
