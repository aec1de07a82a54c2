//! A request whose connection stays open for another protocol: here HTTP/2, on which gRPC runs.

use std::io;

use http_body_util::Empty;
use hyper::header::{CONNECTION, HOST, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper::{Request, StatusCode};

use crate::service::engine::Address;
use crate::service::engine::transport::{self, SendError};

/// `POST path`, upgraded. `/grpc` makes us the client of what follows, `/session` the server.
pub(super) async fn hijack(
    address: &Address,
    path: &str,
    headers: &[(&str, String)],
) -> io::Result<Upgraded> {
    let mut request = Request::post(path)
        .header(HOST, transport::HOST)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "h2c");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request
        .body(Empty::<bytes::Bytes>::new())
        .map_err(io::Error::other)?;
    let response = match transport::send(address, request).await {
        Ok(response) => response,
        Err(SendError::Dial(error)) => return Err(error),
        Err(SendError::Http(error)) => return Err(io::Error::other(error)),
    };
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let status = response.status();
        return Err(io::Error::other(format!(
            "`POST {path}` was answered with `{status}`"
        )));
    }
    let upgraded = hyper::upgrade::on(response).await;
    upgraded.map_err(io::Error::other)
}
