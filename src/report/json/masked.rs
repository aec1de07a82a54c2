//! Masking inside of plain data, so that it stays plain data.

use serde_json::Value;

use crate::report::line::told;
use crate::secret::Secrets;

/// `value` with every secret masked: in texts, in names, and where a whole number is one.
pub(super) fn value(value: &Value, secrets: &Secrets) -> Value {
    match value {
        Value::String(text) => told(text, secrets).into(),
        Value::Array(values) => values.iter().map(|one| self::value(one, secrets)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, one)| (secrets.mask(name), self::value(one, secrets)))
            .collect(),
        Value::Number(number) => {
            let text = number.to_string();
            let masked = secrets.mask(&text);
            if masked == text {
                value.clone()
            } else {
                masked.into()
            }
        }
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::value;
    use crate::secret::Secrets;

    #[test]
    fn data_stays_data() {
        let secrets = Secrets::new();
        for secret in ["hunter22", "4711", "true", "\"a\":"] {
            secrets.add(secret);
        }
        assert_eq!(
            value(
                &json!({ "hunter22": ["of hunter22", 4711, true, null, 5], "a": {} }),
                &secrets
            ),
            json!({ "***": ["of ***", "***", true, null, 5], "a": {} })
        );
    }
}
