//! `sentry_notify` against answers as Sentry gives them.

use insta::assert_snapshot;

use crate::harness::{Project, Standin};

const KEY: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

fn notified(standin: &Standin, script: &str) -> (i32, String, String) {
    let project = told(standin).script(script).env("WORD", "an-0pen-secret");
    let said = project.run(["run"]).streams();
    assert!(!said.1.contains(KEY) && !said.2.contains(KEY), "{said:?}");
    said
}

fn told(standin: &Standin) -> Project {
    let dsn = format!("http://{KEY}@{}/prefix/42", standin.address);
    Project::new().env("SENTRY_DSN", dsn)
}

fn sentry() -> Standin {
    Standin::new("200 OK", r#"{"id":"fc6d8c0c43fc4630ad850ee518f1b9d0"}"#)
}

#[test]
fn an_event_arrives_as_an_envelope_without_secrets() {
    let standin = sentry();
    let script = r#"let word = secret("WORD");
let named = #{ quay: word };
named[word] = "a key";
let sent = sentry_notify("quay 4 " + word, #{
    level: "warning", release: "harbour@1 " + word, environment: "production",
    tags: named, extra: #{ list: [word], deep: named }, fingerprint: ["quay", word],
});
print(sent.event_id.len);"#;
    let (code, stdout, stderr) = notified(&standin, script);
    assert_eq!((code, &*stdout), (0, "32\n"), "{stderr}");
    let request = &standin.requests()[0];
    assert_eq!(request.line, "POST /prefix/api/42/envelope/");
    assert!(request.headers.contains(&format!("sentry_key={KEY}")));
    assert!(request.headers.contains("sentry_version=7"));
    assert!(!request.body.contains("an-0pen-secret"), "{}", request.body);
    for part in [
        r#""type":"event""#,
        r#""level":"warning""#,
        r#""release":"harbour@1 ***""#,
        r#""message":"quay 4 ***""#,
        r#""environment":"production""#,
    ] {
        assert!(request.body.contains(part), "{part}: {}", request.body);
    }
}

