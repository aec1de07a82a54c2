//! `parse_json`, `to_json` and the same for TOML and YAML.

use rhai::{Dynamic, Engine, NativeCallContext};
use serde_json::Value;

use super::Answer;
use crate::failure::Failure;
use crate::script::raised::raise;
use crate::script::value::{from_json, to_json};

type Parse = fn(&str) -> Result<Value, String>;
type Print = fn(&Value) -> Result<String, String>;

/// Name, and both directions between text and plain data.
const FORMATS: [(&str, Parse, Print); 3] = [
    (
        "json",
        |text| serde_json::from_str(text).map_err(|error| error.to_string()),
        |value| serde_json::to_string_pretty(value).map_err(|error| error.to_string()),
    ),
    (
        "toml",
        |text| toml::from_str(text).map_err(|error| error.message().to_owned()),
        |value| toml::to_string_pretty(value).map_err(|error| error.to_string()),
    ),
    (
        "yaml",
        |text| serde_yaml_ng::from_str(text).map_err(|error| error.to_string()),
        |value| serde_yaml_ng::to_string(value).map_err(|error| error.to_string()),
    ),
];

pub(super) fn register(engine: &mut Engine) {
    for (format, parse, print) in FORMATS {
        engine
            .register_fn(
                format!("parse_{format}"),
                move |context: NativeCallContext, text: &str| -> Answer {
                    parse(text)
                        .map(from_json)
                        .map_err(|cause| refuse(&context, format!("this is no {format}"), cause))
                },
            )
            .register_fn(
                format!("to_{format}"),
                move |context: NativeCallContext, value: Dynamic| -> Answer<String> {
                    to_json(&value)
                        .and_then(|value| print(&value))
                        .map_err(|cause| {
                            refuse(
                                &context,
                                format!("this cannot be written as {format}"),
                                cause,
                            )
                        })
                },
            );
    }
}

fn refuse(context: &NativeCallContext, message: String, cause: String) -> Box<rhai::EvalAltResult> {
    raise(Failure::script(message).because(cause), context)
}
