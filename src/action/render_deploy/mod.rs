//! Deploy on Render.

mod access;
mod follow;
mod health;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::image::Image;
use super::{
    Action, ActionError, Category, Context, Descriptor, Duration, Effect, Example, Expected,
    Setting,
};
use crate::service::http::{Http, HttpError};
use crate::service::render::{self, Api, ORIGIN, POLL, RenderError, Trigger};

use follow::Limit;

pub(super) const ACTION: Descriptor = Descriptor::of::<RenderDeploy>();

struct RenderDeploy;

/// What `render_deploy` can be told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The service's deploy hook.
    #[schemars(extend("x-env" = ["HOOK_RENDER"]))]
    hook: Option<String>,
    /// The service's id, `srv-…`: deploys through the API instead of the hook. The API is Render's
    /// own, or what answers at `RENDER_API_URL`, such as a proxy.
    service: Option<String>,
    /// The API key.
    #[schemars(extend("x-env" = ["RENDER_API_KEY"]))]
    api_key: Option<String>,
    /// The image to deploy: a reference, or what `docker_push` returned, and then by its digest.
    #[serde(default, deserialize_with = "given")]
    image: Option<Image>,
    /// The commit to deploy, for a service that Render builds itself.
    commit: Option<String>,
    /// Build without Render's build cache; needs `service`.
    #[serde(default)]
    clear_cache: bool,
    /// How long to follow the deploy until it is live, and then `health`; not at all if not given.
    /// Without an API key a hook's deploy cannot be followed, and only `health` is asked.
    wait: Option<Duration>,
    /// A URL to request after the deploy until it answers, for what is left of `wait`, or a minute.
    #[schemars(extend("format" = "url"))]
    health: Option<String>,
    /// The status that `health` has to answer with; 200 if not given.
    health_status: Option<u16>,
}

/// An image where there is to be one: without it Render deploys what it deployed last.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Image>, D::Error> {
    Image::deserialize(deserializer).map(Some)
}

/// What came of the deploy.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// `dep-…`; nothing if Render accepted the request without naming one.
    id: Option<String>,
    /// `accepted`, or Render's status for it at the end of `wait`.
    status: String,
    /// The service's address, if it is known.
    url: Option<String>,
}

impl Action for RenderDeploy {
    const NAME: &'static str = "render_deploy";
    const CATEGORY: Category = Category::Deploys;
    const SUMMARY: &'static str = "Deploy on Render, by hook or API, and see that it is live";
    const EFFECT: Effect = Effect::Deploy;
    const NATURAL: Option<&'static str> = Some("image");
    const ERRORS: &'static [&'static str] = &[
        "if there is neither a hook nor a service",
        "if Render refuses the deploy",
        "if the deploy fails, or is not live within `wait`",
        "if `health` does not answer as it has to within `wait`",
    ];
    const EXAMPLES: &'static [Example] = &[
        Example {
            title: "starts a deploy through the hook in `HOOK_RENDER`",
            files: &[],
            script: r#"let deploy = render_deploy("me/app:1.4.2");
print(deploy.status);"#,
            outcome: Expected::Prints("accepted\n"),
        },
        Example {
            title: "follows a deploy until it is live and answers",
            files: &[],
            script: r#"let deploy = render_deploy(#{
    service: "srv-c0ffee0c0ffee0c0ffee",
    api_key: "rnd_example",
    wait: "10m",
    health: "https://app.example.com/",
});
print(deploy.status);"#,
            outcome: Expected::Prints("live\n"),
        },
        Example {
            title: "fails if the hook is not a URL",
            files: &[],
            script: r#"render_deploy(#{ hook: "srv-c0ffee0c0ffee0c0ffee" });"#,
            outcome: Expected::Fails("the deploy hook is no URL"),
        },
    ];
    const SETTINGS: &'static [Setting] = &[
        Setting {
            option: "hook",
            name: "HOOK_RENDER",
            beside: Some(("service", false)),
            may_be_empty: false,
        },
        Setting {
            option: "api_key",
            name: "RENDER_API_KEY",
            beside: Some(("service", true)),
            may_be_empty: false,
        },
    ];

    type Options = Options;
    type Output = Output;

    fn run(context: &Context, options: Options) -> Result<Output, ActionError> {
        refuse_what_does_nothing(&options)?;
        let health = options.health.as_deref().map(health::read).transpose()?;
        let image = options.image.as_ref().map(Image::pinned);
        let limit = Limit::new(options.wait.map(Into::into));
        let http = context.services.http();
        let mut output = match &options.service {
            Some(service) => {
                let key = access::api_key(context, &options)?;
                let say = |text| context.say(text);
                let api = api(context, http, &key, service, &say);
                let trigger = Trigger {
                    image: image.as_deref(),
                    commit: options.commit.as_deref(),
                    clear_cache: options.clear_cache,
                    looks: looks(options.wait.map(Into::into)),
                };
                context.block_on(follow::deploy(context, &api, trigger, limit))?
            }
            None => through_hook(context, http, &options, image.as_deref(), limit)?,
        };
        if let Some(health) = health {
            if output.status == ACCEPTED && context.standins.is_none() {
                context.warn(
                    "the version before may be what answers: set RENDER_API_KEY and `wait` to follow the deploy itself",
                );
            }
            let status = options.health_status.unwrap_or(200);
            context.block_on(health::wait(context, http, &health, status, limit))?;
            output.url = output.url.or_else(|| options.health.clone());
        }
        Ok(output)
    }
}

