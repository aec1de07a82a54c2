//! `http` against a server on loopback.

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
fn an_unexpected_status_is_a_failure_with_the_body_and_no_secret() {
    let standin = Standin::new("400 Bad Request", "no such t0ken-of-the-harbour");
    let (code, _, stderr) = run(&format!(
        r#"http("http://ada:p4ssword@{}/boats?api_key=k3y-of-ada", #{{
    headers: #{{ "x-token": secret("TOKEN") }},
}});"#,
        standin.address
    ));
    assert_eq!(code, 1);
    let message = format!("http://{}/boats answered 400", standin.address);
    assert!(stderr.contains(&message), "{stderr}");
    assert!(stderr.contains("no such ***"), "{stderr}");
    for secret in ["t0ken-of-the-harbour", "p4ssword", "k3y-of-ada"] {
        assert!(!stderr.contains(secret), "{secret}: {stderr}");
    }
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
fn nobody_there_and_no_answer_in_time_are_told_apart() {
    let (code, _, stderr) = run("http(\"http://127.0.0.1:1/boats?token=t0ken-1\", #{ retry: 0 });");
    assert_eq!(code, 1);
    let message = "cannot connect to `http://127.0.0.1:1/boats`: Connection refused";
    assert!(stderr.contains(message), "{stderr}");
    // Connections to it are taken and never answered.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let address = silent.local_addr().expect("a bound port");
    let script = format!("http(\"http://{address}/\", #{{ timeout: \"100ms\", retry: 0 }});");
    let (code, _, stderr) = run(&script);
    assert_eq!(code, 1);
    let message = format!("`http://{address}/` did not answer in time");
    assert!(stderr.contains(&message), "{stderr}");
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
    for (options, message) in [
        ("json: 1, body: \"2\"", "is given beside `json`"),
        ("method: \"G T\"", "`G T` is no method"),
        (
            "headers: #{ \"a b\": \"1\" }",
            "the header `a b` cannot be sent",
        ),
        ("timeout: \"soon\"", "is no length of time"),
    ] {
        let script = format!("http(\"http://127.0.0.1:1/\", #{{ {options} }});");
        let (code, _, stderr) = run(&script);
        assert!(matches!(code, 1 | 2), "{options}: {stderr}");
        assert!(stderr.contains(message), "{options}: {stderr}");
    }
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
fn a_redirect_of_what_changes_something_is_a_failure_that_names_it() {
    let standin = Standin::new(
        "301 Moved Permanently\nLocation: https://quay.example/?key=1",
        "",
    );
    let script = format!("http(\"http://{}/\", #{{ json: 1 }});", standin.address);
    let (code, _, stderr) = run(&script);
    assert_eq!(code, 1);
    assert_eq!(standin.requests().len(), 1);
    assert!(stderr.contains("answered 301\n"), "{stderr}");
    let hint =
        "hint: it points to https://quay.example/: send it there, or name the status in `expect`\n";
    assert!(stderr.contains(hint), "{stderr}");
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
