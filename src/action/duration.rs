//! A length of time as options write it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

/// `"10m"`, `"1m30s"`, `"500ms"`, or a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(std::time::Duration);

impl From<Duration> for std::time::Duration {
    fn from(duration: Duration) -> Self {
        duration.0
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "must be a length of time such as \"1m30s\", or a number of seconds"
)]
enum Written {
    Seconds(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parsed = match Written::deserialize(deserializer)? {
            Written::Seconds(seconds) => {
                std::time::Duration::try_from_secs_f64(seconds).map_err(|_| match seconds.abs() {
                    ..1e12 => format!("{seconds} seconds are no length of time"),
                    _ => format!("{seconds:e} seconds are no length of time"),
                })
            }
            Written::Text(text) => humantime::parse_duration(text.trim()).map_err(|_| {
                format!("\"{text}\" is no length of time; write \"90s\", \"1m30s\" or \"2h\"")
            }),
        };
        parsed.map(Self).map_err(de::Error::custom)
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"], "format": "duration" })
    }
}

#[cfg(test)]
mod tests {
    use super::Duration;
    use std::time::Duration as Time;

    #[test]
    fn reads_texts_and_seconds() {
        for (json, milliseconds) in [
            (r#""10m""#, 600_000),
            (r#""1m30s""#, 90_000),
            (r#""500ms""#, 500),
            ("90", 90_000),
            ("0.5", 500),
        ] {
            let duration: Duration = serde_json::from_str(json).expect(json);
            assert_eq!(Time::from(duration), Time::from_millis(milliseconds));
        }
        for json in [r#""soon""#, r#""""#, "-1", "true", r#""10""#] {
            assert!(serde_json::from_str::<Duration>(json).is_err(), "{json}");
        }
    }
}
