//! The Docker Engine: where it is, how it is reached, and what it can do.

mod address;
mod build;
mod context;
mod dockerfile;
mod error;
mod images;
mod locate;
mod login;
mod ping;
mod platform;
mod push;
mod stream;
mod tag;
mod transport;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bollard::Docker;

pub use address::Address;
pub use build::{Build, BuildError, Built, Checked, Listener, Update, build, check, check_files};
pub use context::{BuildContext, ContextError, Travelling};
pub use error::EngineError;
pub use images::image_names;
pub use ping::About;
pub use platform::is_platform;
pub use push::{Fault, Layer, PushError, push};
pub use stream::Connection;
pub use tag::{registry_digest, tag, untag};

/// How long a call that should be quick may take until its answer begins.
const QUICK: Duration = Duration::from_mins(1);

/// For builds, loads and stops, whose answer begins when the work is done.
const PATIENT: Duration = Duration::from_hours(6);

/// An engine that answered when it was connected to. Cloning is cheap and shares it.
#[derive(Clone)]
pub struct Engine {
    /// For calls that are answered at once.
    pub docker: Docker,
    /// For calls whose answer may begin hours later.
    pub patient: Docker,
    /// What a message says, and where connections outside of bollard go.
    pub address: Address,
    pub about: About,
}

/// Finds the engine as Docker's own client does and asks it whether it is there.
///
/// `DOCKER_HOST` comes first, then `DOCKER_CONTEXT`, then `currentContext` of Docker's
/// `config.json`, then the usual sockets.
#[expect(
    clippy::missing_panics_doc,
    reason = "there is always an address to try"
)]
pub async fn connect(environment: &BTreeMap<String, String>) -> Result<Engine, EngineError> {
    let mut failed: Option<EngineError> = None;
    for address in locate::candidates(environment)? {
        match ping::ping(&address).await {
            Ok(about) => {
                return Ok(Engine {
                    docker: transport::client(&address, QUICK),
                    patient: transport::client(&address, PATIENT),
                    address,
                    about,
                });
            }
            Err(error) => {
                failed = Some(match failed {
                    Some(first) => first.or_more_telling(error),
                    None => error,
                });
            }
        }
    }
    Err(failed.expect("`candidates` names at least one address"))
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("address", &self.address)
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}
