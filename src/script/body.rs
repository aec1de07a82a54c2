//! Closures that run after the script's top level has ended.

#![expect(
    deprecated,
    reason = "how rhai marks what it may change; its version is pinned"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, PoisonError};

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
        let name = function.fn_name();
        let libraries = context.global.lib.iter();
        let mut functions: Vec<_> = libraries
            .flat_map(|library| units.functions_in(library, name))
            .collect();
        if functions.is_empty()
            && let Some(library) = units.library_of(name)
        {
            functions = units.functions(name);
            context.global.lib.push(library);
        }
        let captured = function.curry().len();
        let arities = functions
            .iter()
            .map(|function| function.params.len().saturating_sub(captured))
            .collect();
        Self {
            function,
            context,
            arities,
            place,
        }
    }

    pub(super) fn function(&self) -> &FnPtr {
        &self.function
    }

    /// Where the body was declared.
    pub(super) fn place(&self) -> Option<Place> {
        self.place.clone()
    }

    /// The values of these of its file's constants (`global::NAME`) and of all that its modules with
    /// these aliases export (`alias::NAME`).
    pub(super) fn values(
        &self,
        constants: &BTreeSet<String>,
        aliases: &BTreeSet<String>,
    ) -> BTreeMap<String, Dynamic> {
        let mut values = BTreeMap::new();
        if let Some(known) = &self.context.global.constants {
            let known = known.read().unwrap_or_else(PoisonError::into_inner);
            let named = known
                .iter()
                .filter(|(name, _)| constants.contains(name.as_str()));
            values.extend(named.map(|(name, value)| (format!("global::{name}"), value.clone())));
        }
        for (alias, module) in self.context.global.iter_imports() {
            if aliases.contains(alias) {
                let exported = module.iter_var();
                values.extend(
                    exported.map(|(name, value)| (format!("{alias}::{name}"), value.clone())),
                );
            }
        }
        values
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
