//! `image_ref`: an image's reference, taken apart.

use rhai::{Engine, NativeCallContext};

use super::Answer;
use super::function::Function;
use crate::action::{Example, Expected};
use crate::failure::Failure;
use crate::script::raised::raise;
use crate::script::value::from_json;
use crate::service::registry::Reference;

pub(in crate::script) const IMAGE_REF: Function = Function {
    name: "image_ref",
    signatures: &["(text: String) -> Map"],
    summary: "Parse an image's name",
    doc: "Into `registry`, `repository`, `tag` and `digest`, by the grammar that Docker uses. Fails if the text is not a name of an image.",
    example: Example {
        title: "finds the registry",
        files: &[],
        script: r#"print(image_ref("ghcr.io/me/app:1.4").registry);"#,
        outcome: Expected::Prints("ghcr.io\n"),
    },
};

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn(
        "image_ref",
        |context: NativeCallContext, text: &str| -> Answer {
            let refuse = |error: String| raise(Failure::script(error), &context);
            let reference = Reference::parse(text).map_err(|error| refuse(error.to_string()))?;
            let data =
                serde_json::to_value(&reference).map_err(|error| refuse(error.to_string()))?;
            Ok(from_json(data))
        },
    );
}
