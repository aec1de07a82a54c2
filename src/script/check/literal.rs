//! Values as far as they are written out.

use rhai::{Expr, Ident};
use serde_json::{Map, Value};

use crate::script::stage_options::Given;

/// The JSON type of a literal, and how to speak of it.
pub(super) fn literal(value: &Expr) -> Option<(&'static str, &'static str)> {
    match value {
        Expr::BoolConstant(..) => Some(("boolean", "true or false")),
        Expr::IntegerConstant(..) => Some(("integer", "a whole number")),
        Expr::FloatConstant(..) => Some(("number", "a number")),
        Expr::StringConstant(..) | Expr::InterpolatedString(..) | Expr::CharConstant(..) => {
            Some(("string", "text"))
        }
        Expr::Array(..) => Some(("array", "an array")),
        Expr::Map(..) => Some(("object", "a map")),
        _ => None,
    }
}

/// The entries of a map literal.
pub(super) fn entries(expression: &Expr) -> impl Iterator<Item = &(Ident, Expr)> {
    let entries = match expression {
        Expr::Map(map, _) => Some(map.0.iter()),
        _ => None,
    };
    entries.into_iter().flatten()
}

/// An expression as the value of an option of `stage`.
pub(super) fn given(value: &Expr) -> Given {
    match value {
        Expr::BoolConstant(flag, _) => Given::Bool(*flag),
        Expr::IntegerConstant(number, _) => Given::Whole(*number),
        Expr::FloatConstant(number, _) => Given::Number(**number),
        Expr::StringConstant(text, _) => Given::Text(text.to_string()),
        Expr::CharConstant(letter, _) => Given::Text(letter.to_string()),
        Expr::InterpolatedString(..) => Given::SomeText,
        Expr::Array(items, _) => Given::Array(items.iter().map(given).collect()),
        Expr::Map(..) => Given::Map(given_entries(value)),
        Expr::DynamicConstant(value, _) => Given::of(value),
        Expr::Unit(_) => Given::Other("nothing"),
        _ => Given::Unknown,
    }
}

/// The entries of a map literal, as they are written.
pub(super) fn given_entries(map: &Expr) -> Vec<(String, Given)> {
    entries(map)
        .map(|(key, value)| (key.name.to_string(), given(value)))
        .collect()
}

/// A text or number that is wholly written out.
pub(super) fn constant(value: &Expr) -> Option<Value> {
    plain(value).filter(|_| {
        matches!(
            value,
            Expr::StringConstant(..) | Expr::IntegerConstant(..) | Expr::FloatConstant(..)
        )
    })
}

/// A literal as plain data; computed entries are left out, and computed text is any text.
pub(super) fn plain(value: &Expr) -> Option<Value> {
    match value {
        Expr::BoolConstant(flag, _) => Some(Value::Bool(*flag)),
        Expr::IntegerConstant(number, _) => Some(Value::from(*number)),
        Expr::FloatConstant(number, _) => Some(Value::from(**number)),
        Expr::StringConstant(text, _) => Some(Value::from(text.as_str())),
        Expr::CharConstant(letter, _) => Some(Value::from(letter.to_string())),
        Expr::InterpolatedString(..) => Some(Value::from("…")),
        Expr::Array(items, _) => Some(items.iter().filter_map(plain).collect()),
        Expr::Map(..) => {
            let known = entries(value)
                .filter_map(|(key, value)| Some((key.name.to_string(), plain(value)?)));
            Some(Value::Object(known.collect::<Map<_, _>>()))
        }
        _ => None,
    }
}
