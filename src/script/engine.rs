//! The Rhai engine: its limits, and everything a script can call.

use std::sync::Arc;

use rhai::packages::{
    BasicArrayPackage, BasicMapPackage, BasicMathPackage, BasicTimePackage, CorePackage,
    LogicPackage, MoreStringPackage, Package,
};
use rhai::{Dynamic, Engine, FnPtr};

use super::host::Host;
use super::{call, catch, current, declare, hook, language, raised, told};
use crate::event::Event;

/// An engine for one program.
pub(super) fn build(host: &Arc<Host>) -> Engine {
    let mut engine = Engine::new_raw();
    equip(&mut engine);
    limit(&mut engine);
    engine
        .set_module_resolver(host.units.clone())
        .disable_symbol("eval")
        .set_fail_on_invalid_map_property(true)
        .on_progress(stop_when_cancelled)
        .on_print(|text| {
            let context = current::get().context;
            context.events.emit(Event::Printed {
                stage: context.stage.clone(),
                text: text.to_owned(),
            });
        })
        .on_debug(|text, source, position| {
            let place = format!("{}:{position:?}", source.unwrap_or_default());
            current::get().context.say(format!("{place} {text}"));
        });
    for name in ["to_string", "to_debug", "print", "debug"] {
        engine.register_fn(name, |function: &mut FnPtr| told::function(function));
    }
    raised::register(&mut engine);
    catch::register(&mut engine);
    declare::register(&mut engine, host);
    hook::register(&mut engine, host);
    language::register(&mut engine, host);
    call::register(&mut engine, host);
    engine
}

/// An engine that takes the same scripts as [`build`]'s, and cannot run them.
pub(super) fn parser() -> Engine {
    let mut engine = Engine::new_raw();
    limit(&mut engine);
    engine.disable_symbol("eval");
    engine
}

/// The standard packages but for bit fields and blobs, which no pipeline needs and every start
/// would pay for. Their functions are looked up when they are first called: to register a thousand
/// of which a pipeline calls ten took a third of a short run.
fn equip(engine: &mut Engine) {
    CorePackage::new_lazy().register_into_engine(engine);
    LogicPackage::new_lazy().register_into_engine(engine);
    BasicMathPackage::new_lazy().register_into_engine(engine);
    BasicArrayPackage::new_lazy().register_into_engine(engine);
    BasicMapPackage::new_lazy().register_into_engine(engine);
    BasicTimePackage::new_lazy().register_into_engine(engine);
    MoreStringPackage::new_lazy().register_into_engine(engine);
}

/// Guard-rails against a runaway script: generous for a pipeline, and far below what would bring
/// the process down.
fn limit(engine: &mut Engine) {
    engine
        .set_max_call_levels(64)
        .set_max_expr_depths(128, 128)
        .set_max_functions(1_000)
        .set_max_modules(256)
        .set_max_variables(10_000)
        .set_max_string_size(64 << 20)
        .set_max_array_size(1_000_000)
        .set_max_map_size(100_000);
}

/// Looks at the flag only every 256 operations, which makes the look free.
fn stop_when_cancelled(operations: u64) -> Option<Dynamic> {
    (operations.is_multiple_of(256) && current::is_cancelled()).then_some(Dynamic::UNIT)
}
