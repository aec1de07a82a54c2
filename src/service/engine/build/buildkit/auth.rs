//! `moby.filesync.v1.Auth`: logins for the registries that base images and caches come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use bollard_buildkit_proto::moby::filesync::v1::auth_server::Auth;
use bollard_buildkit_proto::moby::filesync::v1::{
    CredentialsRequest, CredentialsResponse, FetchTokenRequest, FetchTokenResponse,
    GetTokenAuthorityRequest, GetTokenAuthorityResponse, VerifyTokenAuthorityRequest,
    VerifyTokenAuthorityResponse,
};
use tonic::{Request, Response, Status};

use crate::secret::Secrets;
use crate::service::engine::build::Build;
use crate::service::registry::{self, Credentials};

pub(super) struct Logins {
    environment: Arc<BTreeMap<String, String>>,
    hidden: Secrets,
}

impl Logins {
    pub(super) fn new(build: &Build) -> Self {
        Self {
            environment: build.environment.clone(),
            hidden: build.hidden.clone(),
        }
    }
}

#[tonic::async_trait]
impl Auth for Logins {
    async fn credentials(
        &self,
        request: Request<CredentialsRequest>,
    ) -> Result<Response<CredentialsResponse>, Status> {
        let host = request.into_inner().host;
        let registry = match host.as_str() {
            "registry-1.docker.io" | "index.docker.io" => "docker.io",
            other => other,
        };
        let found = registry::credentials(registry, None, &self.environment).await;
        let found = found.map_err(|error| Status::internal(error.to_string()))?;
        if let Some(secret) = found.secret() {
            self.hidden.add(secret);
        }
        let (username, secret) = match found {
            Credentials::Anonymous => Default::default(),
            Credentials::Password { username, password } => (username, password),
            Credentials::IdentityToken(token) => (String::new(), token),
        };
        Ok(Response::new(CredentialsResponse { username, secret }))
    }

    async fn fetch_token(
        &self,
        _: Request<FetchTokenRequest>,
    ) -> Result<Response<FetchTokenResponse>, Status> {
        Err(Status::unimplemented("not offered"))
    }

    async fn get_token_authority(
        &self,
        _: Request<GetTokenAuthorityRequest>,
    ) -> Result<Response<GetTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("not offered"))
    }

    async fn verify_token_authority(
        &self,
        _: Request<VerifyTokenAuthorityRequest>,
    ) -> Result<Response<VerifyTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("not offered"))
    }
}
