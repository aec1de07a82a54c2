//! The functions of the language that are not actions, a family each.

pub(super) mod condition;
mod data;
mod environment;
mod files;
mod function;
mod git;
pub(super) mod globs;
mod image;
pub(super) mod matrix;
pub(super) mod options;
mod parallel;
pub(super) mod poll;
mod retry;
pub(super) mod talk;
mod url;
mod yaml;

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext};

pub use function::{Family, Function, FunctionOption};

use super::host::Host;
use super::literal;
use super::raised::raise;
use super::stage_options::Wrong;
use super::{declare, hook};

/// Every function that is no action, in the order the reference lists them.
pub const LANGUAGE: &[Family] = &[
    Family {
        name: "stages",
        functions: &[
            declare::STAGE,
            talk::OUTPUT,
            matrix::MATRIX,
            parallel::PARALLEL,
            retry::RETRY,
            poll::POLL,
            talk::FAIL,
            hook::ON_FAILURE,
            hook::ON_SUCCESS,
        ],
    },
    Family {
        name: "conditions",
        functions: &[condition::ON_BRANCH, condition::ON_TAG, condition::CHANGED],
    },
    Family {
        name: "settings",
        functions: &[environment::ENV, environment::SECRET, environment::PARAM],
    },
    Family {
        name: "git",
        functions: &[
            git::BRANCH,
            git::SHA,
            git::SHORT_SHA,
            git::TAG,
            git::IS_DIRTY,
        ],
    },
    Family {
        name: "files",
        functions: &[
            files::READ_FILE,
            files::WRITE_FILE,
            files::EXISTS,
            globs::GLOB,
            globs::HASH_FILES,
        ],
    },
    Family {
        name: "data",
        functions: &[
            data::PARSE_JSON,
            data::TO_JSON,
            data::PARSE_TOML,
            data::TO_TOML,
            data::PARSE_YAML,
            data::TO_YAML,
            image::IMAGE_REF,
            url::URL_ENCODE,
            options::WITH_DEFAULTS,
        ],
    },
    Family {
        name: "messages",
        functions: &[talk::LOG, talk::WARN, talk::SLEEP],
    },
];

/// What a host function answers.
type Answer<T = Dynamic> = Result<T, Box<EvalAltResult>>;

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    environment::register(engine, host);
    git::register(engine, host);
    condition::register(engine, host);
    files::register(engine, host);
    globs::register(engine, host);
    data::register(engine);
    image::register(engine);
    talk::register(engine, host);
    matrix::register(engine, host);
    parallel::register(engine, host);
    retry::register(engine, host);
    poll::register(engine, host);
    options::register(engine);
    url::register(engine);
}

/// What is wrong with an option of a function, at the place where it was written. `name` is what
/// paths to its options begin with, where they do.
fn wrong(host: &Host, context: &NativeCallContext, name: &str, wrong: Wrong) -> Box<EvalAltResult> {
    let path = wrong.path_in(name);
    let written = literal::Call::of(&host.units, context);
    let place = written.and_then(|call| {
        if wrong.name {
            call.key(path)
        } else {
            call.value(path, Some(name))
        }
    });
    raise(wrong.failure.clone().at_if(place), context)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use rhai::Engine;

    use super::{LANGUAGE, register};
    use crate::action::{Context, Trace};
    use crate::cancel::Cancel;
    use crate::event::Events;
    use crate::script::host::{Host, Missing};
    use crate::script::{declare, hook};
    use crate::secret::Secrets;

    /// There only to say that there is no such thing.
    const REFUSED: &str = "exit";

    #[test]
    fn every_function_is_in_the_reference_with_all_its_signatures() {
        let host = Host::new(nowhere(), [].into(), Missing::Refused);
        let host = Arc::new(host);
        let mut engine = Engine::new_raw();
        register(&mut engine, &host);
        declare::register(&mut engine, &host);
        hook::register(&mut engine, &host);
        let known = |info: rhai::FuncInfo| {
            let name = &info.metadata.name;
            let name = match info.namespace.as_str() {
                "" => name.to_string(),
                module => format!("{module}::{name}"),
            };
            let own = name != REFUSED && !name.contains(|c: char| "$<>=+-*/!".contains(c));
            own.then_some((name, info.metadata.num_params))
        };
        let registered: BTreeSet<_> = engine
            .collect_fn_metadata(None, known, false)
            .into_iter()
            .collect();
        let functions = LANGUAGE.iter().flat_map(|family| family.functions);
        let told: BTreeSet<_> = functions
            .flat_map(|function| {
                function
                    .signatures
                    .iter()
                    .map(|signature| (function.name.to_owned(), parameters(signature)))
            })
            .collect();
        assert_eq!(registered, told);
    }

    fn nowhere() -> Context {
        Context {
            stage: "script".into(),
            root: "/nowhere".into(),
            environment: Arc::default(),
            secrets: Secrets::new(),
            cancel: Cancel::new(),
            events: Events::new(|_| ()),
            services: Arc::default(),
            standins: None,
            rehearsal: false,
            gate: None,
            failed_first: false,
            replay: None,
            trace: Trace::default(),
            telling: None,
        }
    }

    /// How many parameters `(a: int, b: ?) -> ?` has.
    fn parameters(signature: &str) -> usize {
        let list = signature.split(')').next().unwrap_or_default();
        list.matches(": ").count()
    }
}
