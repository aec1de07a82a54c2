//! Send an HTTP request.

use std::collections::BTreeMap;
use std::time::Duration as Time;

use crate::secret::SHORT;
use crate::service::http::{
    HttpError, Method, Request, Response, Url, address, is_loopback, shown,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::context::RENDER;
use super::format::NO_URL;
use super::{
    Action, ActionError, Category, Context, Descriptor, Duration, Effect, Example, Expected,
};

pub(super) const ACTION: Descriptor = Descriptor::of::<Http>();

struct Http;

/// What `http` can be told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Where to send it, `http://` or `https://`.
    #[schemars(extend("format" = "url"))]
    url: String,
    /// The method; `"POST"` with something to send, otherwise `"GET"`, if not given.
    method: Option<String>,
    /// Header names and values.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Names and values to add to the URL's query.
    #[serde(default)]
    query: BTreeMap<String, String>,
    /// Data to send as JSON.
    json: Option<Value>,
    /// Text to send as it is.
    body: Option<String>,
    /// How long one attempt may take; 30 seconds if not given.
    timeout: Option<Duration>,
    /// How often to try again after a fault that may pass: no answer, 429, 502, 503, 504, and any
    /// other status from 500 on where this is given. If not given, 3 for a method that may be
    /// repeated, otherwise 0.
    retry: Option<usize>,
    /// The statuses that count as success; any from 200 to 299 if not given.
    expect: Option<Statuses>,
    /// How far it reaches; `"read"` with GET and HEAD, otherwise `"deploy"`, if not given.
    effect: Option<Effect>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "must be a status or an array of them")]
enum Statuses {
    One(u16),
    Several(Vec<u16>),
}

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// The answer's status code.
    status: u16,
    /// Names in lowercase; several values of one name are joined by commas.
    headers: BTreeMap<String, String>,
    /// The body as text.
    body: String,
    /// The body as data, if it is JSON; otherwise nothing.
    json: Option<Value>,
}

impl Action for Http {
    const NAME: &'static str = "http";
    const CATEGORY: Category = Category::Deploys;
    const SUMMARY: &'static str = "Send an HTTP request";
    const EFFECT: Effect = Effect::Deploy;
    const NATURAL: Option<&'static str> = Some("url");
    const ERRORS: &'static [&'static str] = &[
        "if the answer has another status than those in `expect`",
        "if the service cannot be reached within `timeout`",
    ];
    const EXAMPLES: &'static [Example] = &[
        Example {
            title: "notifies another service",
            files: &[],
            script: r#"let answer = http("https://hooks.example.com/deploys", #{
    json: #{ app: "lettings", version: "1.4.2" },
    effect: "notify",
});
print(answer.status);"#,
            outcome: Expected::Prints("200\n"),
        },
        Example {
            title: "fails if the URL is not one",
            files: &[],
            script: r#"http("hooks.example.com");"#,
            outcome: Expected::Fails("option `url` of `http`"),
        },
    ];

    type Options = Options;
    type Output = Output;

    fn effect(options: &Options) -> Effect {
        let reads = matches!(method(options), Ok(Method::GET | Method::HEAD));
        options
            .effect
            .unwrap_or(if reads { Effect::Read } else { Effect::Deploy })
    }

    fn verb(options: &Options) -> Option<String> {
        Some(method(options).ok()?.to_string())
    }

    fn run(context: &Context, options: Options) -> Result<Output, ActionError> {
        let request = request(context, &options)?;
        let http = context.services.http();
        let response = context.block_on(async {
            let sent = http.send(&request, &|text| context.say(text)).await;
            sent.map_err(|error| unanswered(&error, &request))
        })?;
        if !expected(&options, response.status) {
            let message = format!("{} answered {}", asked(&options.url), response.status);
            let body = response.summary();
            let output = if body.is_empty() {
                Vec::new()
            } else {
                vec![body]
            };
            let failure = ActionError::new(message).output(output);
            return Err(failure.hint(match response.elsewhere() {
                Some(url) => {
                    format!("it points to {url}: send it there, or name the status in `expect`")
                }
                None => format!(
                    "where that is no failure, say so: `expect: {}`",
                    response.status
                ),
            }));
        }
        Ok(told(&response))
    }
}

fn method(options: &Options) -> Result<Method, ActionError> {
    let sends = options.json.is_some() || options.body.is_some();
    let name = options
        .method
        .as_deref()
        .unwrap_or(if sends { "POST" } else { "GET" });
    Method::from_bytes(name.to_uppercase().as_bytes())
        .map_err(|_| ActionError::option("method", format!("`{name}` is not a method")))
}

