//! What is secret among the options of a call.

use serde_json::Value;

use crate::secret::{Secrets, hide as hidden, is_secret, with_credential};

/// Hides from every output what the options' names, and those within them, say is secret. Tells
/// whether all of it could be, so that the command line may be kept.
pub fn hide(options: &Value, secrets: &Secrets) -> bool {
    let options = options.as_object().into_iter().flatten();
    all(options.map(|(name, value)| {
        let own = credential(name, value, secrets);
        own.unwrap_or_else(|| by_their_names(value, secrets))
    }))
}

/// Hides the credentials among the options. What a script writes into the environment of a command
/// is not taken for one: a key of its tests may be a word of any line.
pub fn hide_credentials(options: &Value, secrets: &Secrets) {
    for (name, value) in options.as_object().into_iter().flatten() {
        let _ = credential(name, value, secrets);
    }
}

/// Hides the value of an option that is a credential by its name, if it is one.
fn credential(name: &str, value: &Value, secrets: &Secrets) -> Option<bool> {
    Some(match name {
        "dsn" => secrets.add_dsn(value.as_str().unwrap_or_default()),
        "secrets" | "hook" => every_text(value, secrets),
        "headers" => headers(value, secrets),
        name if is_secret(&format!("_{name}"), text_of(value)) => every_text(value, secrets),
        _ => return None,
    })
}

/// Whether all are; unlike [`Iterator::all`] it asks each of them.
fn all(hidden: impl Iterator<Item = bool>) -> bool {
    hidden.filter(|hidden| !hidden).count() == 0
}

/// The entries of a map whose own names say so, and URLs that have a password in them.
fn by_their_names(value: &Value, secrets: &Secrets) -> bool {
    match value {
        Value::String(text) => {
            if let Some(url) = with_credential(text) {
                secrets.add_url_parts(&url);
            }
            true
        }
        Value::Array(values) => all(values.iter().map(|value| by_their_names(value, secrets))),
        Value::Object(entries) => all(entries.iter().map(|(name, value)| {
            if is_secret(name, text_of(value)) {
                every_text(value, secrets)
            } else {
                by_their_names(value, secrets)
            }
        })),
        _ => true,
    }
}

fn headers(value: &Value, secrets: &Secrets) -> bool {
    let headers = value.as_object().into_iter().flatten();
    all(headers.map(|(name, value)| secrets.add_header(name, value.as_str().unwrap_or_default())))
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn every_text(value: &Value, secrets: &Secrets) -> bool {
    match value {
        Value::String(text) => hidden(text, secrets),
        Value::Array(values) => all(values.iter().map(|value| every_text(value, secrets))),
        // `{ "env": "NAME" }` tells where a secret is, and is none.
        Value::Object(entries) if entries.contains_key("env") || entries.contains_key("file") => {
            true
        }
        Value::Object(entries) => all(entries.values().map(|value| every_text(value, secrets))),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::hide;
    use crate::secret::Secrets;

    #[test]
    fn what_a_name_says_is_secret_is_hidden() {
        let secrets = Secrets::new();
        let options = json!({
            "password": "hunter22", "hook": "https://api.render.com/deploy/srv-1?key=k3y-1",
            "secrets": { "id": "s3cret-1", "from": { "env": "PLAIN_NAME" } },
            "env": { "API_TOKEN": "t0ken-1", "PLACE": "quay-four" },
            "headers": { "authorization": "Bearer b3arer-1" },
            "url": "https://ada:p4ssword@example.com/", "message": "plain words",
        });
        assert!(hide(&options, &secrets));
        let shown = secrets.mask(&options.to_string());
        for secret in [
            "hunter22", "k3y-1", "s3cret-1", "t0ken-1", "b3arer-1", "p4ssword",
        ] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
        for plain in ["PLAIN_NAME", "quay-four", "example.com", "plain words"] {
            assert!(shown.contains(plain), "{plain}: {shown}");
        }
    }

    #[test]
    fn a_secret_that_cannot_be_hidden_is_told() {
        assert!(!hide(&json!({ "password": "abc" }), &Secrets::new()));
        assert!(!hide(
            &json!({ "env": { "A_TOKEN": "abc", "B": "x" } }),
            &Secrets::new()
        ));
    }
}
