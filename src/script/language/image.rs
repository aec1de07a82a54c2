//! `image_ref`: an image's reference, taken apart.

use rhai::{Engine, NativeCallContext};

use super::Answer;
use crate::failure::Failure;
use crate::script::raised::raise;
use crate::script::value::from_json;
use crate::service::registry::Reference;

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
