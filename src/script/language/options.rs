//! `with_defaults`: the options of a function that a script defines.

use rhai::{Dynamic, Engine, Map, NativeCallContext};

use super::Answer;
use super::function::Function;
use crate::action::{Example, Expected};
use crate::failure::{Failure, nearest};
use crate::script::raised::raise;
use crate::script::value::name_of;

pub(in crate::script) const WITH_DEFAULTS: Function = Function {
    name: "with_defaults",
    signatures: &["(options: Map, defaults: Map) -> Map"],
    summary: "Complete the options that a function is given",
    doc: "A function of a script takes its options as one map, and this adds the defaults of those that are \
          missing, `()` for options without a default. `wharf check` finds unknown options at the call. \
          Fails if an option has no default here.",
    example: Example {
        title: "refuses an option that the function does not have",
        files: &[],
        script: r#"fn greet(options) {
    let options = with_defaults(options, #{ name: "world", loud: false });
    print(`hello, ${options.name}`);
}
greet(#{ nmae: "quay" });"#,
        outcome: Expected::Fails("there is no option `nmae`"),
    },
};

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn(
        "with_defaults",
        |context: NativeCallContext, options: Dynamic, defaults: Map| -> Answer<Map> {
            let Some(given) = options.read_lock::<Map>() else {
                let given = name_of(&options);
                let failure = Failure::script(format!("options must be a map, not {given}"));
                return Err(raise(failure, &context));
            };
            let mut all = defaults;
            for (name, value) in given.iter() {
                if !all.contains_key(name) {
                    let names = all.keys().map(AsRef::as_ref);
                    return Err(raise(unknown(name, names), &context));
                }
                all.insert(name.clone(), value.clone());
            }
            Ok(all)
        },
    );
}

/// The failure of an option that a function, which has `known`, does not have.
pub(crate) fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<_> = known.collect();
    let failure = Failure::script(format!("there is no option `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure,
        None => failure.hint(format!("there are: {}", known.join(", "))),
    }
}
