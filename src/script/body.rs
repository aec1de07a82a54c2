//! Closures that run after the script's top level has ended.

#![expect(
    deprecated,
    reason = "how rhai marks what it may change; its version is pinned"
)]

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use rhai::{Dynamic, Engine, FnPtr, NativeCallContext, NativeCallContextStore};

use super::current::{self, Current, Whereabouts};
use super::outputs::Outputs;
use super::units::Units;
use super::{fault, snapshot};
use crate::action::Context;
use crate::failure::{Failure, Kind, Place};

/// A closure of the script, kept with the surroundings it was written in.
///
/// Calling the closure through the engine alone would lose the script's imports and constants, so
/// the call context of the declaration is kept and used again.
#[derive(Clone)]
pub(super) struct Body {
    function: FnPtr,
    context: NativeCallContextStore,
    /// How many parameters each function of its name has, captures not counted. None is known of
    /// a function that is not the script's.
    arities: Vec<usize>,
    place: Option<Place>,
}

/// What a body is called with, and on whose behalf.
pub(super) struct Call {
    pub(super) context: Arc<Context>,
    pub(super) outputs: Arc<Outputs>,
    pub(super) whereabouts: Whereabouts,
    /// How many actions its stage has called, which closures side by side count together.
    pub(super) calls: Arc<AtomicU32>,
    pub(super) arguments: Vec<Dynamic>,
}

impl Body {
    /// `function` as it is now, given to the host function that `context` is the call of.
    pub(super) fn new(function: FnPtr, context: &NativeCallContext, units: &Units) -> Self {
        let function = snapshot::function(function);
        let source = context.call_source().unwrap_or_default();
        let place = units.place(source, context.call_position());
        let mut context = context.store_data();
        let known = context
            .global
            .lib
            .iter()
            .any(|library| !arities(library, &function).is_empty());
        if !known && let Some(library) = units.library_of(function.fn_name()) {
            context.global.lib.push(library);
        }
        let libraries = context.global.lib.iter();
        let arities = libraries
            .flat_map(|library| arities(library, &function))
            .collect();
        Self {
            function,
            context,
            arities,
            place,
        }
    }

    /// The variables that it captured, by their names.
    pub(super) fn captures(&self, units: &Units) -> Vec<(String, Dynamic)> {
        let library = units.library_of(self.function.fn_name());
        let function = library.as_deref().and_then(|library| {
            let mut functions = library.iter_script_fn_info();
            functions.find_map(|(_, _, name, _, function)| {
                (name == self.function.fn_name()).then(|| function.clone())
            })
        });
        let names = function
            .into_iter()
            .flat_map(|function| function.params.to_vec());
        let names = names.map(|name| name.to_string());
        names.zip(self.function.iter_curry().cloned()).collect()
    }

    /// Where the body was declared.
    pub(super) fn place(&self) -> Option<Place> {
        self.place.clone()
    }

    /// How many of `offered` values the body takes; an error with how many it would need.
    pub(super) fn takes(&self, offered: usize) -> Result<usize, usize> {
        let fitting = self.arities.iter().copied().filter(|n| *n <= offered).max();
        match (fitting, self.arities.iter().copied().min()) {
            (Some(fitting), _) => Ok(fitting),
            (None, Some(least)) => Err(least),
            (None, None) => Ok(0),
        }
    }

    pub(super) fn call(
        &self,
        engine: &Engine,
        units: &Units,
        call: Call,
    ) -> Result<Dynamic, Failure> {
        let context = call.context.clone();
        let current = Current {
            context: call.context,
            outputs: call.outputs,
            whereabouts: call.whereabouts,
            calls: call.calls,
            units: units.clone(),
        };
        let called = current::with(current, || {
            self.function.call_within_context::<Dynamic>(
                &self.context.create_context(engine),
                call.arguments,
            )
        });
        called.map_err(|error| {
            let source = self.context.source.as_deref().unwrap_or_default();
            let mut failure = fault::runtime(&error, source, engine, units, &context);
            if failure.places.is_empty() && failure.kind != Kind::Interrupted {
                failure.places.extend(self.place());
            }
            failure
        })
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
fn arities(library: &rhai::Module, function: &FnPtr) -> Vec<usize> {
    library
        .iter_script_fn_info()
        .filter(|(_, _, name, _, _)| *name == function.fn_name())
        .map(|(_, _, _, parameters, _)| parameters.saturating_sub(function.curry().len()))
        .collect()
}
