//! Tell Sentry.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use sentry_types::Dsn;
use sentry_types::protocol::v7::{Event, Exception, Level as SentryLevel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Action, ActionError, Category, Context, Descriptor, Effect, Example, Expected};
use crate::failure::Failure;
use crate::service::http::HttpError;
use crate::service::sentry::{self, SentryError};

pub(super) const ACTION: Descriptor = Descriptor::of::<SentryNotify>();

struct SentryNotify;

/// What `sentry_notify` can be told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The message.
    message: String,
    /// How severe it is; `"info"`, or `"error"` inside `on_failure`, if not given.
    level: Option<Level>,
    /// The release it is about, such as the commit.
    release: Option<String>,
    /// The environment it is about, such as `"production"`.
    environment: Option<String>,
    /// Names and short values to search by.
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// Any other data to keep with the event.
    #[serde(default)]
    extra: BTreeMap<String, Value>,
    /// What groups events into one issue, instead of Sentry's own choice.
    #[serde(default)]
    fingerprint: Vec<String>,
    /// The project's DSN. An empty one sends nothing.
    #[schemars(extend("x-env" = ["SENTRY_DSN"]))]
    dsn: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Level {
    Debug,
    Info,
    Warning,
    Error,
    Fatal,
}

/// What was sent.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// 32 hexadecimal digits; nothing if there was no DSN and nothing was sent.
    event_id: Option<String>,
}

impl Action for SentryNotify {
    const NAME: &'static str = "sentry_notify";
    const CATEGORY: Category = Category::Notifications;
    const SUMMARY: &'static str = "Send an event to Sentry";
    const EFFECT: Effect = Effect::Notify;
    const NATURAL: Option<&'static str> = Some("message");
    const ERRORS: &'static [&'static str] = &[
        "if the DSN cannot be understood",
        "if Sentry refuses the event or cannot be reached",
    ];
    const EXAMPLES: &'static [Example] = &[
        Example {
            title: "reports a release",
            files: &[],
            script: r#"let sent = sentry_notify("lettings 1.4.2 is live", #{ release: "lettings@1.4.2" });
print(sent.event_id.len);"#,
            outcome: Expected::Prints("32\n"),
        },
        Example {
            title: "fails if the DSN is not one",
            files: &[],
            script: r#"sentry_notify("hello", #{ dsn: "sentry.io/42" });"#,
            outcome: Expected::Fails("the DSN cannot be understood"),
        },
    ];

    type Options = Options;
    type Output = Output;

    fn run(context: &Context, options: Options) -> Result<Output, ActionError> {
        let Some(dsn) = dsn(context, &options)? else {
            let source = if options.dsn.is_some() {
                "`dsn`"
            } else {
                "SENTRY_DSN"
            };
            context.say(format!("{source} is empty: no event is sent"));
            return Ok(Output { event_id: None });
        };
        if let Some(release) = &options.release {
            refuse_bad_release(release)?;
        }
        let event = event(context, options);
        let id = event.event_id.simple().to_string();
        let origin = context
            .standins
            .as_ref()
            .map(|standins| standins.sentry.as_str());
        let request = sentry::request(&dsn, event, origin).map_err(|error| refusal(&error))?;
        let services = &context.services;
        context.block_on(async {
            sentry::send(services.http(), services.sentry(), &dsn, &request)
                .await
                .map_err(|error| refusal(&error))
        })?;
        context.say(format!("sent event {id} to Sentry"));
        Ok(Output { event_id: Some(id) })
    }
}

/// The project to send to; nothing where the DSN is empty, which turns Sentry off.
fn dsn(context: &Context, options: &Options) -> Result<Option<Dsn>, ActionError> {
    let given = match &options.dsn {
        Some(dsn) => Some(dsn.as_str()),
        None => context.environment.get("SENTRY_DSN").map(String::as_str),
    };
    let text = match given {
        Some(text) => text.trim(),
        None if context.standins.is_some() => {
            context.say("simulated: SENTRY_DSN is not set, a made-up project stands in for it");
            "https://0123456789abcdef0123456789abcdef@o0.ingest.sentry.io/1"
        }
        None => {
            return Err(ActionError::new("there is no DSN to send to").hint(
                "set SENTRY_DSN to the DSN under Settings › Client Keys of the project, or to nothing to send nothing",
            ));
        }
    };
    if text.is_empty() {
        return Ok(None);
    }
    context.secrets.add_url(text);
    let dsn: Dsn = text.parse().map_err(|_| {
        ActionError::new("the DSN cannot be understood")
            .hint("it looks like https://KEY@o1.ingest.sentry.io/PROJECT")
    })?;
    context.secrets.add(dsn.public_key());
    Ok(Some(dsn))
}

