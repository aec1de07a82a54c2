//! A length of time as options write it.

use serde::{Deserialize, Deserializer, de};

/// `"10m"`, `"1m30s"`, `"500ms"`, or a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(std::time::Duration);

impl From<Duration> for std::time::Duration {
    fn from(duration: Duration) -> Self {
        duration.0
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let seconds = value.as_f64().filter(|n| *n >= 0.0);
        seconds
            .and_then(|n| std::time::Duration::try_from_secs_f64(n).ok())
            .map(Duration)
            .ok_or_else(|| de::Error::custom("no length of time"))
    }
}

impl schemars::JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number"] })
    }
}
