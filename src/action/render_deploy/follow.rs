//! A deploy through the API, and any deploy to its end.

use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::{MAYBE_STARTED, Output, refusal, unanswered};
use crate::action::{ActionError, Context};
use crate::event::Progress;
use crate::service::render::{Api, Deploy, POLL, Trigger};

/// How long all of it may take, from the beginning; without `wait` nothing is followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    begin: Instant,
    wait: Option<Duration>,
}

impl Limit {
    pub(super) fn new(wait: Option<Duration>) -> Self {
        let begin = Instant::now();
        Self { begin, wait }
    }

    /// As it was given, or `otherwise`.
    pub(super) fn length(self, otherwise: Duration) -> Duration {
        self.wait.unwrap_or(otherwise)
    }

    /// Nothing once it is over.
    pub(super) fn left(self, otherwise: Duration) -> Duration {
        let length = self.length(otherwise);
        length.saturating_sub(self.begin.elapsed())
    }

    /// What the work came to, if it is done before the time is over. A second it always gets.
    pub(super) async fn within<T>(self, work: impl Future<Output = T>) -> Option<T> {
        if self.wait.is_none() {
            return Some(work.await);
        }
        let left = self.left(Duration::ZERO).max(Duration::from_secs(1));
        timeout(left, work).await.ok()
    }

    pub(super) fn over(self) -> ActionError {
        let length = humantime::format_duration(self.length(Duration::ZERO));
        ActionError::new(format!("Render does not answer after {length}"))
    }
}

/// Starts a deploy and follows it if there is a `wait`.
pub(super) async fn deploy(
    context: &Context,
    api: &Api<'_>,
    trigger: Trigger<'_>,
    limit: Limit,
) -> Result<Output, ActionError> {
    let known = limit.within(api.known()).await;
    let known = known.ok_or_else(|| limit.over().hint("nothing was deployed"))?;
    let known = known.map_err(|error| unanswered(&error))?;
    let deploy = limit.within(api.trigger(trigger, &known)).await;
    let deploy = deploy.ok_or_else(|| limit.over().hint(MAYBE_STARTED))?;
    let deploy = deploy.map_err(|error| refusal(&error))?;
    match deploy {
        Some(deploy) if limit.wait.is_some() => follow(context, api, deploy, limit).await,
        Some(deploy) => {
            context.say(format!("deploy {} is {}", deploy.id, deploy.status));
            Ok(told(deploy, None))
        }
        None if limit.wait.is_some() => Err(ActionError::new(
            "Render queued the deploy, but its list does not show it",
        )
        .hint("it was asked for: look at the service's Events before the next try")),
        None => {
            context.warn("Render queued the deploy, but its list does not show it yet");
            Ok(Output {
                id: None,
                status: "accepted".to_owned(),
                url: None,
            })
        }
    }
}

/// Follows the deploy `id`, which something else started.
pub(super) async fn to_its_end(
    context: &Context,
    api: &Api<'_>,
    id: &str,
    limit: Limit,
) -> Result<Output, ActionError> {
    let deploy = Deploy {
        id: id.to_owned(),
        status: "accepted".to_owned(),
    };
    follow(context, api, deploy, limit).await
}

async fn follow(
    context: &Context,
    api: &Api<'_>,
    mut deploy: Deploy,
    limit: Limit,
) -> Result<Output, ActionError> {
    let progress = |deploy: &Deploy, done| {
        context.progress(Progress {
            label: format!("{} {}", deploy.id, deploy.status),
            amount: None,
            done,
        });
    };
    context.say(format!("deploy {} is {}", deploy.id, deploy.status));
    while !deploy.succeeded() && !deploy.failed() {
        progress(&deploy, false);
        let left = limit.left(Duration::ZERO);
        if left.is_zero() {
            progress(&deploy, true);
            return Err(late(&deploy, limit));
        }
        tokio::time::sleep(pause(context).min(left)).await;
        // One last look when the time is just over.
        let left = limit.left(Duration::ZERO).max(Duration::from_secs(1));
        match timeout(left, api.get(&deploy.id)).await {
            Ok(Ok(seen)) => {
                if seen.status != deploy.status {
                    context.say(format!("deploy {} is {}", seen.id, seen.status));
                }
                deploy = seen;
            }
            // The deploy goes on, whatever becomes of one look at it.
            Ok(Err(error)) if error.may_pass() => context.warn(format!("{error}; looking again")),
            Ok(Err(error)) => {
                progress(&deploy, true);
                return Err(unanswered(&error));
            }
            Err(_) => {}
        }
    }
    progress(&deploy, true);
    if deploy.failed() {
        let message = format!("deploy {} ended as {}", deploy.id, deploy.status);
        return Err(ActionError::new(message)
            .hint("its log is under Events of the service in Render's dashboard"));
    }
    // A service without an address is no failure of the deploy.
    let url = timeout(Duration::from_secs(10), api.url()).await;
    let url = url.ok().and_then(Result::ok).flatten();
    Ok(told(deploy, url))
}

fn late(deploy: &Deploy, limit: Limit) -> ActionError {
    let length = humantime::format_duration(limit.length(Duration::ZERO));
    let message = format!(
        "deploy {} is still {} after {length}",
        deploy.id, deploy.status
    );
    let made = ActionError::new(message).unfinished();
    made.hint("it goes on at Render; a longer `wait` follows it to its end")
}

fn told(deploy: Deploy, url: Option<String>) -> Output {
    Output {
        id: Some(deploy.id),
        status: deploy.status,
        url,
    }
}

/// Between two looks; a stand-in is in no hurry and has no limits.
fn pause(context: &Context) -> Duration {
    if context.standins.is_some() {
        Duration::from_millis(20)
    } else {
        POLL
    }
}
