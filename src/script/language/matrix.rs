//! `matrix`: what this instance of a stage's matrix has.

use std::sync::Arc;

use rhai::{Engine, NativeCallContext};

use super::Answer;
use super::function::Function;
use crate::action::{Example, Expected};
use crate::failure::{Failure, nearest};
use crate::script::current;
use crate::script::host::Host;
use crate::script::raised::raise;
use crate::script::value::from_json;

pub(in crate::script) const MATRIX: Function = Function {
    name: "matrix",
    signatures: &["(name: String) -> ?"],
    summary: "Read a value of this instance of a stage's `matrix`",
    doc: "Fails if the stage's `matrix` has no such name.",
    example: Example {
        title: "runs once for each combination",
        files: &[],
        script: r#"stage("test", #{ matrix: #{ python: ["3.11"] } }, || print(matrix("python")));"#,
        outcome: Expected::Prints("3.11\n"),
    },
};

pub(super) fn register(engine: &mut Engine, host: &Arc<Host>) {
    let host = host.clone();
    engine.register_fn("matrix", move |context: NativeCallContext, name: &str| {
        value(&host, &context, name)
    });
}

fn value(host: &Host, context: &NativeCallContext, name: &str) -> Answer {
    let stage = current::get().context.stage.clone();
    let declared = host.declarations();
    let value = declared.matrices.value(&stage, name);
    value.map(from_json).map_err(|names| {
        let failure = match names {
            Some(names) => unknown(name, &names),
            None => outside(),
        };
        raise(failure, context)
    })
}

/// For a name that the matrix, which has `names`, has not.
pub(crate) fn unknown(name: &str, names: &[&str]) -> Failure {
    let failure = Failure::script(format!("the stage's `matrix` has no `{name}`"));
    match nearest(name, names.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("it has: {}", names.join(", "))),
    }
}

/// For a call where there is no matrix.
pub(crate) fn outside() -> Failure {
    Failure::script("`matrix` gives a value only inside a stage that has a `matrix`")
        .hint("give the stage one: `#{ matrix: #{ python: [\"3.11\", \"3.12\"] } }`")
}