/// The status where only Render's acceptance is known.
const ACCEPTED: &str = "accepted";

/// How often to look for a deploy that Render has only queued: as often as `wait` allows, and no more
/// than ten times.
fn looks(wait: Option<std::time::Duration>) -> u32 {
    let pauses = wait.unwrap_or_default().as_secs() / POLL.as_secs();
    u32::try_from(pauses).unwrap_or(u32::MAX).clamp(1, 10)
}

/// An option that goes unheard would be a promise not kept.
fn refuse_what_does_nothing(options: &Options) -> Result<(), ActionError> {
    let through_api = options.service.is_some();
    if through_api && options.hook.is_some() {
        let message = "is given beside `service`; one of them deploys";
        return Err(ActionError::option("hook", message));
    }
    if options.clear_cache && !through_api {
        let message = "needs `service` and an API key: a hook takes no such wish";
        return Err(ActionError::option("clear_cache", message));
    }
    if options.api_key.is_some() && !through_api && options.wait.is_none() {
        let message = "is not used: a hook deploys without it, and there is no `wait` to follow";
        return Err(ActionError::option("api_key", message)
            .hint("give `service` to deploy through the API, or `wait`"));
    }
    if options.health_status.is_some() && options.health.is_none() {
        let message = "is the answer of `health`, which is not given";
        return Err(ActionError::option("health_status", message));
    }
    Ok(())
}

fn through_hook(
    context: &Context,
    http: &Http,
    options: &Options,
    image: Option<&str>,
    limit: Limit,
) -> Result<Output, ActionError> {
    let key = access::key_to_follow(context, options)?;
    let hook = access::hook(context, options)?;
    let service = render::hooked_service(&hook).unwrap_or_default().to_owned();
    let hook = match &context.standins {
        Some(standins) => standins.render(&hook)?,
        None => hook,
    };
    let request = render::hook_request(hook, image, options.commit.as_deref());
    context.say(match image {
        Some(image) => format!("deploying {image} on Render"),
        None => "deploying on Render".to_owned(),
    });
    let say = |text| context.say(text);
    context.block_on(async {
        let response = limit.within(http.send(&request, &say)).await;
        let response = response.ok_or_else(|| limit.over().hint(MAYBE_STARTED))?;
        let response = response
            .map_err(RenderError::from)
            .and_then(render::agreed)
            .map_err(|error| refusal(&error))?;
        let id = render::started(&response);
        match (&id, key) {
            (Some(id), Some(key)) => {
                let api = api(context, http, &key, &service, &say);
                return follow::to_its_end(context, &api, id, limit).await;
            }
            (Some(id), None) => context.say(format!("Render accepted it as deploy {id}")),
            (None, _) => context.warn("Render accepted it without naming a deploy"),
        }
        Ok(Output {
            id,
            status: ACCEPTED.to_owned(),
            url: None,
        })
    })
}

fn api<'a>(
    context: &'a Context,
    http: &'a Http,
    key: &'a str,
    service: &'a str,
    say: &'a (dyn Fn(String) + Send + Sync),
) -> Api<'a> {
    let own = context.env("RENDER_API_URL").unwrap_or(ORIGIN);
    let standins = context.standins.as_ref();
    Api {
        http,
        origin: standins.map_or(own, |standins| &standins.render),
        key,
        service,
        say,
    }
}

const MAYBE_STARTED: &str =
    "the deploy may have been started: look at the service's Events before the next try";

/// What was to start a deploy failed.
fn refusal(error: &RenderError) -> ActionError {
    if error.may_have_started() {
        return ActionError::new(error.to_string())
            .unfinished()
            .hint(MAYBE_STARTED);
    }
    unanswered(error)
}

/// A question failed.
fn unanswered(error: &RenderError) -> ActionError {
    let made = ActionError::new(error.to_string());
    match error {
        RenderError::Refused {
            status: 401 | 403, ..
        } => made.hint("is the key of this service, and still valid?"),
        RenderError::Refused {
            status: 404 | 300..=399,
            ..
        } => made.hint("is it the hook or id of this service?"),
        RenderError::Refused {
            status: 400 | 422, ..
        } => made.hint("can this service deploy that image or commit?"),
        RenderError::Refused {
            wait: Some(wait), ..
        } if !wait.is_zero() => {
            let wait = humantime::format_duration(*wait);
            made.hint(format!("Render asks to wait {wait} before the next try"))
        }
        RenderError::Refused { status: 429, .. } => {
            made.hint("it takes so many requests a minute: try again in one")
        }
        RenderError::Refused { status: 500.., .. } => {
            made.hint("https://status.render.com tells whether Render has a problem")
        }
        RenderError::Http(HttpError::Connect { .. }) => {
            made.hint("is the address right, and is it reached from this machine?")
        }
        _ => made,
    }
}
