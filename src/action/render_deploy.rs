//! Deploy on Render.

use std::time::{Duration as Time, Instant};

use crate::service::http::{Method, Url};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::image::Image;
use super::{
    Action, ActionError, Category, Context, Descriptor, Duration, Effect, Example, Expected,
};
use crate::event::Progress;
use crate::service::http::{Http, Request};
use crate::service::render::{self, Api, Deploy, ORIGIN, POLL, RenderError, Trigger};

pub(super) const ACTION: Descriptor = Descriptor::of::<RenderDeploy>();

struct RenderDeploy;

/// What `render_deploy` can be told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The service's deploy hook; `HOOK_RENDER` from the environment if not given.
    hook: Option<String>,
    /// The service's id, `srv-…`: deploys through the API instead of the hook.
    service: Option<String>,
    /// The API key; `RENDER_API_KEY` from the environment if not given.
    api_key: Option<String>,
    /// The image to deploy: a reference, or what `docker_push` returned, and then by its digest.
    image: Option<Image>,
    /// The commit to deploy, for a service that Render builds itself.
    commit: Option<String>,
    /// Build without Render's build cache.
    #[serde(default)]
    clear_cache: bool,
    /// How long to follow the deploy until it is live; needs `service`. Not at all if not given.
    wait: Option<Duration>,
    /// A URL to ask after the deploy, for as long as `wait` leaves or a minute.
    health: Option<String>,
    /// The status that `health` has to answer.
    #[serde(default = "ok")]
    health_status: u16,
}

fn ok() -> u16 {
    200
}

/// What came of the deploy.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// `dep-…`; nothing where Render accepted the request without naming one.
    id: Option<String>,
    /// `accepted`, or Render's status for it at the end of `wait`.
    status: String,
    /// Where the service answers, as far as it is known.
    url: Option<String>,
}

impl Action for RenderDeploy {
    const NAME: &'static str = "render_deploy";
    const CATEGORY: Category = Category::Deploys;
    const SUMMARY: &'static str = "Deploy on Render, by hook or API, and see that it is live";
    const EFFECT: Effect = Effect::Deploy;
    const NATURAL: Option<&'static str> = Some("image");
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
            title: "fails on a hook that is no URL",
            files: &[],
            script: r#"render_deploy(#{ hook: "srv-c0ffee0c0ffee0c0ffee" });"#,
            outcome: Expected::Fails("the deploy hook is no URL"),
        },
    ];

    type Options = Options;
    type Output = Output;

    fn run(context: &Context, options: Options) -> Result<Output, ActionError> {
        let image = options.image.as_ref().map(Image::pinned);
        let started = Instant::now();
        let http = context
            .services
            .http()
            .map_err(|error| ActionError::new(error.to_string()))?;
        let mut output = match &options.service {
            Some(service) => {
                let key = api_key(context, &options)?;
                let say = |text| context.say(text);
                let api = Api {
                    http,
                    origin: context
                        .standins
                        .as_ref()
                        .map_or(ORIGIN, |standins| &standins.render),
                    key: &key,
                    service,
                    say: &say,
                };
                let trigger = Trigger {
                    image: image.as_deref(),
                    commit: options.commit.as_deref(),
                    clear_cache: options.clear_cache,
                };
                context.block_on(deploy(context, &api, trigger, options.wait, started))?
            }
            None => through_hook(context, http, &options, image.as_deref())?,
        };
        if let Some(health) = &options.health {
            context.block_on(healthy(context, http, health, &options, started))?;
            output.url = output.url.or_else(|| Some(health.clone()));
        }
        Ok(output)
    }
}

fn through_hook(
    context: &Context,
    http: &Http,
    options: &Options,
    image: Option<&str>,
) -> Result<Output, ActionError> {
    if options.wait.is_some() {
        let message = "needs `service` and an API key: a hook does not tell how a deploy goes on";
        return Err(ActionError::option("wait", message));
    }
    let mut hook = hook(context, options)?;
    if let Some(standins) = &context.standins {
        hook = moved(&hook, &standins.render)?;
    }
    let request = render::hook_request(hook, image, options.commit.as_deref());
    context.say(match image {
        Some(image) => format!("deploying {image} on Render"),
        None => "deploying on Render".to_owned(),
    });
    let response = context.block_on(async {
        let response = http.send(&request, &|text| context.say(text)).await;
        let response = response.map_err(RenderError::from).and_then(render::agreed);
        response.map_err(|error| refusal(&error))
    })?;
    Ok(Output {
        id: render::started(&response),
        status: "accepted".to_owned(),
        url: None,
    })
}

/// The hook's URL, a secret from here on.
fn hook(context: &Context, options: &Options) -> Result<Url, ActionError> {
    let given = options
        .hook
        .as_deref()
        .or_else(|| context.env("HOOK_RENDER"));
    let text = match given {
        Some(text) => text.trim(),
        None if context.standins.is_some() => {
            context.say("simulated: HOOK_RENDER is not set, a made-up hook stands in for it");
            "https://api.render.com/deploy/srv-00000000000000000000?key=made-up-for-the-rehearsal"
        }
        None => {
            return Err(ActionError::new("there is no deploy hook").hint(
                "set HOOK_RENDER to the URL under Settings › Deploy Hook of the service, or give `service` and `api_key`",
            ));
        }
    };
    context.secrets.add_url(text);
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| {
            ActionError::new("the deploy hook is no URL")
                .hint("copy it whole from Settings › Deploy Hook: https://api.render.com/deploy/srv-…?key=…")
        })
}

