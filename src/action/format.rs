//! What the text of an option has to be, beyond being text: said in its schema as `format`, so that
//! what is written out can be judged before anything runs.

use serde::Deserialize;
use serde_json::Value;

use super::Duration;
use crate::service::http::address;
use crate::service::registry::Reference;

/// What is said of an address that is none.
pub(super) const NO_URL: &str = "is no URL; it begins with http:// or https://";

/// What is wrong with `value` for an option of this `format`, as the action itself would complain.
pub fn complaint(format: &str, value: &Value) -> Option<String> {
    let text = value.as_str();
    match format {
        "duration" => Duration::deserialize(value)
            .err()
            .map(|error| error.to_string()),
        "image" => Reference::parse(text?).err().map(|error| error.to_string()),
        "tag" => {
            let any = Reference::parse("any").ok()?;
            any.tagged(text?).err().map(|error| error.to_string())
        }
        "url" => address(text?).is_none().then(|| NO_URL.to_owned()),
        _ => None,
    }
}
