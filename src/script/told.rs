//! Any value as text that a message can hold: in the user's words, as the script would write it.

use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};

use super::raised::Raised;
use super::value::name_of;

/// `value` as `log` shows it: text is itself, and in arrays and maps in quotes.
pub(super) fn told(value: &Dynamic) -> String {
    if let Some(text) = value.read_lock::<ImmutableString>() {
        text.to_string()
    } else if let Ok(character) = value.as_char() {
        character.to_string()
    } else if value.is_unit() {
        String::new()
    } else {
        written(value)
    }
}

/// What is said instead of a name that the parser made up.
pub(super) fn function(function: &FnPtr) -> String {
    if function.is_anonymous() {
        "a closure".to_owned()
    } else {
        format!("the function `{}`", function.fn_name())
    }
}

fn written(value: &Dynamic) -> String {
    if let Some(items) = value.read_lock::<Array>() {
        let items: Vec<_> = items.iter().map(written).collect();
        format!("[{}]", items.join(", "))
    } else if let Some(entries) = value.read_lock::<Map>() {
        let entries = entries.iter();
        let entries = entries.map(|(key, value)| format!("{key:?}: {}", written(value)));
        format!("#{{{}}}", entries.collect::<Vec<_>>().join(", "))
    } else if let Some(pointer) = value.read_lock::<FnPtr>() {
        function(&pointer)
    } else if let Some(raised) = value.read_lock::<Raised>() {
        raised.0.message.clone()
    } else if is_plain(value) {
        format!("{value:?}")
    } else {
        name_of(value).to_owned()
    }
}

/// Whether Rhai shows a value of this kind as a script writes it.
fn is_plain(value: &Dynamic) -> bool {
    value.is_unit()
        || value.is_bool()
        || value.is_int()
        || value.is_float()
        || value.is_char()
        || value.is_string()
        || value.is::<std::ops::Range<i64>>()
        || value.is::<std::ops::RangeInclusive<i64>>()
}
