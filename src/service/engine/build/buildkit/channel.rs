//! The connection on which we call the engine. tonic's own channels balance and connect anew, which
//! is of no use to one build.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::{Request, Response};
use hyper_util::rt::TokioExecutor;
use tonic::body::Body;
use tower::Service;

use super::hijack::hijack;
use crate::service::engine::Engine;

/// Cloning shares the connection.
#[derive(Clone)]
pub(super) struct Channel(SendRequest<Body>);

impl Channel {
    pub(super) async fn open(engine: &Engine) -> io::Result<Self> {
        let connection = hijack(&engine.address, "/grpc", &[]).await?;
        let (sender, driver) = handshake(TokioExecutor::new(), connection)
            .await
            .map_err(io::Error::other)?;
        // It ends with the last sender, and what goes wrong on it is an answer's error.
        tokio::spawn(driver);
        Ok(Self(sender))
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Incoming>;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}
