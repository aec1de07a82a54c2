//! `render_deploy` against answers as Render gives them.

mod refused;

use crate::harness::{Project, Standin};

const KEY: &str = "hOok_k3y_of_the_harbour";
const API_KEY: &str = "rnd_aP1k3yOfTheHarbour";
const ID: &str = "dep-cm4q1mf109ks73b3sfs0";
const SERVICE: &str = "srv-cm4q1mf109ks73b3sfs0";

/// Runs `script` with the hook at `standin`; no stream may show a key.
fn hooked(standin: &Standin, script: &str) -> (i32, String, String) {
    unleaked(hook_of(standin).script(script).run(["run"]).streams())
}

fn hook_of(standin: &Standin) -> Project {
    let hook = format!("http://{}/deploy/{SERVICE}?key={KEY}", standin.address);
    Project::new().env("HOOK_RENDER", hook)
}

/// The same through the API.
fn asked(standin: &Standin, options: &str) -> (i32, String, String) {
    let project = Project::new()
        .script(&format!(
            "let deploy = render_deploy(#{{ service: \"{SERVICE}\", {options} }});
             print(`${{deploy.id}} ${{deploy.status}} ${{deploy.url}}`);"
        ))
        .env("RENDER_API_KEY", API_KEY)
        .env("RENDER_API_URL", format!("http://{}", standin.address));
    unleaked(project.run(["run"]).streams())
}

#[track_caller]
fn unleaked(said: (i32, String, String)) -> (i32, String, String) {
    for key in [KEY, API_KEY] {
        assert!(!said.1.contains(key), "{}", said.1);
        assert!(!said.2.contains(key), "{}", said.2);
    }
    said
}

