//! A BuildKit client: a build is one `Solve` call, and while it runs the engine calls back on a
//! second connection, the session, for files, secrets and logins.
//!
//! Only files that the engine does not have yet travel, which bollard's two ways of using BuildKit
//! cannot do; one of them loses secrets, too, and the other all progress.

mod auth;
mod channel;
mod fault;
mod filesync;
mod health;
mod hijack;
mod progress;
mod request;
mod secrets;
mod selection;
mod session;

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::StatusRequest;
use bollard_buildkit_proto::moby::buildkit::v1::control_client::ControlClient;
use hyper::Uri;

use self::channel::Channel;
use self::fault::Witness;
use self::session::Session;
use super::steps::Steps;
use super::{Build, BuildError, Listener};
use crate::service::engine::Engine;
use crate::service::engine::dockerfile::Dockerfile;
use crate::words::root_cause;

/// How long the last of the progress may take to arrive after the build's end.
const DRAIN: Duration = Duration::from_secs(2);

/// Builds and gives the image's id. Everything lives in this future: dropping it closes both
/// connections, and the engine stops at once.
pub(super) async fn build(
    engine: &Engine,
    build: &Build,
    dockerfile: &Dockerfile,
    listener: Listener<'_>,
) -> Result<String, BuildError> {
    let gone = |cause: &(dyn std::error::Error + 'static)| BuildError::Lost {
        address: engine.address.clone(),
        cause: root_cause(cause),
    };
    let witness = Witness::default();
    let session = Session::open(engine, build, &witness).await;
    let session = session.map_err(|error| gone(&error))?;
    let channel = Channel::open(engine).await.map_err(|error| gone(&error))?;
    // A step's log may arrive in one message.
    let mut control = ControlClient::with_origin(channel, Uri::from_static("http://docker"))
        .max_decoding_message_size(64 << 20);
    let request = request::solve(build, &session.id);

    let mut steps = Steps::new(listener, &build.hidden);
    let status = StatusRequest {
        r#ref: request.r#ref.clone(),
    };
    let mut watching = control.clone();
    let watch = async {
        if let Ok(stream) = watching.status(status).await {
            progress::follow(stream.into_inner(), &mut steps).await;
        }
    };
    let solve = async {
        tokio::select! {
            solved = control.solve(request) => solved,
            closed = session.serve() => Err(closed),
        }
    };
    match Box::pin(together(solve, watch)).await {
        Ok(solved) => request::image_id(solved.into_inner()).ok_or_else(|| {
            BuildError::Refused("the engine does not tell the id of the image it built".to_owned())
        }),
        Err(status) => {
            let failed = steps.into_failed();
            Err(fault::explain(engine, dockerfile, &witness, &status, failed).await)
        }
    }
}

/// `work` with `watch` beside it, which ends soon after.
async fn together<T>(work: impl Future<Output = T>, watch: impl Future<Output = ()>) -> T {
    let (mut work, mut watch) = (pin!(work), pin!(watch));
    tokio::select! {
        done = &mut work => {
            let _ = tokio::time::timeout(DRAIN, watch).await;
            done
        }
        () = &mut watch => work.await,
    }
}
