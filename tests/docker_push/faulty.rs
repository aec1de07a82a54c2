//! A registry in front of a real one that spoils some answers.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// It serves until it is dropped.
pub(super) struct Faulty {
    /// `127.0.0.1:PORT`.
    pub(super) address: String,
    _stop: oneshot::Sender<()>,
}

/// What happens to requests of this method whose path has this in it.
#[derive(Clone, Copy)]
pub(super) struct Spoiled {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// How many of them.
    pub(super) times: usize,
    pub(super) fault: Fault,
}

#[derive(Clone, Copy)]
pub(super) enum Fault {
    /// Answered with this status and body.
    Status(u16, &'static str),
    /// Passed on, but the answer tells another digest.
    Digest,
    /// Never answered.
    Silence,
}

type Answer = Response<BoxBody<Bytes, hyper::Error>>;

impl Faulty {
    pub(super) fn before(upstream: &str, spoiled: Spoiled) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("a bound socket").to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let upstream: Arc<str> = upstream.into();
        thread::spawn(move || {
            runtime.spawn(serve(listener, upstream, spoiled));
            // Either way it is time to go.
            let _ = runtime.block_on(stopped);
        });
        Self {
            address,
            _stop: stop,
        }
    }
}

async fn serve(listener: TcpListener, upstream: Arc<str>, spoiled: Spoiled) {
    let count = Arc::new(AtomicUsize::new(0));
    loop {
        let (connection, _) = listener.accept().await.expect("a connection");
        let (upstream, count) = (upstream.clone(), count.clone());
        let service = service_fn(move |request| {
            let (upstream, count) = (upstream.clone(), count.clone());
            async move { Ok::<_, Infallible>(answer(&upstream, spoiled, &count, request).await) }
        });
        let connection = TokioIo::new(connection);
        tokio::spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(connection, service),
        );
    }
}

async fn answer(
    upstream: &str,
    spoiled: Spoiled,
    count: &AtomicUsize,
    request: Request<Incoming>,
) -> Answer {
    let fits = request.method() == spoiled.method && request.uri().path().contains(spoiled.path);
    if !fits || count.fetch_add(1, Ordering::SeqCst) >= spoiled.times {
        return pass_on(upstream, request).await;
    }
    match spoiled.fault {
        Fault::Status(status, body) => {
            let whole = Full::new(Bytes::from_static(body.as_bytes()));
            let mut answer = Response::new(whole.map_err(|never| match never {}).boxed());
            *answer.status_mut() = status.try_into().expect("a status");
            answer
        }
        Fault::Digest => {
            let mut answer = pass_on(upstream, request).await;
            let other = format!("sha256:{}", "0".repeat(64));
            let other = other.parse().expect("a header's value");
            answer.headers_mut().insert("docker-content-digest", other);
            answer
        }
        Fault::Silence => std::future::pending().await,
    }
}

async fn pass_on(upstream: &str, request: Request<Incoming>) -> Answer {
    let connection = TcpStream::connect(upstream).await.expect("a registry");
    let (mut sender, driver) = hyper::client::conn::http1::handshake(TokioIo::new(connection))
        .await
        .expect("HTTP");
    tokio::spawn(driver);
    let answer = sender.send_request(request).await.expect("an answer");
    answer.map(BodyExt::boxed)
}
