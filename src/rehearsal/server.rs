//! What every stand-in is: an HTTP service that answers as the real one would and remembers.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response};

pub(super) type Answer<'a> = Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send + 'a>>;

/// One played service. Bodies arrive as a stream, so that an image layer is never held whole.
pub(super) trait Standin: Send + Sync + 'static {
    /// The name in `--fault NAME:…` and in the summary.
    const NAME: &'static str;

    fn answer(&self, request: Request<Incoming>) -> Answer<'_>;

    /// What it received so far, one line each, for people.
    fn received(&self) -> Vec<String>;
}
