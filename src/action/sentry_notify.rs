//! Tell Sentry.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use sentry_types::Dsn;
use sentry_types::protocol::v7::{Event, Exception, Frame, Level as SentryLevel, Stacktrace};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Action, ActionError, Category, Context, Descriptor, Effect, Example, Expected, Setting,
};
use crate::failure::Failure;
use crate::line::harmless;
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
    const SETTINGS: &'static [Setting] = &[Setting {
        option: "dsn",
        name: "SENTRY_DSN",
        beside: None,
        may_be_empty: true,
    }];

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
            context.simulate("SENTRY_DSN is not set, a made-up project stands in for it");
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
    context.secrets.add_dsn(text);
    let dsn: Dsn = text.parse().map_err(|_| {
        ActionError::new("the DSN cannot be understood")
            .hint("it looks like https://KEY@o1.ingest.sentry.io/PROJECT")
    })?;
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
    let told = |text: &str| harmless(text, false, &context.secrets);
    let level = match options.level {
        Some(Level::Debug) => SentryLevel::Debug,
        Some(Level::Warning) => SentryLevel::Warning,
        Some(Level::Error) => SentryLevel::Error,
        Some(Level::Fatal) => SentryLevel::Fatal,
        None if context.telling.is_some() => SentryLevel::Error,
        Some(Level::Info) | None => SentryLevel::Info,
    };
    let fingerprint = options.fingerprint.iter();
    let fingerprint: Vec<_> = fingerprint.map(|part| told(part).into()).collect();
    let mut event = Event {
        level,
        message: Some(told(&options.message)),
        logger: Some("wharf".to_owned()),
        release: options.release.map(|text| told(&text).into()),
        environment: options.environment.map(|text| told(&text).into()),
        tags: options
            .tags
            .into_iter()
            .map(|(key, value)| (told(&key), told(&value)))
            .collect(),
        extra: options
            .extra
            .into_iter()
            .map(|(key, value)| (told(&key), shown(value, &told)))
            .collect(),
        ..Event::default()
    };
    if !fingerprint.is_empty() {
        event.fingerprint = fingerprint.into();
    }
    if let Some(failure) = &context.telling {
        event.exception = exceptions(failure, &told).into();
        if !failure.output.is_empty() {
            let output = told(&failure.output.join("\n"));
            event.extra.insert("output".to_owned(), output.into());
        }
        if let Some(stage) = failure.stage.as_deref().map(told) {
            event.transaction = Some(stage.clone());
            event.tags.entry("stage".to_owned()).or_insert(stage);
        }
    }
    event
}

/// The failure and its causes as Sentry's chain, which has the root first.
fn exceptions(failure: &Failure, told: &dyn Fn(&str) -> String) -> Vec<Exception> {
    let place = failure.places.first().map(|place| format!(" ({place})"));
    let top = format!("{}{}", failure.message, place.unwrap_or_default());
    let mut chain = vec![Exception {
        ty: failure.action.unwrap_or("wharf").to_owned(),
        value: Some(told(&top)),
        stacktrace: stack(failure, told),
        ..Exception::default()
    }];
    chain.extend(failure.causes.iter().map(|cause| Exception {
        ty: "cause".to_owned(),
        value: Some(told(cause)),
        ..Exception::default()
    }));
    chain.reverse();
    chain
}

/// The calls in the script on the way to where it failed, which Sentry has last.
fn stack(failure: &Failure, told: &dyn Fn(&str) -> String) -> Option<Stacktrace> {
    let places = failure.places.iter().enumerate().rev();
    let frames: Vec<_> = places
        .map(|(number, place)| {
            let (line, column) = place.line_and_column();
            // It is called at the place after it.
            let caller = failure.places.get(number + 1);
            let function = caller.and_then(|caller| caller.label.split('`').nth(1));
            Frame {
                function: function.map(told),
                filename: Some(told(&place.source.name)),
                lineno: u64::try_from(line).ok(),
                colno: u64::try_from(column).ok(),
                context_line: place.source.line(line).map(told),
                in_app: Some(!place.source.name.starts_with("std/")),
                ..Frame::default()
            }
        })
        .collect();
    (!frames.is_empty()).then(|| Stacktrace {
        frames,
        ..Stacktrace::default()
    })
}

/// `value` with all its texts and keys as `told` tells them.
fn shown(value: Value, told: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => told(&text).into(),
        Value::Array(items) => items.into_iter().map(|item| shown(item, told)).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (told(&key), shown(value, told)))
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