#[test]
fn a_failure_goes_in_as_an_exception() {
    let standin = sentry();
    let script = r#"on_failure(|failure| sentry_notify(failure.message));
stage("test", || sh("echo the pier is gone; exit 3"));"#;
    let (code, _, stderr) = notified(&standin, script);
    assert_eq!(code, 1, "{stderr}");
    let body = &standin.requests()[0].body;
    // An event without a level is an error.
    assert!(!body.contains(r#""level""#), "{body}");
    for part in [r#""exception""#, r#""type":"sh""#, "the pier is gone"] {
        assert!(body.contains(part), "{part}: {body}");
    }
}

#[test]
fn a_failure_goes_in_with_the_calls_that_led_to_it_and_no_secret() {
    let standin = sentry();
    let script = r#"import "lib/m" as m;
let word = secret("WORD");
on_failure(|failure| sentry_notify(failure.message, #{ extra: #{ word: "an-\x1b[1m0pen-secret" } }));
stage("a", || m::outer(1));"#;
    let project = told(&standin)
        .script(script)
        .env("WORD", "an-0pen-secret")
        .file(
            "lib/m.rhai",
            r#"fn deep(x) {
    sh("printf '%s\\033[31m%s\\n' ${WORD%en*} ${WORD#an-0p}; exit 7");
}
fn outer(x) { deep(x) }
"#,
        );
    let (code, _, stderr) = project.run(["run"]).streams();
    assert_eq!(code, 1, "{stderr}");
    let body = &standin.requests()[0].body;
    assert!(
        !body.contains("en-secret") && !body.contains("\\u001b"),
        "{body}"
    );
    let event = body.lines().last().expect("an event");
    let event: serde_json::Value = serde_json::from_str(event).expect("JSON");
    assert_eq!(event["transaction"], "a");
    assert_eq!(event["tags"]["stage"], "a");
    assert_eq!(event["extra"]["output"], "***");
    let frames = &event["exception"]["values"][0]["stacktrace"]["frames"];
    let frames = frames.as_array().expect("frames").iter().map(|frame| {
        let text = |name: &str| frame[name].as_str().unwrap_or("-").to_owned();
        format!(
            "{} {}:{}:{} {}",
            text("function"),
            text("filename"),
            frame["lineno"],
            frame["colno"],
            text("context_line").trim()
        )
    });
    assert_snapshot!(frames.collect::<Vec<_>>().join("\n"), @r#"
    - wharf.rhai:4:18 stage("a", || m::outer(1));
    outer lib/m.rhai:4:15 fn outer(x) { deep(x) }
    deep lib/m.rhai:2:5 sh("printf '%s\\033[31m%s\\n' ${WORD%en*} ${WORD#an-0p}; exit 7");
    "#);
}

#[test]
fn a_refusal_is_a_failure_with_the_reason() {
    let told = [
        (
            "401 Unauthorized",
            r#"{"detail":"missing authorization information"}"#,
        ),
        (
            "403 Forbidden",
            r#"{"detail":"event submission rejected","causes":["ProjectDisabled"]}"#,
        ),
        ("413 Payload Too Large", "too large"),
        ("302 Found\nLocation: https://sentry.example/?key=1", ""),
        ("503 Service Unavailable", "busy"),
    ]
    .map(|(line, body)| {
        let standin = Standin::new(line, body);
        let project = told(&standin).script("sentry_notify(\"hello\");");
        let told = project.run(["run"]).failure();
        assert_eq!(standin.requests().len(), 1, "{line}");
        told
    });
    assert_snapshot!(told.join("\n"), @"
    exit: 1
    error: `sentry_notify`: Sentry refused with status 401: missing authorization information
    hint: is SENTRY_DSN the DSN of an active project?

    exit: 1
    error: `sentry_notify`: Sentry refused with status 403: event submission rejected: ProjectDisabled
    hint: is SENTRY_DSN the DSN of an active project?

    exit: 1
    error: `sentry_notify`: Sentry refused with status 413: too large
    hint: send less in `extra` and `message`

    exit: 1
    error: `sentry_notify`: Sentry refused with status 302: it points to https://sentry.example/
    hint: is the host in SENTRY_DSN right?

    exit: 1
    error: `sentry_notify`: Sentry refused with status 503: busy
    hint: https://status.sentry.io tells whether Sentry has a problem
    ");
}

#[test]
fn a_limit_is_reported_and_kept() {
    let again = r#"for i in 0..2 { try { sentry_notify("hello"); print("sent"); } catch (err) { print(err.message); } }"#;
    let refused = "`sentry_notify`: Sentry accepts no more events for now; it says to wait ";
    for (line, first) in [
        ("429 Too Many Requests\nRetry-After: 90", Some("1m 30s")),
        ("429 Too Many Requests", Some("1m")),
        ("200 OK\nX-Sentry-Rate-Limits: 120:error:key", None),
    ] {
        let standin = Standin::new(line, "{}");
        let (code, stdout, stderr) = notified(&standin, again);
        assert_eq!(code, 0, "{line}: {stderr}");
        let said: Vec<_> = stdout.lines().collect();
        let first = first.map_or("sent".to_owned(), |wait| format!("{refused}{wait}"));
        assert_eq!(said[0], first, "{line}");
        assert!(said[1].starts_with(refused), "{line}: {stdout}");
        assert_eq!(standin.requests().len(), 1, "{line}");
    }
}

#[test]
fn other_limits_are_not_ours() {
    let standin = Standin::new("200 OK\nX-Sentry-Rate-Limits: 2700:session:org", "{}");
    let script = r#"sentry_notify("one"); sentry_notify("two");"#;
    let (code, _, stderr) = notified(&standin, script);
    assert_eq!((code, standin.requests().len()), (0, 2), "{stderr}");
}

#[test]
fn without_a_dsn_it_is_said_and_skipped_or_refused() {
    for (dsn, code, told) in [
        (Some(""), 0, "SENTRY_DSN is empty: no event is sent"),
        (None, 1, "there is no DSN to send to"),
        (Some("sentry.io/42"), 1, "the DSN cannot be understood"),
    ] {
        let mut project = Project::new().script("sentry_notify(\"hello\");");
        if let Some(dsn) = dsn {
            project = project.env("SENTRY_DSN", dsn);
        }
        let (exit, _, stderr) = project.run(["run"]).streams();
        assert_eq!(exit, code, "{stderr}");
        assert!(stderr.contains(told), "{stderr}");
    }
}

#[test]
fn a_release_that_sentry_would_drop_is_refused() {
    let standin = sentry();
    let script = "sentry_notify(\"hello\", #{ release: \"feature/quay\" });";
    let (code, _, stderr) = notified(&standin, script);
    assert_ne!(code, 0);
    assert!(stderr.contains("cannot hold `/`"), "{stderr}");
    assert!(standin.requests().is_empty());
}
