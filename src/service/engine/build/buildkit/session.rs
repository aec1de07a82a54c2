//! The connection on which the engine calls us.

use std::io;

use bollard_buildkit_proto::health::health_server::HealthServer;
use bollard_buildkit_proto::moby::buildkit::secrets::v1::secrets_server::SecretsServer;
use bollard_buildkit_proto::moby::filesync::packet::file_sync_server::FileSyncServer;
use bollard_buildkit_proto::moby::filesync::v1::auth_server::AuthServer;
use hyper::server::conn::http2;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioExecutor;
use hyper_util::service::TowerToHyperService;
use ring::digest::{SHA256, digest};
use tonic::Status;
use tonic::service::Routes;

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
    routes: Routes,
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
        let routes = Routes::new(HealthServer::new(Healthy))
            .add_service(FileSyncServer::new(Files::new(build, witness)))
            .add_service(SecretsServer::new(Given::new(build, witness)))
            .add_service(AuthServer::new(Logins::new(build)));
        Ok(Self {
            id,
            connection,
            routes: routes.prepare(),
        })
    }

    /// Answers the engine until it closes the connection, which it does when it goes away.
    pub(super) async fn serve(self) -> Status {
        let service = TowerToHyperService::new(self.routes);
        let served = http2::Builder::new(TokioExecutor::new())
            .serve_connection(self.connection, service)
            .await;
        match served {
            Ok(()) => Status::unavailable("the engine closed the session"),
            Err(error) => Status::from_error(Box::new(error)),
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
