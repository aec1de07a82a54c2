//! What every stand-in is: an HTTP service that answers as the real one would and remembers.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

use super::fault::Faults;
use crate::service::http::ORIGINAL_URL;

pub(super) type Answer<'a> = Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send + 'a>>;

/// One played service. Bodies arrive as a stream, so that an image layer is never held whole.
pub(super) trait Standin: Send + Sync + 'static {
    /// The name in `--fault NAME:…` and in the summary.
    const NAME: &'static str;

    fn answer(&self, request: Request<Incoming>) -> Answer<'_>;

    /// What it received so far, one line each, for people.
    fn received(&self) -> Vec<String>;
}

/// A listener on a free port of loopback, and its `host:port`.
pub(super) fn bind() -> io::Result<(TcpListener, String)> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    Ok((TcpListener::from_std(listener)?, address))
}

/// Answers every connection until the runtime ends.
pub(super) async fn serve<S: Standin>(listener: TcpListener, standin: Arc<S>, faults: Arc<Faults>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (standin, faults) = (standin.clone(), faults.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let (standin, faults) = (standin.clone(), faults.clone());
                async move {
                    let answer = match faults.take(S::NAME, &asked(&request)) {
                        Some(fault) => fault,
                        None => standin.answer(request).await,
                    };
                    Ok::<_, Infallible>(answer)
                }
            });
            // A client that hangs up is its own affair.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// The method, and the URL that it was before it came here where that is told.
pub(super) fn asked<B>(request: &Request<B>) -> String {
    let original = request.headers().get(ORIGINAL_URL);
    let original = original.and_then(|url| url.to_str().ok());
    // A query may be a secret, such as the key of a hook.
    let url = original.unwrap_or_else(|| request.uri().path());
    format!("{} {url}", request.method())
}

/// The body of a request that is small by its nature.
pub(super) async fn small_body(request: Request<Incoming>) -> Option<Bytes> {
    let body = Limited::new(request.into_body(), 1 << 20).collect().await;
    body.ok().map(http_body_util::Collected::to_bytes)
}

pub(super) fn json(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = status;
    let kind = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
