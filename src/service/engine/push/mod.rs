//! Pushing through the engine, reading its stream ourselves: bollard's type for it has no layer
//! ids, and most failures arrive inside an answer of 200.

mod error;
mod stream;

use bytes::{Buf, Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::{Request, Response, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use self::stream::Reading;
use super::{Engine, transport};
use crate::service::registry::{Credentials, Reference};

pub use error::{Fault, PushError};
pub use stream::Layer;

/// What may stand in a path as it is; an IPv6 registry has brackets, which may not.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'/')
    .remove(b':');

/// The longest line that is read; the engine's are under a kilobyte.
const LONGEST_LINE: usize = 1 << 20;

/// Pushes the image that the engine knows by `reference`, with its tag, and gives the digest of
/// the manifest in the registry. `on_layer` hears of each layer, by its short id.
pub async fn push(
    engine: &Engine,
    reference: &Reference,
    credentials: &Credentials,
    on_layer: impl FnMut(&str, Layer),
) -> Result<String, PushError> {
    let mut response = begin(engine, reference, credentials).await?;
    let mut reading = Reading::new(on_layer);
    let mut pending = BytesMut::new();
    while let Some(frame) = response.body_mut().frame().await {
        let frame = frame.map_err(PushError::BrokenOff)?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        pending.extend_from_slice(&piece);
        while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
            reading.line(&pending[..end])?;
            pending.advance(end + 1);
        }
        if pending.len() > LONGEST_LINE {
            return Err(PushError::Garbled);
        }
    }
    reading.line(&pending)?;
    reading.digest.ok_or(PushError::NoDigest)
}

/// API: `POST /images/{name}/push`, in every version of the engine.
async fn begin(
    engine: &Engine,
    reference: &Reference,
    credentials: &Credentials,
) -> Result<Response<Incoming>, PushError> {
    let name = reference.familiar_name();
    let path = format!(
        "/images/{}/push?tag={}",
        utf8_percent_encode(&name, PATH),
        reference.tag.as_deref().unwrap_or("latest")
    );
    let request = Request::post(path)
        .header(header::HOST, transport::HOST)
        .header("X-Registry-Auth", credentials.header(&reference.registry))
        .body(Empty::<Bytes>::new())
        .expect("a percent-encoded path and a base64 header");
    let response = transport::send(&engine.address, request).await;
    let response = response.map_err(|error| match error {
        transport::SendError::Dial(source) => PushError::NoEngine {
            address: engine.address.clone(),
            source,
        },
        transport::SendError::Http(source) => PushError::BrokenOff(source),
    })?;
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let body = response.into_body().collect().await;
    let body = body.map_err(PushError::BrokenOff)?.to_bytes();
    let message = match serde_json::from_slice::<Told>(&body) {
        Ok(told) => told.message,
        Err(_) => status.to_string(),
    };
    Err(PushError::Told { message })
}

#[derive(Deserialize)]
struct Told {
    message: String,
}
