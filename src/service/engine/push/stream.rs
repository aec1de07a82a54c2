//! The engine's lines about a push, one JSON object each.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::PushError;

/// Where one layer of a push is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Bytes sent, and of how many, when that is known. They are counted before compression.
    Sending {
        sent: u64,
        total: Option<u64>,
    },
    /// The engine itself tries again, after as long as it says (`5 seconds`).
    Retrying {
        after: String,
    },
    Sent,
    /// The registry had it.
    Present,
}

/// The lines read so far.
pub(super) struct Reading<F> {
    /// Of the manifest, once the engine has told it.
    pub(super) digest: Option<String>,
    on_layer: F,
    /// Ids of layers that wait to be tried again: the engine counts down, which is heard once.
    retrying: BTreeSet<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Line {
    status: String,
    id: String,
    progress_detail: Amount,
    aux: Option<Aux>,
    error: Option<String>,
    error_detail: Option<ErrorDetail>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Amount {
    current: u64,
    total: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Aux {
    digest: Option<String>,
}

#[derive(Deserialize)]
struct ErrorDetail {
    message: String,
}

impl<F: FnMut(&str, Layer)> Reading<F> {
    pub(super) fn new(on_layer: F) -> Self {
        Self {
            digest: None,
            on_layer,
            retrying: BTreeSet::new(),
        }
    }

    pub(super) fn line(&mut self, line: &[u8]) -> Result<(), PushError> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        let line: Line = serde_json::from_slice(line).map_err(|_| PushError::Garbled)?;
        let detail = line.error_detail.map(|detail| detail.message);
        if let Some(message) = detail.or(line.error) {
            return Err(PushError::Told { message });
        }
        let told = line.aux.and_then(|aux| aux.digest);
        if let Some(digest) = told.or_else(|| digest_in(&line.status)) {
            self.digest = Some(digest);
        }
        if let Some(layer) = layer(&line.status, &line.progress_detail) {
            self.tell(&line.id, layer);
        }
        Ok(())
    }

    fn tell(&mut self, id: &str, layer: Layer) {
        if matches!(layer, Layer::Retrying { .. }) {
            if !self.retrying.insert(id.to_owned()) {
                return;
            }
        } else {
            self.retrying.remove(id);
        }
        (self.on_layer)(id, layer);
    }
}

/// What a layer's status means (moby's `distribution/push_v2.go`, and `daemon/containerd` where
/// images are kept by containerd). `Preparing` and `Waiting` mean nothing yet.
fn layer(status: &str, amount: &Amount) -> Option<Layer> {
    Some(match status {
        "Pushing" => Layer::Sending {
            sent: amount.current,
            total: amount.total.filter(|total| *total > 0),
        },
        "Pushed" => Layer::Sent,
        "Layer already exists" | "Already exists" => Layer::Present,
        _ if status.starts_with("Mounted from ") => Layer::Present,
        _ => Layer::Retrying {
            after: status.strip_prefix("Retrying in ")?.to_owned(),
        },
    })
}

/// Engines of old tell the digest only as `v1: digest: sha256:… size: 527`.
fn digest_in(status: &str) -> Option<String> {
    let (_, rest) = status.split_once(": digest: ")?;
    let (digest, _) = rest.split_once(" size: ")?;
    Some(digest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Reading;

    fn read(lines: &str) -> (Vec<String>, Result<Option<String>, String>) {
        let mut heard = Vec::new();
        let mut reading = Reading::new(|id: &str, layer| heard.push(format!("{id} {layer:?}")));
        let read = lines
            .lines()
            .try_for_each(|line| reading.line(line.as_bytes()));
        let digest = reading.digest.take();
        drop(reading);
        (
            heard,
            read.map(|()| digest).map_err(|error| error.to_string()),
        )
    }

    #[test]
    fn hears_of_layers_and_the_digest() {
        let (heard, digest) = read(
            r#"{"status":"The push refers to repository [127.0.0.1:5000/me/app]"}
{"status":"Preparing","progressDetail":{},"id":"3e525d2b64a7"}
{"status":"Pushing","progressDetail":{"current":512,"total":3145728},"progress":"[>   ]","id":"3e525d2b64a7"}
{"status":"Pushing","progressDetail":{"current":3146240},"id":"3e525d2b64a7"}
{"status":"Retrying in 2 seconds","progressDetail":{},"id":"3e525d2b64a7"}
{"status":"Retrying in 1 second","progressDetail":{},"id":"3e525d2b64a7"}
{"status":"Pushed","progressDetail":{},"id":"3e525d2b64a7"}
{"status":"Layer already exists","progressDetail":{},"id":"a"}
{"status":"Mounted from me/base","progressDetail":{},"id":"b"}
{"status":"1: digest: sha256:c166 size: 527"}"#,
        );
        let wanted = [
            "3e525d2b64a7 Sending { sent: 512, total: Some(3145728) }",
            "3e525d2b64a7 Sending { sent: 3146240, total: None }",
            "3e525d2b64a7 Retrying { after: \"2 seconds\" }",
            "3e525d2b64a7 Sent",
            "a Present",
            "b Present",
        ];
        assert_eq!(heard, wanted);
        assert_eq!(digest, Ok(Some("sha256:c166".to_owned())));
        let aux = r#"{"progressDetail":{},"aux":{"Tag":"1","Digest":"sha256:c167","Size":527}}"#;
        assert_eq!(read(aux).1, Ok(Some("sha256:c167".to_owned())));
    }

    #[test]
    fn an_error_in_the_stream_is_an_error() {
        for (line, wanted) in [
            (
                r#"{"errorDetail":{"message":"no basic auth credentials"},"error":"no basic auth credentials"}"#,
                "no basic auth credentials",
            ),
            (r#"{"error":"denied"}"#, "denied"),
            (
                "<html>",
                "what the engine says about the push makes no sense",
            ),
        ] {
            assert_eq!(read(line).1, Err(wanted.to_owned()));
        }
        assert_eq!(read(r#"{"status":"Pushed","id":"a"}"#).1, Ok(None));
        assert_eq!(read("").1, Ok(None));
    }

    #[test]
    fn a_layer_that_fails_twice_is_heard_of_twice() {
        let lines = [
            r#"{"status":"Retrying in 1 second","id":"a"}"#,
            r#"{"status":"Pushing","id":"a","progressDetail":{"current":1,"total":2}}"#,
            r#"{"status":"Retrying in 10 seconds","id":"a"}"#,
        ];
        let (heard, _) = read(&lines.join("\n"));
        assert_eq!(heard.len(), 3);
    }
}
