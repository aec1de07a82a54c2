//! One image to one registry, under one or several tags: sent by the engine, then looked for.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

use super::{ActionError, Context, Credentials, Reference, trouble};
use crate::event::Progress;
use crate::service::engine::{self, Engine, Fault, Layer, PushError};
use crate::service::registry::{Registry, RegistryError};

/// What all steps of a push need.
pub(super) struct Push<'a> {
    pub(super) context: &'a Context,
    pub(super) credentials: &'a Credentials,
    /// How often to try again.
    pub(super) retry: u32,
}

impl Push<'_> {
    /// Finds out early that the registry does not know the user: an engine tells it only after
    /// up to a minute of attempts. A registry that only the engine can reach is left to it.
    pub(super) async fn log_in(&self, name: &str) -> Result<(), ActionError> {
        let registry = self.registry(name)?;
        let transient = |error: &RegistryError| error.is_transient() && !error.is_unreachable();
        let answer = (|| registry.login())
            .retry(self.backoff())
            .when(transient)
            .notify(|error, wait| self.try_again(&error.to_string(), wait))
            .await;
        match answer {
            Err(error) if error.is_refusal() || transient(&error) => {
                Err(self.registry_trouble(&error, name))
            }
            _ => Ok(()),
        }
    }

    /// Pushes the image called `source` as each of `targets`, which are in one registry, and
    /// gives its digest there.
    pub(super) async fn all(
        &self,
        engine: &Engine,
        source: &Reference,
        targets: &[Reference],
    ) -> Result<String, ActionError> {
        let mut first = None;
        for target in targets {
            if target != source {
                let tagged = engine::tag(engine, source, target).await;
                tagged.map_err(|error| self.push_trouble(&error, target))?;
            }
            let digest = self.one(engine, target).await?;
            self.verify(engine, target, &digest).await?;
            first.get_or_insert(digest);
        }
        Ok(first.expect("an image is pushed under one tag at least"))
    }

    async fn one(&self, engine: &Engine, target: &Reference) -> Result<String, ActionError> {
        let name = target.familiar();
        let place = if target.is_on_hub() {
            " to Docker Hub"
        } else {
            ""
        };
        self.context
            .say(format!("pushing `{name}`{place} {}", self.identity()));
        let transient = |error: &PushError| match error.fault() {
            Fault::Transient => true,
            // A rehearsal's registry is always there: an engine that does not find it is elsewhere.
            Fault::NobodyThere => self.context.standins.is_none(),
            Fault::Refused | Fault::NoImage | Fault::UnknownHost | Fault::Lasting => false,
        };
        let pushed = (|| self.once(engine, target))
            .retry(self.backoff())
            .when(transient)
            .notify(|error, wait| {
                let short = trouble::in_short(error, target);
                let why = match error.fault() {
                    Fault::NobodyThere => &short.message,
                    _ => short.causes.last().unwrap_or(&short.message),
                };
                self.try_again(why, wait);
            })
            .await;
        pushed.map_err(|error| self.push_trouble(&error, target))
    }

    async fn once(&self, engine: &Engine, target: &Reference) -> Result<String, PushError> {
        let (mut sent, mut present) = (0, 0);
        let on_layer = |id: &str, layer: Layer| {
            match layer {
                Layer::Sent => sent += 1,
                Layer::Present => present += 1,
                _ => {}
            }
            self.tell(id, layer);
        };
        let digest = engine::push(engine, target, self.credentials, on_layer).await?;
        let layers = match sent + present {
            1 => "1 layer".to_owned(),
            count => format!("{count} layers"),
        };
        let there = match (sent, present) {
            (_, 0) => String::new(),
            (0, _) => ", already there".to_owned(),
            (_, some) => format!(", {some} already there"),
        };
        let name = target.familiar();
        self.context
            .say(format!("pushed `{name}` ({layers}{there}): {digest}"));
        Ok(digest)
    }

    fn tell(&self, id: &str, layer: Layer) {
        let (amount, done) = match layer {
            Layer::Sending { sent, total } => {
                // What is sent has headers that what is counted has not.
                (total.map(|total| (sent.min(total), total)), false)
            }
            Layer::Sent | Layer::Present => (None, true),
            Layer::Retrying { after } => {
                let message = format!("layer {id} broke off; the engine tries again in {after}");
                return self.context.warn(message);
            }
        };
        self.context.progress(Progress {
            label: format!("pushing {id}"),
            amount,
            done,
        });
    }

    /// Asks the registry what it has now; where only the engine can reach it, through the engine.
    async fn verify(
        &self,
        engine: &Engine,
        target: &Reference,
        pushed: &str,
    ) -> Result<(), ActionError> {
        let registry = self.registry(&target.registry)?;
        let asked = (|| registry.digest(target))
            .retry(self.backoff())
            .when(|error: &RegistryError| error.is_transient() && !error.is_unreachable())
            .notify(|error, wait| self.try_again(&error.to_string(), wait))
            .await;
        let found = match asked {
            Ok(found) => found,
            Err(error) if error.is_unreachable() => {
                let asked = engine::registry_digest(engine, target, self.credentials).await;
                asked.map_err(|_| self.registry_trouble(&error, &target.registry))?
            }
            Err(error) => return Err(self.registry_trouble(&error, &target.registry)),
        };
        let name = target.familiar();
        match found {
            Some(found) if found == pushed => Ok(()),
            Some(found) => Err(ActionError::new(format!(
                "`{name}` is {found} in the registry, not {pushed} as it was pushed"
            ))
            .hint("something else pushes to the same tag: give each push a tag of its own")),
            None => Err(ActionError::new(format!(
                "the registry does not have `{name}`, which was pushed without an error"
            ))),
        }
    }

    /// As whom, in words.
    fn identity(&self) -> String {
        match self.credentials {
            Credentials::Anonymous => "without a login".to_owned(),
            Credentials::Password { username, .. } => format!("as `{username}`"),
            Credentials::IdentityToken(_) => "with an identity token".to_owned(),
        }
    }

    pub(super) fn registry(&self, name: &str) -> Result<Registry, ActionError> {
        Registry::new(name, self.credentials.clone())
            .map_err(|error| self.registry_trouble(&error, name))
    }

    pub(super) fn registry_trouble(&self, error: &RegistryError, name: &str) -> ActionError {
        trouble::registry(error, name, self.credentials, &self.context.environment)
    }

    fn push_trouble(&self, error: &PushError, target: &Reference) -> ActionError {
        trouble::push(error, target, self.credentials, &self.context.environment)
    }

    fn try_again(&self, why: &str, wait: Duration) {
        let seconds = wait.as_secs_f64();
        self.context
            .warn(format!("{why}; trying again in {seconds:.1} s"));
    }

    /// After 0.5, 1, 2, 4 … seconds, and up to as much more, so that many do not come back at once.
    fn backoff(&self) -> ExponentialBuilder {
        ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(Duration::from_secs(30))
            .with_max_times(self.retry as usize)
            .with_jitter()
    }
}
