//! `http` against a server on loopback.

use insta::assert_snapshot;

use crate::harness::{Project, Standin};

fn run(script: &str) -> (i32, String, String) {
    Project::new()
        .script(script)
        .env("TOKEN", "t0ken-of-the-harbour")
        .run(["run"])
        .streams()
}

#[test]
fn a_request_is_sent_as_it_is_told() {
    let standin = Standin::new("201 Created\nX-Quay: 4", r#"{"id":7}"#);
    let (code, stdout, stderr) = run(&format!(
        r#"let answer = http("http://{}/boats", #{{
    query: #{{ name: "ada & co" }}, headers: #{{ authorization: "Bearer " + secret("TOKEN") }},
    json: #{{ mast: 2 }}, expect: [200, 201],
}});
print(`${{answer.status}} ${{answer.headers["x-quay"]}} ${{answer.json.id}} ${{answer.body}}`);"#,
        standin.address
    ));
    assert_eq!((code, &*stdout), (0, "201 4 7 {\"id\":7}\n"), "{stderr}");
    let request = &standin.requests()[0];
    assert_eq!(request.line, "POST /boats?name=ada+%26+co");
    assert_eq!(request.body, r#"{"mast":2}"#);
    for header in [
        "content-type: application/json",
        "authorization: Bearer t0ken-of-the-harbour",
    ] {
        assert!(request.headers.contains(header), "{}", request.headers);
    }
}

#[test]
fn only_what_may_be_repeated_is_tried_again() {
    let answers = [
        ("503 Service Unavailable\nRetry-After: 0", "busy"),
        ("429 Too Many Requests\nRetry-After: 0", ""),
        ("200 OK", "fine"),
    ];
    for (options, code, requests) in [
        ("", 0, 3),
        ("method: \"PUT\"", 0, 3),
        ("method: \"POST\"", 1, 1),
        ("method: \"POST\", retry: 2", 0, 3),
        ("retry: 1", 1, 2),
    ] {
        let standin = Standin::answering(&answers);
        let script = format!("http(\"http://{}/\", #{{ {options} }});", standin.address);
        let (exit, _, stderr) = run(&script);
        assert_eq!(exit, code, "{options}: {stderr}");
        assert_eq!(standin.requests().len(), requests, "{options}");
    }
}

#[test]
fn a_defect_of_the_service_is_tried_again_where_the_script_says_so() {
    let answers = [
        ("500 Internal Server Error\nRetry-After: 0", "broken"),
        ("200 OK", "fine"),
    ];
    for (options, code, requests) in [
        ("", 1, 1),
        ("retry: 2", 0, 2),
        ("retry: 2, expect: 500", 0, 1),
        ("retry: 2, method: \"POST\"", 1, 1),
    ] {
        let standin = Standin::answering(&answers);
        let script = format!("http(\"http://{}/\", #{{ {options} }});", standin.address);
        let (exit, _, stderr) = run(&script);
        assert_eq!(exit, code, "{options}: {stderr}");
        assert_eq!(standin.requests().len(), requests, "{options}");
    }
}

#[test]
fn a_content_type_of_the_script_is_the_only_one() {
    let standin = Standin::new("200 OK", "");
    let script = format!(
        r#"http("http://{}/", #{{ json: #{{ a: 1 }}, headers: #{{ "Content-Type": "application/vnd.api+json" }} }});"#,
        standin.address
    );
    let (code, _, stderr) = run(&script);
    assert_eq!(code, 0, "{stderr}");
    let headers = &standin.requests()[0].headers;
    let types: Vec<_> = headers
        .lines()
        .filter(|line| line.starts_with("content-type:"))
        .collect();
    assert_eq!(types, ["content-type: application/vnd.api+json"]);
}

