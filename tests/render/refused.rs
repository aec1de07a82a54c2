//! What Render refuses, and what is refused before it is asked.

use std::net::TcpListener;

use insta::assert_snapshot;

use super::{API_KEY, HOOKED, KEY, SERVICE, hook_of, hooked};
use crate::harness::{Project, Standin};

#[test]
fn a_refused_hook_is_a_failure_with_the_reason() {
    let told = [
        ("500 Internal Server Error", "no luck\ntoday"),
        ("503 Service Unavailable", ""),
        ("404 Not Found", r#"{"message":"not found: srv-x"}"#),
        ("400 Bad Request", r#"{"message":"no such image"}"#),
        ("401 Unauthorized", ""),
        (
            "301 Moved Permanently\nLocation: https://quay.example/?key=1",
            "",
        ),
        (
            "429 Too Many Requests\nRatelimit-Reset: 1093",
            r#"{"error":"rate limit exceeded"}"#,
        ),
    ]
    .map(|(line, body)| {
        let standin = Standin::new(line, body);
        let told = hook_of(&standin).script(HOOKED).run(["run"]).failure();
        assert_eq!(
            standin.requests().len(),
            1,
            "a deploy is not asked for twice"
        );
        told
    });
    assert_snapshot!(told.join("\n"), @"
    exit: 1
    error: `render_deploy`: Render refused with status 500: no luck today
    hint: the deploy may have been started: look at the service's Events before the next try

    exit: 1
    error: `render_deploy`: Render refused with status 503: no reason given
    hint: https://status.render.com tells whether Render has a problem

    exit: 1
    error: `render_deploy`: Render refused with status 404: not found: srv-x
    hint: is it the hook or id of this service?

    exit: 1
    error: `render_deploy`: Render refused with status 400: no such image
    hint: can this service deploy that image or commit?

    exit: 1
    error: `render_deploy`: Render refused with status 401: no reason given
    hint: is the key of this service, and still valid?

    exit: 1
    error: `render_deploy`: Render refused with status 301: it points to https://quay.example/
    hint: is it the hook or id of this service?

    exit: 1
    error: `render_deploy`: Render refused with status 429: rate limit exceeded
    hint: Render asks to wait [time] before the next try
    ");
}

#[test]
fn a_refusal_that_shows_the_key_does_not() {
    let standin = Standin::new("400 Bad Request", &format!("bad key {KEY}"));
    let (code, _, stderr) = hooked(&standin, HOOKED);
    assert_eq!(code, 1);
    assert!(stderr.contains("status 400: bad key ***"), "{stderr}");
}

#[test]
fn a_script_can_catch_a_refusal() {
    let standin = Standin::new("500 Internal Server Error", "no luck");
    let script = "try { render_deploy(); } catch (err) { print(err.message); }";
    let (code, stdout, stderr) = hooked(&standin, script);
    let told = "`render_deploy`: Render refused with status 500: no luck\n";
    assert_eq!((code, &*stdout), (0, told), "{stderr}");
}

#[test]
fn a_hook_that_nobody_answers_tells_no_key() {
    let script =
        format!("render_deploy(#{{ hook: \"http://127.0.0.1:1/deploy/{SERVICE}?key={KEY}\" }});");
    let (code, _, stderr) = Project::new().script(&script).run(["run"]).streams();
    assert_eq!(code, 1);
    let message = format!("cannot connect to `http://127.0.0.1:1/deploy/{SERVICE}`");
    assert!(stderr.contains(&message), "{stderr}");
    // The script's own line is shown, masked.
    assert!(!stderr.contains(KEY), "{stderr}");
}

#[test]
fn nothing_was_started_where_the_list_is_refused() {
    let standin = Standin::new("500 Internal Server Error", "no luck");
    let project = Project::new()
        .script("render_deploy(#{ service: \"srv-1\", api_key: \"rnd_1\" });")
        .env("RENDER_API_URL", format!("http://{}", standin.address));
    assert_snapshot!(project.run(["run"]).failure(), @"
    exit: 1
    error: `render_deploy`: Render refused with status 500: no luck
    hint: https://status.render.com tells whether Render has a problem
    ");
}

#[test]
fn what_is_missing_or_unheard_is_told_with_what_to_do() {
    let told = [
        "",
        "service: \"srv-1\"",
        "wait: 10",
        "clear_cache: true",
        "service: \"srv-1\", hook: \"https://example.com/\"",
        "health: \"app.example.com\"",
        "health_status: 204",
        "health: \"https://app.example.com/\", health_status: 70000",
        "hook: \"https://example.com/\", api_key: \"rnd_1\"",
    ]
    .map(|options| {
        let script = format!("render_deploy(#{{ {options} }});");
        let told = Project::new().script(&script).run(["run"]).failure();
        format!("{options}\n{told}")
    });
    assert_snapshot!(told.join("\n"), @r#"

    exit: 1
    error: `render_deploy`: there is no deploy hook
    hint: set HOOK_RENDER to the URL under Settings › Deploy Hook of the service, or give `service` and `api_key`

    service: "srv-1"
    exit: 1
    error: `render_deploy`: there is no API key for Render
    hint: set RENDER_API_KEY, or give `api_key`: Account Settings › API Keys makes one

    wait: 10
    exit: 2
    error: option `wait` of `render_deploy`: needs an API key or `health`: a hook does not tell how its deploy goes on
    hint: set RENDER_API_KEY: Account Settings › API Keys makes one

    clear_cache: true
    exit: 2
    error: option `clear_cache` of `render_deploy`: needs `service` and an API key: a hook takes no such wish

    service: "srv-1", hook: "https://example.com/"
    exit: 2
    error: option `hook` of `render_deploy`: is given beside `service`; one of them deploys

    health: "app.example.com"
    exit: 2
    error: option `health` of `render_deploy`: is no URL; it begins with http:// or https://
    error: 1 error found; nothing was run

    health_status: 204
    exit: 2
    error: option `health_status` of `render_deploy`: is the answer of `health`, which is not given

    health: "https://app.example.com/", health_status: 70000
    exit: 2
    error: option `health_status` of `render_deploy` must be a whole number from 0 to 65535, not the number 70000

    hook: "https://example.com/", api_key: "rnd_1"
    exit: 2
    error: option `api_key` of `render_deploy`: is not used: a hook deploys without it, and there is no `wait` to follow
    hint: give `service` to deploy through the API, or `wait`
    "#);
}

#[test]
fn an_image_that_is_nothing_is_no_latest_one() {
    let standin = Standin::new("200 OK", "{}");
    let told = ["render_deploy(());", "render_deploy(#{ image: () });"]
        .map(|script| hook_of(&standin).script(script).run(["run"]).failure());
    assert_eq!(standin.requests().len(), 0);
    assert_snapshot!(told.join("\n"), @"
    exit: 2
    error: option `image` of `render_deploy` is nothing, `()`
    hint: leave the option out where it has no value
    error: 1 error found; nothing was run

    exit: 2
    error: option `image` of `render_deploy` is nothing, `()`
    hint: leave the option out where it has no value
    error: 1 error found; nothing was run
    ");
}

/// Also what comes before there is a deploy to follow.
#[test]
fn a_render_that_never_answers_is_waited_for_no_longer_than_wait() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let address = silent.local_addr().expect("an address");
    let hook = format!("http://{address}/deploy/{SERVICE}?key={KEY}");
    let told = [
        format!("service: \"{SERVICE}\", api_key: \"{API_KEY}\""),
        format!("hook: \"{hook}\", api_key: \"{API_KEY}\""),
    ]
    .map(|options| {
        let project = Project::new()
            .script(&format!("render_deploy(#{{ wait: \"1s\", {options} }});"))
            .env("RENDER_API_URL", format!("http://{address}"));
        project.run(["run"]).failure()
    });
    assert_snapshot!(told.join("\n"), @"
    exit: 1
    error: `render_deploy`: Render does not answer after [time]
    hint: nothing was deployed

    exit: 1
    error: `render_deploy`: Render does not answer after [time]
    hint: the deploy may have been started: look at the service's Events before the next try
    ");
}
