//! bollard over our own connections: one way to connect, and errors that name their cause.

use std::io;
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use hyper::body::{Body, Incoming};
use hyper::header::{HOST as HOST_HEADER, HeaderValue};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use super::Address;

/// What stands in `Host` where there is no name, as Docker's own client does it.
pub(super) const HOST: &str = "docker";

pub(super) enum SendError {
    Dial(io::Error),
    Http(hyper::Error),
}

/// A bollard client whose calls may take `patience` until their answer begins.
pub(super) fn client(address: &Address, patience: Duration) -> Docker {
    let address = address.clone();
    let transport = move |request: BollardRequest| {
        let address = address.clone();
        async move {
            send(&address, in_origin_form(request))
                .await
                .map_err(|error| match error {
                    SendError::Dial(error) => error.into(),
                    SendError::Http(error) => error.into(),
                })
        }
    };
    Docker::connect_with_custom_transport(
        transport,
        Some(format!("http://{HOST}")),
        patience.as_secs(),
        API_DEFAULT_VERSION,
    )
    .expect("bollard only stores what it is given")
}

/// One request on a connection of its own, which closes when the answer has been read or dropped.
pub(super) async fn send<B>(
    address: &Address,
    request: Request<B>,
) -> Result<Response<Incoming>, SendError>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let connection = address.dial().await.map_err(SendError::Dial)?;
    let (mut sender, driver) = hyper::client::conn::http1::handshake(TokioIo::new(connection))
        .await
        .map_err(SendError::Http)?;
    // Upgrades are for attaching to containers and for BuildKit.
    tokio::spawn(driver.with_upgrades());
    sender.send_request(request).await.map_err(SendError::Http)
}

/// `GET /path` with a `Host`, where bollard hands over the whole URL.
fn in_origin_form(mut request: BollardRequest) -> BollardRequest {
    if let Some(path) = request.uri().path_and_query() {
        *request.uri_mut() = path.as_str().parse().expect("a part of a URI is a URI");
    }
    request
        .headers_mut()
        .insert(HOST_HEADER, HeaderValue::from_static(HOST));
    request
}