/// Whether a rehearsal makes this request as any other run does: one that reads what this machine
/// itself answers, or what anybody may read. With a credential it goes to the stand-in, as the
/// credential may be made up.
fn is_real(options: &Options, url: &Url) -> bool {
    let mut names = options.headers.keys();
    let public = url.host_str() != Some(RENDER)
        && !names.any(|name| name.eq_ignore_ascii_case("authorization"));
    Http::effect(options) == Effect::Read && (public || is_loopback(url))
}

fn request(context: &Context, options: &Options) -> Result<Request, ActionError> {
    refuse_nothing(options)?;
    if options.json.is_some() && options.body.is_some() {
        return Err(ActionError::option(
            "body",
            "is given beside `json`; one of them is sent",
        ));
    }
    let address = address(&options.url);
    let mut url = address.ok_or_else(|| ActionError::option("url", NO_URL))?;
    for (name, value) in &options.query {
        url.query_pairs_mut().append_pair(name, value);
    }
    if !context.secrets.add_url_parts(&url) {
        context.warn(format!("{SHORT}: those in the URL"));
    }
    let original = url.clone();
    let standins = context
        .standins
        .as_ref()
        .filter(|_| !is_real(options, &url));
    if let Some(standins) = standins {
        url = standins.http(&url)?;
    }
    let mut request = Request::new(method(options)?, url);
    if standins.is_some() {
        request = request.rehearsed(&original, wanted(options).first().copied());
    }
    for (name, value) in &options.headers {
        if !context.secrets.add_header(name, value) {
            context.warn(format!("{SHORT}: the header `{name}`"));
        }
        request = request.header(name, value.as_str());
    }
    if let Some(json) = &options.json {
        request = request.json(json);
    }
    if let Some(body) = &options.body {
        request.body = Some(body.clone().into_bytes());
    }
    request.timeout = options.timeout.map_or(request.timeout, Into::into);
    request.retries = options.retry.unwrap_or(request.retries);
    request.insistent = options.retry.is_some();
    request.wanted = wanted(options).to_vec();
    Ok(request)
}

/// Options with which no answer would do.
fn refuse_nothing(options: &Options) -> Result<(), ActionError> {
    let refused = if options
        .timeout
        .is_some_and(|limit| Time::from(limit).is_zero())
    {
        ActionError::option("timeout", "leaves no time for an answer")
    } else if matches!(&options.expect, Some(Statuses::Several(statuses)) if statuses.is_empty()) {
        ActionError::option(
            "expect",
            "names no status, so every answer would be a failure",
        )
    } else {
        return Ok(());
    };
    Err(refused.hint("leave it out, or give more than nothing"))
}

/// No answer, and what to do about it.
fn unanswered(error: &HttpError, request: &Request) -> ActionError {
    let hint = match error {
        HttpError::Connect { .. } => "is it up, and is the URL right?",
        HttpError::TimedOut(_) | HttpError::Broken { .. } if request.once => {
            "it may have been received all the same: look before it is sent again"
        }
        HttpError::TimedOut(_) => "a longer `timeout` waits longer",
        HttpError::Broken { .. } => "is it `https://`, or `http://`, that is spoken there?",
        HttpError::TooLarge(_) => "let a command download it: `sh([\"curl\", …])`",
        HttpError::BadHeader(_) => {
            "a name is of letters, digits and `-`, and a value has no line ends"
        }
        HttpError::NoClient(_) => "are the certificates of this machine installed?",
    };
    let made = ActionError::new(error.to_string()).hint(hint);
    match error {
        HttpError::TimedOut(_) | HttpError::Broken { .. } if request.once => made.unfinished(),
        _ => made,
    }
}

/// `url` without what may be secret in it.
fn asked(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| shown(&url))
}

/// The statuses that `expect` names.
fn wanted(options: &Options) -> &[u16] {
    match &options.expect {
        None => &[],
        Some(Statuses::One(status)) => std::slice::from_ref(status),
        Some(Statuses::Several(statuses)) => statuses,
    }
}

fn expected(options: &Options, status: u16) -> bool {
    match &options.expect {
        None => (200..300).contains(&status),
        Some(_) => wanted(options).contains(&status),
    }
}

fn told(response: &Response) -> Output {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &response.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.to_string())
            .and_modify(|known| *known = format!("{known}, {value}"))
            .or_insert_with(|| value.into_owned());
    }
    Output {
        status: response.status,
        headers,
        body: response.text(),
        json: response.json(),
    }
}
