//! The connection on which the engine calls us.

use std::convert::Infallible;
use std::io;

use bollard_buildkit_proto::health::health_server::HealthServer;
use bollard_buildkit_proto::moby::buildkit::secrets::v1::secrets_server::SecretsServer;
use bollard_buildkit_proto::moby::filesync::packet::file_sync_server::FileSyncServer;
use bollard_buildkit_proto::moby::filesync::v1::auth_server::AuthServer;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::upgrade::Upgraded;
use hyper::{Request, Response};
use hyper_util::rt::TokioExecutor;
use ring::digest::{SHA256, digest};
use tonic::Status;
use tonic::body::Body;
use tower::Service as _;

use super::auth::Logins;
use super::fault::Witness;
use super::filesync::Files;
use super::health::Healthy;
use super::hijack::hijack;
use super::secrets::Given;
use crate::service::engine::Engine;
use crate::service::engine::build::Build;
use crate::service::registry::hex;

/// What the engine may call; it asks for nothing that is not listed.
const METHODS: &[&str] = &[
    "/moby.filesync.v1.FileSync/DiffCopy",
    "/moby.buildkit.secrets.v1.Secrets/GetSecret",
    "/moby.filesync.v1.Auth/Credentials",
    "/grpc.health.v1.Health/Check",
];

pub(super) struct Session {
    pub(super) id: String,
    connection: Upgraded,
    services: Services,
}

#[derive(Clone)]
struct Services {
    health: HealthServer<Healthy>,
    files: FileSyncServer<Files>,
    secrets: SecretsServer<Given>,
    logins: AuthServer<Logins>,
}

impl Session {
    /// Opens the connection; the engine's calls wait until [`Session::serve`].
    pub(super) async fn open(
        engine: &Engine,
        build: &Build,
        witness: &Witness,
    ) -> io::Result<Self> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let mut headers = vec![
            ("X-Docker-Expose-Session-Uuid", id.clone()),
            ("X-Docker-Expose-Session-Name", "wharf".to_owned()),
            ("X-Docker-Expose-Session-Sharedkey", shared_key(build)),
        ];
        for method in METHODS {
            headers.push(("X-Docker-Expose-Session-Grpc-Method", (*method).to_owned()));
        }
        let connection = hijack(&engine.address, "/session", &headers).await?;
        Ok(Self {
            id,
            connection,
            services: Services {
                health: HealthServer::new(Healthy),
                files: FileSyncServer::new(Files::new(build, witness)),
                secrets: SecretsServer::new(Given::new(build, witness)),
                logins: AuthServer::new(Logins::new(build)),
            },
        })
    }

    /// Answers the engine until it closes the connection, which it does when it goes away.
    pub(super) async fn serve(self) -> Status {
        let service = service_fn(move |request| self.services.clone().answer(request));
        let served = http2::Builder::new(TokioExecutor::new())
            .serve_connection(self.connection, service)
            .await;
        match served {
            Ok(()) => Status::unavailable("the engine closed the session"),
            Err(error) => Status::from_error(Box::new(error)),
        }
    }
}

impl Services {
    async fn answer(mut self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let path = request.uri().path();
        let service = path.trim_start_matches('/').split('/').next();
        match service.unwrap_or_default() {
            "grpc.health.v1.Health" => self.health.call(request).await,
            "moby.filesync.v1.FileSync" => self.files.call(request).await,
            "moby.buildkit.secrets.v1.Secrets" => self.secrets.call(request).await,
            "moby.filesync.v1.Auth" => self.logins.call(request).await,
            _ => Ok(Status::unimplemented("").into_http()),
        }
    }
}

/// Tells the engine which earlier build had the same source, so that it asks for changed files
/// alone. It stays the same for a folder and says nothing about it.
fn shared_key(build: &Build) -> String {
    let root = &build.context.root;
    let root = root.canonicalize().unwrap_or_else(|_| root.clone());
    let sum = digest(&SHA256, root.as_os_str().as_encoded_bytes());
    format!("wharf:{}", hex(sum.as_ref()))
}