fn status(status: &str) -> String {
    format!(r#"{{"id":"{ID}","status":"{status}","commit":null,"autoDeployTrigger":"off"}}"#)
}

const HOOKED: &str =
    "let deploy = render_deploy(\"me/app:1\"); print(`${deploy.id} ${deploy.status}`);";

#[test]
fn a_hook_names_the_deploy_and_gets_the_image_encoded() {
    let standin = Standin::new("200 OK", &format!(r#"{{"deploy":{{"id":"{ID}"}}}}"#));
    let (code, stdout, stderr) = hooked(&standin, HOOKED);
    assert_eq!(
        (code, &*stdout),
        (0, &*format!("{ID} accepted\n")),
        "{stderr}"
    );
    let asked = &standin.requests()[0].line;
    assert_eq!(
        *asked,
        format!("POST /deploy/{SERVICE}?key={KEY}&imgURL=me%2Fapp%3A1")
    );
}

#[test]
fn an_accepted_hook_may_name_nothing() {
    for (line, body) in [
        ("202 Accepted", ""),
        ("200 OK", "sync started"),
        ("201 Created", "{}"),
    ] {
        let (code, stdout, stderr) = hooked(&Standin::new(line, body), HOOKED);
        assert_eq!((code, &*stdout), (0, " accepted\n"), "{line}: {stderr}");
        let warned = "warning: Render accepted it without naming a deploy";
        assert!(stderr.contains(warned), "{line}: {stderr}");
    }
}

#[test]
fn the_api_answers_201_with_the_deploy() {
    let created = status("build_in_progress");
    let standin = Standin::answering(&[("200 OK", "[]"), ("201 Created", &created)]);
    let (code, stdout, stderr) = asked(&standin, "image: \"me/app:1\", clear_cache: true");
    let told = format!("{ID} build_in_progress \n");
    assert_eq!((code, &*stdout), (0, &*told), "{stderr}");
    let request = &standin.requests()[1];
    assert_eq!(request.line, format!("POST /v1/services/{SERVICE}/deploys"));
    assert_eq!(
        request.body,
        r#"{"clearCache":"clear","imageUrl":"me/app:1"}"#
    );
    let authorization = format!("authorization: Bearer {API_KEY}");
    assert!(request.headers.contains(&authorization));
}

#[test]
fn an_empty_202_is_found_in_the_list() {
    let old = r#"{"deploy":{"id":"dep-old","status":"live"},"cursor":"a"}"#;
    let new = format!(r#"[{{"deploy":{},"cursor":"b"}},{old}]"#, status("queued"));
    let standin = Standin::answering(&[
        ("200 OK", &format!("[{old}]")),
        ("202 Accepted", ""),
        ("200 OK", &new),
    ]);
    let (code, stdout, stderr) = asked(&standin, "");
    assert_eq!(
        (code, &*stdout),
        (0, &*format!("{ID} queued \n")),
        "{stderr}"
    );
}

#[test]
fn a_queued_deploy_is_looked_for_no_longer_than_wait() {
    let standin = Standin::answering(&[("200 OK", "[]"), ("202 Accepted", ""), ("200 OK", "[]")]);
    let (code, _, stderr) = asked(&standin, "wait: \"1s\"");
    assert_eq!(code, 1);
    assert!(
        stderr.contains(
            "error: `render_deploy`: Render queued the deploy, but its list does not show it\n"
        ),
        "{stderr}"
    );
    assert_eq!(standin.requests().len(), 3);
}

/// By way of a limit, an error that passes and a status that nobody knows.
#[test]
fn a_deploy_is_followed_until_it_is_live() {
    let standin = Standin::answering(&[
        ("200 OK", "[]"),
        (
            "429 Too Many Requests\nRetry-After: 0",
            r#"{"error":"rate limit exceeded"}"#,
        ),
        ("201 Created", &status("created")),
        ("500 Internal Server Error", "no luck"),
        ("200 OK", &status("weighing_anchor")),
        ("200 OK", &status("live")),
        (
            "200 OK",
            r#"{"serviceDetails":{"url":"https://harbour.onrender.com"}}"#,
        ),
    ]);
    let (code, stdout, stderr) = asked(&standin, "wait: \"1m\"");
    let told = format!("{ID} live https://harbour.onrender.com\n");
    assert_eq!((code, &*stdout), (0, &*told), "{stderr}");
    for said in [
        "the answer was 429; trying again in",
        "warning: Render refused with status 500: no luck; looking again",
        "is weighing_anchor",
    ] {
        assert!(stderr.contains(said), "{said}: {stderr}");
    }
}

#[test]
fn a_deploy_ends_well_or_badly() {
    for (end, expected) in [
        ("deactivated", 0),
        ("build_failed", 1),
        ("pre_deploy_failed", 1),
        ("update_failed", 1),
        ("canceled", 1),
    ] {
        let standin = Standin::answering(&[("200 OK", "[]"), ("201 Created", &status(end))]);
        let (code, _, stderr) = asked(&standin, "wait: 30");
        assert_eq!(code, expected, "{end}: {stderr}");
        let message = format!("deploy {ID} ended as {end}");
        assert_eq!(stderr.contains(&message), expected == 1, "{stderr}");
    }
}

#[test]
fn a_deploy_is_followed_no_longer_than_wait() {
    let standin = Standin::answering(&[("200 OK", "[]"), ("201 Created", &status("queued"))]);
    let (code, _, stderr) = asked(&standin, "wait: \"300ms\"");
    assert_eq!(code, 1, "{stderr}");
    let message = format!("deploy {ID} is still queued after 300ms");
    assert!(stderr.contains(&message), "{stderr}");
}

#[test]
fn a_hooks_deploy_is_followed_with_an_api_key() {
    let started = format!(r#"{{"deploy":{{"id":"{ID}"}}}}"#);
    let hook = Standin::new("200 OK", &started);
    let api = Standin::new("200 OK", &status("live"));
    let project = Project::new()
        .script("print(render_deploy(#{ wait: \"1m\" }).status);")
        .env(
            "HOOK_RENDER",
            format!("http://{}/deploy/{SERVICE}?key={KEY}", hook.address),
        )
        .env("RENDER_API_KEY", API_KEY)
        .env("RENDER_API_URL", format!("http://{}", api.address));
    let (code, stdout, stderr) = unleaked(project.run(["run"]).streams());
    assert_eq!((code, &*stdout), (0, "live\n"), "{stderr}");
    let line = format!("GET /v1/services/{SERVICE}/deploys/{ID}");
    assert_eq!(api.requests()[0].line, line);
}

#[test]
fn health_is_asked_until_it_answers_as_it_should() {
    let started = format!(r#"{{"deploy":{{"id":"{ID}"}}}}"#);
    let hook = Standin::new("200 OK", &started);
    let app = Standin::answering(&[("502 Bad Gateway", ""), ("204 No Content", "")]);
    let script = format!(
        "print(render_deploy(#{{ wait: \"1m\", health: \"http://{}/up\", health_status: 204 }}).url);",
        app.address
    );
    let (code, stdout, stderr) = hooked(&hook, &script);
    let url = format!("http://{}/up\n", app.address);
    assert_eq!((code, stdout), (0, url), "{stderr}");
    assert_eq!(app.requests().len(), 2);
}

#[test]
fn health_that_does_not_come_is_a_failure() {
    let hook = Standin::new("200 OK", "{}");
    let app = Standin::new("502 Bad Gateway", "");
    let script = format!(
        "render_deploy(#{{ wait: \"200ms\", health: \"http://{}/up\" }});",
        app.address
    );
    let (code, _, stderr) = hooked(&hook, &script);
    assert_eq!(code, 1, "{stderr}");
    let message = format!("http://{}/up does not answer 200 after 200ms", app.address);
    assert!(stderr.contains(&message), "{stderr}");
    assert!(stderr.contains("it answers 502"), "{stderr}");
}

/// Neither a fault on the way back nor a busy list starts a second deploy.
#[test]
fn a_deploy_is_started_once_though_its_answer_is_lost() {
    let listed = format!("[{}]", status("created"));
    for answers in [
        &[
            ("200 OK", "[]"),
            ("502 Bad Gateway", ""),
            ("200 OK", &*listed),
        ][..],
        &[("200 OK", "[]"), ("202 Accepted", ""), ("200 OK", &*listed)],
    ] {
        let standin = Standin::answering(answers);
        let (code, stdout, stderr) = asked(&standin, "");
        assert_eq!(
            (code, &*stdout),
            (0, &*format!("{ID} created \n")),
            "{stderr}"
        );
        let requests = standin.requests();
        let posts = requests.iter().filter(|one| one.line.starts_with("POST "));
        assert_eq!(posts.count(), 1);
    }
    let standin = Standin::answering(&[
        ("200 OK", "[]"),
        ("502 Bad Gateway", "{}"),
        ("200 OK", "[]"),
    ]);
    let (code, _, stderr) = asked(&standin, "");
    assert_eq!(code, 1);
    assert!(
        stderr.contains("hint: the deploy may have been started: look at the service's Events before the next try\n"),
        "{stderr}"
    );
}

#[test]
fn health_alone_is_no_proof_of_the_new_version() {
    let standin = Standin::new("200 OK", &format!(r#"{{"deploy":{{"id":"{ID}"}}}}"#));
    let script = format!(
        "render_deploy(#{{ wait: \"5s\", health: \"http://{}/health\" }});",
        standin.address
    );
    let (code, _, stderr) = hooked(&standin, &script);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stderr.contains("warning: the version before may be what answers: set RENDER_API_KEY and `wait` to follow the deploy itself\n"),
        "{stderr}"
    );
}
