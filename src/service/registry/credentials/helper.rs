//! Docker's credential helpers: programs that keep logins where the system keeps secrets.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::{Credentials, Environment};
use crate::cancel::{Cancel, Reason};
use crate::event::Stream;
use crate::service::process::{self, Command, End};

/// A helper may ask a person to unlock something; nobody waits longer than this for them.
const PATIENCE: Duration = Duration::from_secs(30);

/// The helpers that Docker's `config.json` names.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Helpers {
    /// For every registry that has nothing else.
    creds_store: String,
    /// For one registry, before all else.
    cred_helpers: BTreeMap<String, String>,
}

/// What a helper writes (`docker/docker-credential-helpers`).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Login {
    username: String,
    secret: String,
}

impl Helpers {
    /// The one that is asked before what else stands in the file.
    pub(super) fn first(&self, key: &str) -> Option<&str> {
        let helper = self.cred_helpers.get(key)?;
        (!helper.is_empty()).then_some(helper)
    }

    /// The one that is asked when nothing stands in the file.
    pub(super) fn last(&self) -> Option<&str> {
        (!self.creds_store.is_empty()).then_some(&self.creds_store)
    }
}

/// Asks a helper; its group is stopped when this is dropped before it answers. What is wrong with
/// it completes “the credential helper `…` …”.
pub(super) async fn ask(
    helper: &str,
    key: &str,
    environment: &Environment,
) -> Result<Credentials, String> {
    let program = format!("docker-credential-{helper}");
    let cancel = Cancel::new();
    let _stopped_when_dropped = Dropped(cancel.clone());
    let command = Command {
        program: program.clone().into(),
        args: vec!["get".into()],
        directory: PathBuf::from("."),
        environment: Arc::new(environment.clone()),
        input: Some(key.as_bytes().to_vec()),
        timeout: Some(PATIENCE),
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let done = tokio::task::spawn_blocking(move || {
        let done = process::run(&command, &cancel, &mut |stream, bytes| match stream {
            Stream::Stdout => stdout.extend_from_slice(bytes),
            Stream::Stderr => stderr.extend_from_slice(bytes),
        });
        (done, stdout, stderr)
    });
    let (done, stdout, stderr) = done.await.map_err(|error| format!("`{program}` {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let complain = |what: String| Err(format!("`{program}` {what}"));
    match done.map(|finished| finished.end) {
        Err(_) => complain("cannot be run".to_owned()),
        Ok(End::TimedOut) => complain(format!(
            "did not answer within {}",
            humantime::format_duration(PATIENCE)
        )),
        Ok(End::Exited(0)) => match serde_json::from_slice(&stdout) {
            Ok(Login { username, secret }) if username == "<token>" => {
                Ok(Credentials::IdentityToken(secret))
            }
            Ok(Login { username, secret }) => Ok(Credentials::Password {
                username,
                password: secret,
            }),
            Err(_) => complain("does not answer with a login".to_owned()),
        },
        // Helpers tell on standard output that they know nobody.
        Ok(_) if text(&stdout) == "credentials not found in native keychain" => {
            Ok(Credentials::Anonymous)
        }
        Ok(_) => {
            let said = [text(&stdout), text(&stderr)].join(" ");
            complain(format!("failed: {}", said.trim()))
        }
    }
}

struct Dropped(Cancel);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.cancel(Reason::Superseded);
    }
}