#[test]
fn options_that_no_answer_could_satisfy_are_refused() {
    let told = ["timeout: 0", "expect: []"].map(|options| {
        let script = format!("http(\"http://127.0.0.1:1/\", #{{ {options} }});");
        Project::new().script(&script).run(["run"]).failure()
    });
    assert_snapshot!(told.join("\n"), @"
    exit: 2
    error: option `timeout` of `http`: leaves no time for an answer
    hint: leave it out, or give more than nothing

    exit: 2
    error: option `expect` of `http`: names no status, so every answer would be a failure
    hint: leave it out, or give more than nothing
    ");
}

#[test]
fn an_unexpected_status_is_a_failure_with_the_body_and_no_secret() {
    let standin = Standin::new("400 Bad Request", "no such t0ken-of-the-harbour");
    let script = format!(
        r#"http("http://ada:p4ssword@{}/boats?api_key=k3y-of-ada", #{{ headers: #{{ "x-token": secret("TOKEN") }} }});"#,
        standin.address
    );
    let project = Project::new()
        .script(&script)
        .env("TOKEN", "t0ken-of-the-harbour");
    assert_snapshot!(project.run(["run", "--quiet"]).all(), @r#"
    exit: 1
    ── stderr
    error: `http`: http://127.0.0.1:[port]/boats answered 400
     --> wharf.rhai:1:1
      |
    1 | http("http://ada:***@127.0.0.1:[port]/boats?api_key=***", #{ headers: #{ "x-token": secret("TOKEN") } });
      | ^^^^
      | no such ***
    hint: where that is no failure, say so: `expect: 400`
    "#);
}

#[test]
fn a_script_can_catch_a_failure_and_expect_one() {
    let standin = Standin::new("404 Not Found", "gone");
    let (code, stdout, stderr) = run(&format!(
        r#"let url = "http://{}/";
try {{ http(url); }} catch (err) {{ print(err.action); }}
print(http(url, #{{ expect: 404 }}).body);"#,
        standin.address
    ));
    assert_eq!((code, &*stdout), (0, "http\ngone\n"), "{stderr}");
}

#[test]
fn why_there_is_no_answer_is_told() {
    // Connections to it are taken and never answered.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let silent = silent.local_addr().expect("a bound port").to_string();
    let broken = Standin::new("200 OK\nContent-Length: 4711\nX-Twice: 1", "less");
    let large = Standin::new("200 OK", &"large ".repeat(3_000_000));
    let told = [
        ("127.0.0.1:1/boats?token=t0ken-1", "retry: 0"),
        (&silent, "timeout: \"100ms\", retry: 0"),
        (&silent, "timeout: \"100ms\", method: \"POST\""),
        (&broken.address, "retry: 0"),
        (&large.address, "retry: 0"),
    ]
    .map(|(address, options)| {
        let script = format!("http(\"http://{address}\", #{{ {options} }});");
        Project::new().script(&script).run(["run"]).failure()
    });
    assert_snapshot!(told.join("\n"), @r#"
    exit: 1
    error: `http`: cannot connect to `http://127.0.0.1:1/boats`: Connection refused
    hint: is it up, and is the URL right?

    exit: 1
    error: `http`: `http://127.0.0.1:[port]/` did not answer in time
    hint: a longer `timeout` waits longer

    exit: 1
    error: `http`: `http://127.0.0.1:[port]/` did not answer in time
    hint: it may have been received all the same: look before it is sent again

    exit: 1
    error: `http`: the connection to `http://127.0.0.1:[port]/` broke: invalid content-length parsed
    hint: is it `https://`, or `http://`, that is spoken there?

    exit: 1
    error: `http`: the answer of `http://127.0.0.1:[port]/` is larger than 16 MiB
    hint: let a command download it: `sh(["curl", …])`
    "#);
}

#[test]
fn loopback_is_not_asked_through_a_proxy() {
    let standin = Standin::new("200 OK", "fine");
    let project = Project::new()
        .script(&format!(
            "print(http(\"http://{}/\").body);",
            standin.address
        ))
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("http_proxy", "http://127.0.0.1:1");
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!((code, &*stdout), (0, "fine\n"), "{stderr}");
}

#[test]
fn what_cannot_be_sent_is_told() {
    let told = [
        "json: 1, body: \"2\"",
        "method: \"G T\"",
        "headers: #{ \"a b\": \"1\" }",
        "timeout: \"soon\"",
        "expect: 70000",
    ]
    .map(|options| {
        let script = format!("http(\"http://127.0.0.1:1/\", #{{ {options} }});");
        let told = Project::new().script(&script).run(["run"]).failure();
        format!("{options}\n{told}")
    });
    assert_snapshot!(told.join("\n"), @r#"
    json: 1, body: "2"
    exit: 2
    error: option `body` of `http`: is given beside `json`; one of them is sent

    method: "G T"
    exit: 2
    error: option `method` of `http`: `G T` is not a method

    headers: #{ "a b": "1" }
    exit: 1
    error: `http`: the header `a b` cannot be sent as it is
    hint: a name is of letters, digits and `-`, and a value has no line ends

    timeout: "soon"
    exit: 2
    error: option `timeout` of `http`: "soon" is no length of time; write "[time]", "1m30s" or "2h"
    error: 1 error found; nothing was run

    expect: 70000
    exit: 2
    error: option `expect` of `http` must be a status or an array of them
    "#);
}

#[test]
fn a_redirect_is_followed_by_what_reads_and_headers_stay_with_their_host() {
    let other = Standin::new("200 OK", "there");
    let first = Standin::answering(&[
        ("302 Found\nLocation: /moved", ""),
        (
            &format!("302 Found\nLocation: http://{}/", other.address),
            "",
        ),
    ]);
    let (code, stdout, stderr) = run(&format!(
        r#"let headers = #{{ "x-api-key": secret("TOKEN") }};
print(http("http://{}/", #{{ headers: headers }}).body);"#,
        first.address
    ));
    assert_eq!((code, &*stdout), (0, "there\n"), "{stderr}");
    let asked = first.requests();
    assert_eq!(asked[1].line, "GET /moved");
    assert!(
        asked[1].headers.contains("x-api-key"),
        "{}",
        asked[1].headers
    );
    let asked = other.requests();
    assert!(
        !asked[0].headers.contains("x-api-key"),
        "{}",
        asked[0].headers
    );
}

#[test]
fn what_changes_something_is_not_sent_elsewhere() {
    let told = ["https://quay.example/?key=1", "/quay?key=1"].map(|location| {
        let status = format!("301 Moved Permanently\nLocation: {location}");
        let standin = Standin::new(&status, "");
        let script = format!("http(\"http://{}/\", #{{ json: 1 }});", standin.address);
        let told = Project::new().script(&script).run(["run"]).failure();
        assert_eq!(standin.requests().len(), 1);
        told
    });
    assert_snapshot!(told.join("\n"), @"
    exit: 1
    error: `http`: http://127.0.0.1:[port]/ answered 301
    hint: it points to https://quay.example/: send it there, or name the status in `expect`

    exit: 1
    error: `http`: http://127.0.0.1:[port]/ answered 301
    hint: it points to /quay: send it there, or name the status in `expect`
    ");
}

#[test]
fn a_status_that_is_expected_is_taken_as_it_comes() {
    for status in [
        "302 Found\nLocation: /x",
        "503 Service Unavailable\nRetry-After: 9",
    ] {
        let standin = Standin::new(status, "");
        let number = &status[..3];
        let script = format!(
            "http(\"http://{}/\", #{{ expect: {number} }});",
            standin.address
        );
        let (code, _, stderr) = run(&script);
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(standin.requests().len(), 1);
    }
}
