//! Whether what was deployed answers its users.

use std::time::Duration;

use super::follow::Limit;
use crate::action::format::NO_URL;
use crate::action::{ActionError, Context};
use crate::event::Progress;
use crate::service::http::{Http, Method, Request, Url, address, shown};
use crate::service::render::POLL;

/// For how long to ask where no `wait` tells.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often to ask a stand-in, which answers the same again unless it is told to fail a few times.
const REHEARSED_PAUSE: Duration = Duration::from_millis(250);

/// The option `health`, refused before anything is deployed.
pub(super) fn read(text: &str) -> Result<Url, ActionError> {
    address(text).ok_or_else(|| ActionError::option("health", NO_URL))
}

/// Asks `url` until it answers `status`.
pub(super) async fn wait(
    context: &Context,
    http: &Http,
    url: &Url,
    status: u16,
    limit: Limit,
) -> Result<(), ActionError> {
    context.secrets.add_url_parts(url);
    let name = shown(url);
    let mut request = Request::new(Method::GET, url.clone());
    if let Some(standins) = &context.standins {
        request.url = standins.http(url)?;
        request = request.rehearsed(url, Some(status));
    }
    let pause = if context.standins.is_some() {
        REHEARSED_PAUSE
    } else {
        POLL
    };
    request.retries = 0;
    request.wanted = vec![status];
    let progress = |label, done| {
        context.progress(Progress {
            label,
            amount: None,
            done,
        });
    };
    loop {
        let left = limit.left(PATIENCE).max(Duration::from_secs(1));
        request.timeout = Duration::from_secs(10).min(left);
        let told = match http.send(&request, &|_| {}).await {
            Ok(answer) if answer.status == status => {
                progress(name.clone(), true);
                context.say(format!("{name} answers {status}"));
                return Ok(());
            }
            Ok(answer) => format!("it answers {}", answer.status),
            Err(error) => error.to_string(),
        };
        let left = limit.left(PATIENCE);
        if left.is_zero() {
            progress(name.clone(), true);
            let length = humantime::format_duration(limit.length(PATIENCE));
            let message = format!("{name} does not answer {status} after {length}");
            return Err(ActionError {
                causes: vec![told],
                ..ActionError::new(message)
            });
        }
        progress(format!("waiting for {name}: {told}"), false);
        tokio::time::sleep(pause.min(left)).await;
    }
}
