//! The only door to the outside: processes, HTTP, the Docker Engine, the repository's files. One folder and one small
//! error enum each, and nothing starts before it is first asked for.

pub mod engine;
pub mod files;
pub mod git;
pub mod http;
pub mod keyboard;
pub mod process;
pub mod registry;
pub mod render;
pub mod sentry;
pub mod state;
pub mod tree;

use std::sync::OnceLock;

use tokio::runtime::Runtime;

use crate::secret::Secrets;

use http::Http;
use sentry::Limits;

/// What actions share during a run, each made on first use.
#[derive(Debug, Default)]
pub struct Services {
    runtime: OnceLock<Runtime>,
    http: Http,
    sentry: Limits,
}

impl Services {
    /// `secrets` are hidden in what services answered before it is shortened.
    pub fn new(secrets: &Secrets) -> Self {
        Self {
            http: Http::new(secrets.clone()),
            ..Self::default()
        }
    }

    /// What sends all requests but those to registries.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Which projects of Sentry take no more events for now.
    pub fn sentry(&self) -> &Limits {
        &self.sentry
    }

    /// The one async runtime, for the calls that need one.
    pub fn runtime(&self) -> &Runtime {
        self.runtime.get_or_init(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("wharf-io")
                .enable_all()
                .build()
                .expect("an operating system that can poll files and make two threads")
        })
    }
}
