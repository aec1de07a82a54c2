//! One image to one registry, under one or several tags: sent by the engine, then looked for.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

use super::{ActionError, Context, Credentials, Order, Reference, trouble};
use crate::event::Progress;
use crate::service::engine::{self, Engine, Fault, Layer, PushError};
use crate::service::registry::{Registry, RegistryError};

/// Pushes to one registry as one user.
pub(super) struct Push<'a> {
    context: &'a Context,
    /// How the registry is called in references.
    name: &'a str,
    /// As whom.
    credentials: &'a Credentials,
    registry: Registry,
    /// In a rehearsal, which registry plays that one.
    standin: Option<&'a Standin>,
    /// How often to try again.
    retry: u32,
}

/// A rehearsal's registry.
pub(super) struct Standin {
    /// `127.0.0.1:PORT`.
    pub(super) address: String,
    /// What it is shown in place of the user's credentials.
    pub(super) credentials: Credentials,
}

impl<'a> Push<'a> {
    pub(super) fn to(
        context: &'a Context,
        order: &'a Order,
        credentials: &'a Credentials,
        standin: Option<&'a Standin>,
    ) -> Result<Self, ActionError> {
        let name = &order.targets[0].registry;
        let registry = match standin {
            None => Registry::new(name, credentials.clone()),
            Some(standin) => Registry::played(name, &standin.address, standin.credentials.clone()),
        };
        let trouble = |error| trouble::registry(&error, name, credentials, &context.environment);
        Ok(Self {
            context,
            name,
            credentials,
            registry: registry.map_err(trouble)?,
            standin,
            retry: order.retry,
        })
    }

    /// Finds out early that the registry does not know the user: an engine tells it only after
    /// up to a minute of attempts. A registry that only the engine can reach is left to it.
    pub(super) async fn log_in(&self) -> Result<(), ActionError> {
        let transient = |error: &RegistryError| error.is_transient() && !error.is_unreachable();
        let answer = (|| self.registry.login())
            .retry(self.backoff())
            .when(transient)
            .notify(|error, wait| self.try_again(&error.to_string(), wait))
            .await;
        match answer {
            Err(error) if error.is_refusal() || transient(&error) => {
                Err(self.registry_trouble(&error))
            }
            _ => Ok(()),
        }
    }

    /// Pushes an image under every name it is to have, and gives its digest in the registry. In a
    /// rehearsal it may turn out that the engine is where the stand-in is not: then it is nothing.
    pub(super) async fn all(
        &self,
        engine: &Engine,
        order: &Order,
    ) -> Result<Option<String>, ActionError> {
        let mut first = None;
        for target in &order.targets {
            let sent = self.sent(target);
            if sent != order.source {
                let tagged = engine::tag(engine, &order.source, &sent).await;
                tagged.map_err(|error| self.push_trouble(&error, target))?;
            }
            let digest = match self.one(engine, target, &sent).await {
                Ok(digest) => digest,
                Err(error) if self.is_elsewhere(&error) => return Ok(None),
                Err(error) => return Err(self.push_trouble(&error, target)),
            };
            self.verify(engine, target, &sent, &digest).await?;
            first.get_or_insert(digest);
        }
        Ok(first)
    }

    /// Puts an image without layers under every name, where there is none to push.
    pub(super) async fn nothing(&self, order: &Order) -> Result<String, ActionError> {
        let trouble = |error| self.registry_trouble(&error);
        let mut digest = String::new();
        for target in &order.targets {
            let sent = self.sent(target);
            let put = self.registry.put_empty_image(&sent);
            digest = put.await.map_err(trouble)?;
        }
        Ok(digest)
    }

    /// What the engine has to call `target` to send it where it goes.
    pub(super) fn sent(&self, target: &Reference) -> Reference {
        match self.standin {
            None => target.clone(),
            Some(standin) => target.played_at(&standin.address),
        }
    }

    /// A stand-in is always there: an engine that does not find it is on another machine.
    fn is_elsewhere(&self, error: &PushError) -> bool {
        self.standin.is_some() && error.fault() == Fault::NobodyThere
    }

    async fn one(
        &self,
        engine: &Engine,
        target: &Reference,
        sent: &Reference,
    ) -> Result<String, PushError> {
        let name = target.familiar();
        let hub = target.is_on_hub();
        let place = if hub { " to Docker Hub" } else { "" };
        self.context
            .say(format!("pushing `{name}`{place} {}", self.identity()));
        let (digest, layers) = (|| self.once(engine, sent))
            .retry(self.backoff())
            .when(|error| match error.fault() {
                Fault::Transient => true,
                Fault::NobodyThere => !self.is_elsewhere(error),
                Fault::Refused
                | Fault::NoImage
                | Fault::UnknownHost
                | Fault::DiskFull
                | Fault::Lasting => false,
            })
            .notify(|error, wait| self.try_again(&trouble::reason(error, target), wait))
            .await?;
        self.context
            .say(format!("pushed `{name}` ({layers}): {digest}"));
        Ok(digest)
    }

    /// One attempt: the digest, and the layers in words.
    async fn once(&self, engine: &Engine, sent: &Reference) -> Result<(String, String), PushError> {
        let (mut new, mut present) = (0, 0);
        let on_layer = |id: &str, layer: Layer| {
            match layer {
                Layer::Sent => new += 1,
                Layer::Present => present += 1,
                Layer::Sending { .. } | Layer::Retrying { .. } => {}
            }
            self.tell(id, layer);
        };
        let credentials = match self.standin {
            None => self.credentials,
            Some(standin) => &standin.credentials,
        };
        let digest = engine::push(engine, sent, credentials, on_layer).await?;
        Ok((digest, in_words(new, present)))
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

    /// Asks the registry what it has now; where only the engine can, through the engine, which may
    /// be told of other certificates and of registries without any.
    async fn verify(
        &self,
        engine: &Engine,
        target: &Reference,
        sent: &Reference,
        pushed: &str,
    ) -> Result<(), ActionError> {
        let asked = (|| self.registry.digest(sent))
            .retry(self.backoff())
            .when(|error: &RegistryError| error.is_transient() && !error.is_unreachable())
            .notify(|error, wait| self.try_again(&error.to_string(), wait))
            .await;
        let found = match asked {
            Ok(found) => found,
            Err(error) if !error.is_refusal() => {
                let asked = engine::registry_digest(engine, sent, self.credentials).await;
                asked.map_err(|_| self.registry_trouble(&error))?
            }
            Err(error) => return Err(self.registry_trouble(&error)),
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
            ))
            .hint("does something else delete tags there? push it again")),
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

    fn registry_trouble(&self, error: &RegistryError) -> ActionError {
        trouble::registry(
            error,
            self.name,
            self.credentials,
            &self.context.environment,
        )
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

fn in_words(new: u32, present: u32) -> String {
    let layers = match new + present {
        1 => "1 layer".to_owned(),
        count => format!("{count} layers"),
    };
    match (new, present) {
        (_, 0) => layers,
        (0, _) => format!("{layers}, already there"),
        (_, some) => format!("{layers}, {some} already there"),
    }
}