/// Sentry would take the event and drop its release without a word.
fn refuse_bad_release(release: &str) -> Result<(), ActionError> {
    let bad = |c: char| matches!(c, '\n' | '\r' | '\t' | '/' | '\\');
    let message = if release.contains(bad) {
        "cannot hold `/`, `\\`, tabs or line ends"
    } else if matches!(release.trim(), "" | "." | "..") {
        "names no release"
    } else if release.chars().count() > 200 {
        "is longer than 200 characters"
    } else {
        return Ok(());
    };
    Err(ActionError::option("release", message))
}

fn event(context: &Context, options: Options) -> Event<'static> {
    let mask = |text: &str| context.secrets.mask(text);
    let level = match options.level {
        Some(Level::Debug) => SentryLevel::Debug,
        Some(Level::Warning) => SentryLevel::Warning,
        Some(Level::Error) => SentryLevel::Error,
        Some(Level::Fatal) => SentryLevel::Fatal,
        None if context.telling.is_some() => SentryLevel::Error,
        Some(Level::Info) | None => SentryLevel::Info,
    };
    let fingerprint = options.fingerprint.iter();
    let fingerprint: Vec<_> = fingerprint.map(|part| mask(part).into()).collect();
    let mut event = Event {
        level,
        message: Some(mask(&options.message)),
        logger: Some("wharf".to_owned()),
        release: options.release.map(|text| mask(&text).into()),
        environment: options.environment.map(|text| mask(&text).into()),
        tags: options
            .tags
            .into_iter()
            .map(|(key, value)| (mask(&key), mask(&value)))
            .collect(),
        extra: options
            .extra
            .into_iter()
            .map(|(key, value)| (mask(&key), hidden(context, value)))
            .collect(),
        ..Event::default()
    };
    if !fingerprint.is_empty() {
        event.fingerprint = fingerprint.into();
    }
    if let Some(failure) = &context.telling {
        event.exception = exceptions(failure, &mask).into();
        if !failure.output.is_empty() {
            let output = mask(&failure.output.join("\n"));
            event.extra.insert("output".to_owned(), output.into());
        }
    }
    event
}

/// The failure and its causes as Sentry's chain, which has the root first.
fn exceptions(failure: &Failure, mask: &dyn Fn(&str) -> String) -> Vec<Exception> {
    let place = failure.places.first().map(|place| format!(" ({place})"));
    let top = format!("{}{}", failure.message, place.unwrap_or_default());
    let mut chain = vec![Exception {
        ty: failure.action.unwrap_or("wharf").to_owned(),
        value: Some(mask(&top)),
        ..Exception::default()
    }];
    chain.extend(failure.causes.iter().map(|cause| Exception {
        ty: "cause".to_owned(),
        value: Some(mask(cause)),
        ..Exception::default()
    }));
    chain.reverse();
    chain
}

/// `value` with the secrets in its texts and keys masked.
fn hidden(context: &Context, value: Value) -> Value {
    match value {
        Value::String(text) => context.secrets.mask(&text).into(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| hidden(context, item))
            .collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (context.secrets.mask(&key), hidden(context, value)))
            .collect(),
        other => other,
    }
}

fn refusal(error: &SentryError) -> ActionError {
    let made = ActionError::new(error.to_string());
    match error {
        SentryError::Refused {
            status: 401 | 403, ..
        } => made.hint("is SENTRY_DSN the DSN of an active project?"),
        SentryError::Refused { status: 413, .. } => made.hint("send less in `extra` and `message`"),
        SentryError::Refused {
            status: 300..=399, ..
        }
        | SentryError::Http(HttpError::Connect { .. }) => {
            made.hint("is the host in SENTRY_DSN right?")
        }
        SentryError::Refused { status: 500.., .. } | SentryError::Http(_) => {
            made.hint("https://status.sentry.io tells whether Sentry has a problem")
        }
        SentryError::Refused { .. } | SentryError::Unwritable(_) | SentryError::RateLimited(_) => {
            made
        }
    }
}
