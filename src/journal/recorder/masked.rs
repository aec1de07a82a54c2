//! Plain data without the secrets in it.

use serde_json::{Map, Value};

use crate::secret::Secrets;

/// Text by text, so that it stays JSON; a number that is a secret becomes text.
pub(super) fn masked(value: &Value, secrets: &Secrets) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(number) => {
            let plain = number.to_string();
            let masked = secrets.mask(&plain);
            if masked == plain {
                value.clone()
            } else {
                Value::String(masked)
            }
        }
        Value::String(text) => Value::String(secrets.mask(text)),
        Value::Array(values) => values.iter().map(|value| masked(value, secrets)).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(name, value)| (secrets.mask(name), masked(value, secrets)))
                .collect::<Map<_, _>>(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::masked;
    use crate::secret::Secrets;

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let secrets = Secrets::new();
        secrets.add("hunter2");
        secrets.add("123456");
        let value = json!({ "a hunter2": [1, 123_456, null, true, "a \"hunter2\""] });
        assert_eq!(
            masked(&value, &secrets),
            json!({ "a ***": [1, "***", null, true, "a \"***\""] })
        );
    }
}
