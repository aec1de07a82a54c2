//! What lets us in at Render: the hook, the API key.

use super::Options;
use crate::action::{ActionError, Context};
use crate::service::http::{Url, address};

/// The hook's URL, a secret from here on.
pub(super) fn hook(context: &Context, options: &Options) -> Result<Url, ActionError> {
    let given = options
        .hook
        .as_deref()
        .or_else(|| context.env("HOOK_RENDER"));
    let text = match given {
        Some(text) => text.trim(),
        None if context.standins.is_some() => {
            context.simulate("HOOK_RENDER is not set, a made-up hook stands in for it");
            "https://api.render.com/deploy/srv-00000000000000000000?key=made-up-for-the-rehearsal"
        }
        None => {
            return Err(ActionError::new("there is no deploy hook").hint(
                "set HOOK_RENDER to the URL under Settings › Deploy Hook of the service, or give `service` and `api_key`",
            ));
        }
    };
    context.secrets.add_url(text);
    address(text).ok_or_else(|| {
        ActionError::new("the deploy hook is no URL").hint(
            "copy it whole from Settings › Deploy Hook: https://api.render.com/deploy/srv-…?key=…",
        )
    })
}

pub(super) fn api_key(context: &Context, options: &Options) -> Result<String, ActionError> {
    given_key(context, options)
        .or_else(|| made_up_key(context))
        .ok_or_else(|| {
            ActionError::new("there is no API key for Render").hint(
                "set RENDER_API_KEY, or give `api_key`: Account Settings › API Keys makes one",
            )
        })
}

/// The API key that follows a hook's deploy, if it is to be followed and not only `health` asked.
pub(super) fn key_to_follow(
    context: &Context,
    options: &Options,
) -> Result<Option<String>, ActionError> {
    if options.wait.is_none() {
        return Ok(None);
    }
    let key = given_key(context, options);
    if key.is_some() || options.health.is_some() {
        return Ok(key);
    }
    let message = "needs an API key or `health`: a hook does not tell how its deploy goes on";
    let made_up = made_up_key(context);
    made_up.map(Some).ok_or_else(|| {
        ActionError::option("wait", message)
            .hint("set RENDER_API_KEY: Account Settings › API Keys makes one")
    })
}

fn given_key(context: &Context, options: &Options) -> Option<String> {
    let given = options.api_key.as_deref();
    let key = given.or_else(|| context.env("RENDER_API_KEY"))?.trim();
    context.secrets.add(key);
    Some(key.to_owned())
}

fn made_up_key(context: &Context) -> Option<String> {
    context.standins.as_ref()?;
    context.simulate("RENDER_API_KEY is not set, a made-up key stands in for it");
    Some("rnd_made-up-for-the-rehearsal".to_owned())
}