fn api_key(context: &Context, options: &Options) -> Result<String, ActionError> {
    let given = options
        .api_key
        .as_deref()
        .or_else(|| context.env("RENDER_API_KEY"));
    let key = match given {
        Some(key) => key.to_owned(),
        None if context.standins.is_some() => {
            context.say("simulated: RENDER_API_KEY is not set, a made-up key stands in for it");
            "rnd_made-up-for-the-rehearsal".to_owned()
        }
        None => {
            return Err(ActionError::new("there is no API key for Render").hint(
                "set RENDER_API_KEY, or give `api_key`: Account Settings › API Keys makes one",
            ));
        }
    };
    context.secrets.add(&key);
    Ok(key)
}

async fn deploy(
    context: &Context,
    api: &Api<'_>,
    trigger: Trigger<'_>,
    wait: Option<Duration>,
    started: Instant,
) -> Result<Output, ActionError> {
    let mut deploy = api
        .trigger(trigger)
        .await
        .map_err(|error| refusal(&error))?;
    context.say(format!("deploy {} is {}", deploy.id, deploy.status));
    let Some(wait) = wait.map(Time::from) else {
        return Ok(told(deploy, None));
    };
    while !deploy.succeeded() {
        if deploy.failed() {
            return Err(ActionError::new(format!(
                "deploy {} ended as {}",
                deploy.id, deploy.status
            ))
            .hint("its log is under Events of the service in Render's dashboard"));
        }
        if started.elapsed() >= wait {
            let message = format!(
                "deploy {} is still {} after {wait:?}",
                deploy.id, deploy.status
            );
            return Err(ActionError::new(message));
        }
        tokio::time::sleep(pause(context)).await;
        let before = deploy.status.clone();
        deploy = api.get(&deploy.id).await.map_err(|error| refusal(&error))?;
        if deploy.status != before {
            context.say(format!("deploy {} is {}", deploy.id, deploy.status));
        }
        context.progress(Progress {
            label: format!("{} {}", deploy.id, deploy.status),
            amount: None,
            done: deploy.succeeded(),
        });
    }
    // A service without an address is no failure of the deploy.
    let url = api.url().await.unwrap_or_default();
    Ok(told(deploy, url))
}

fn told(deploy: Deploy, url: Option<String>) -> Output {
    Output {
        id: Some(deploy.id),
        status: deploy.status,
        url,
    }
}

/// Asks `health` until it answers as it should.
async fn healthy(
    context: &Context,
    http: &Http,
    health: &str,
    options: &Options,
    started: Instant,
) -> Result<(), ActionError> {
    let mut url = Url::parse(health)
        .map_err(|error| ActionError::option("health", format!("is no URL: {error}")))?;
    if let Some(standins) = &context.standins {
        url = moved(&url, &standins.http)?;
    }
    let limit = options.wait.map_or(Time::from_mins(1), Time::from);
    let mut request = Request::new(Method::GET, url).header("x-wharf-original-url", health);
    request.retries = 0;
    request.timeout = Time::from_secs(10);
    loop {
        let answer = http.send(&request, &|_| {}).await;
        let told = match answer {
            Ok(answer) if answer.status == options.health_status => {
                context.say(format!("{health} answers {}", answer.status));
                return Ok(());
            }
            Ok(answer) => format!("it answers {}", answer.status),
            Err(error) => error.to_string(),
        };
        if started.elapsed() >= limit {
            let message = format!(
                "{health} does not answer {} after {limit:?}",
                options.health_status
            );
            return Err(ActionError {
                causes: vec![told],
                ..ActionError::new(message)
            });
        }
        context.progress(Progress {
            label: format!("waiting for {health}: {told}"),
            amount: None,
            done: false,
        });
        tokio::time::sleep(pause(context)).await;
    }
}

/// Between two looks; a stand-in is in no hurry and has no limits.
fn pause(context: &Context) -> Time {
    if context.standins.is_some() {
        Time::from_millis(20)
    } else {
        POLL
    }
}

/// `url` with the scheme, host and port of `origin`.
pub(super) fn moved(url: &Url, origin: &str) -> Result<Url, ActionError> {
    let path = &url[url::Position::BeforePath..];
    Url::parse(&format!("{origin}{path}")).map_err(|error| ActionError::new(error.to_string()))
}

fn refusal(error: &RenderError) -> ActionError {
    let made = ActionError::new(error.to_string());
    match error {
        RenderError::Refused {
            status: 401 | 403, ..
        } => made.hint("is the key of this service, and still valid?"),
        RenderError::Refused { status: 404, .. } => {
            made.hint("is it the hook or id of this service?")
        }
        _ => made,
    }
}
