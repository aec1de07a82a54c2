//! `moby.buildkit.secrets.v1.Secrets`: contents for `RUN --mount=type=secret`. They are mounted in
//! memory for that one step and enter no layer.

use std::collections::BTreeMap;

use bollard_buildkit_proto::moby::buildkit::secrets::v1::secrets_server::Secrets;
use bollard_buildkit_proto::moby::buildkit::secrets::v1::{GetSecretRequest, GetSecretResponse};
use tonic::{Request, Response, Status};

use super::fault::Witness;
use crate::service::engine::build::Build;

pub(super) struct Given {
    secrets: BTreeMap<String, Vec<u8>>,
    witness: Witness,
}

impl Given {
    pub(super) fn new(build: &Build, witness: &Witness) -> Self {
        Self {
            secrets: build.secrets.clone(),
            witness: witness.clone(),
        }
    }
}

#[tonic::async_trait]
impl Secrets for Given {
    async fn get_secret(
        &self,
        request: Request<GetSecretRequest>,
    ) -> Result<Response<GetSecretResponse>, Status> {
        let id = request.into_inner().id;
        let Some(data) = self.secrets.get(&id).cloned() else {
            self.witness.missed_secret(&id);
            return Err(Status::not_found(format!("secret {id} not found")));
        };
        Ok(Response::new(GetSecretResponse { data }))
    }
}
