//! GitHub, Sentry, Render.

use super::{received, run};
use crate::harness::{Project, Standin};

fn github(standin: &Standin) -> Project {
    Project::new()
        .env("GITHUB_API_URL", format!("http://{}", standin.address))
        .env("GITHUB_REPOSITORY", "me/lettings")
        .env("GITHUB_TOKEN", "ghs_of-the-harbour")
}

#[test]
fn a_release_of_github_gives_its_page() {
    let page = "https://github.com/me/lettings/releases/tag/v1";
    let github_standin = Standin::new("201 Created", &format!("{{\"html_url\":\"{page}\"}}"));
    let body =
        "print(it::release(\"v1\")); it::release(\"v1\", #{ notes: \"- fixed\", draft: true });";
    let (_, stdout) = run(github(&github_standin), "github", body);
    assert_eq!(stdout, format!("{page}\n"));
    let [first, second] = received(&github_standin).try_into().expect("two requests");
    assert!(
        first.starts_with("POST /repos/me/lettings/releases {"),
        "{first}"
    );
    assert!(
        first.contains(r#""generate_release_notes":true"#),
        "{first}"
    );
    assert!(second.contains(r#""body":"- fixed""#), "{second}");
    assert!(second.contains(r#""draft":true"#), "{second}");
    let headers = &github_standin.requests()[0].headers;
    assert!(
        headers.contains("authorization: Bearer ghs_of-the-harbour"),
        "{headers}"
    );
}

#[test]
fn github_gets_statuses_comments_and_dispatches() {
    let created = ("201 Created", "{\"html_url\":\"https://x\"}");
    let standin = Standin::answering(&[created, created, ("204 No Content", "")]);
    let project = github(&standin).file("a", "").git();
    let sha = project.tool("git", ["rev-parse", "HEAD"]).trim().to_owned();
    let body = "it::status(\"success\", #{ context: \"deploy\" }); it::comment(7, \"done\");\n\
                it::dispatch(\"deploy.yml\", \"main\", #{ to: \"prod\" });";
    run(project, "github", body);
    assert_eq!(
        received(&standin),
        [
            format!(
                "POST /repos/me/lettings/statuses/{sha} {{\"context\":\"deploy\",\"description\":\"\",\"state\":\"success\"}}"
            ),
            "POST /repos/me/lettings/issues/7/comments {\"body\":\"done\"}".to_owned(),
            "POST /repos/me/lettings/actions/workflows/deploy.yml/dispatches {\"inputs\":{\"to\":\"prod\"},\"ref\":\"main\"}"
                .to_owned(),
        ]
    );
}

#[test]
fn sentry_gets_releases_and_deploys() {
    let standin = Standin::answering(&[
        ("208 Already Reported", "{}"),
        ("200 OK", "{}"),
        ("201 Created", "{}"),
    ]);
    let project = Project::new()
        .env("SENTRY_URL", format!("http://{}/", standin.address))
        .env("SENTRY_ORG", "quay")
        .env("SENTRY_PROJECT", "lettings")
        .env("SENTRY_AUTH_TOKEN", "sntrys_of-the-harbour")
        .file("a", "")
        .git();
    let body = "it::release(\"lettings@1.2\", #{ repository: \"me/lettings\" }); it::deploy(\"lettings@1.2\", \"production\");";
    let (project, _) = run(project, "sentry", body);
    let sha = project.tool("git", ["rev-parse", "HEAD"]).trim().to_owned();
    let [release, finished, deploy] = received(&standin).try_into().expect("three requests");
    assert_eq!(
        release,
        format!(
            "POST /api/0/organizations/quay/releases/ {{\"projects\":[\"lettings\"],\"refs\":[{{\"commit\":\"{sha}\",\"repository\":\"me/lettings\"}}],\"version\":\"lettings@1.2\"}}"
        )
    );
    let (line, body) = finished.split_once(" {").expect("a body");
    assert_eq!(
        line,
        "PUT /api/0/organizations/quay/releases/lettings%401.2/"
    );
    assert!(
        body.starts_with("\"dateReleased\":\"20") && body.ends_with("Z\"}"),
        "{body}"
    );
    assert_eq!(
        deploy,
        "POST /api/0/organizations/quay/releases/lettings%401.2/deploys/ {\"environment\":\"production\"}"
    );
}

#[test]
fn sentry_is_checked_in_to_by_the_dsn() {
    let standin = Standin::new("202 Accepted", "");
    let project = Project::new().env(
        "SENTRY_DSN",
        format!("http://abc123@{}/42", standin.address),
    );
    run(project, "sentry", "it::check_in(\"nightly jobs\", \"ok\");");
    assert_eq!(
        received(&standin),
        ["POST /api/42/cron/nightly%20jobs/abc123/?status=ok"]
    );
}

#[test]
fn what_is_no_dsn_is_told() {
    for dsn in ["nothing-of-the-kind", "https://sentry.example/42"] {
        let project = Project::new()
            .env("SENTRY_DSN", dsn)
            .script("import \"std/sentry\" as sentry;\nstage(\"it\", || sentry::check_in(\"a\", \"ok\"));\n");
        let (code, _, stderr) = project.run(["run"]).streams();
        assert_eq!(code, 1, "{stderr}");
        assert!(
            stderr.contains("error: SENTRY_DSN is not a DSN"),
            "{stderr}"
        );
    }
}

/// Sentry may live below a path.
#[test]
fn the_path_of_a_dsn_is_kept() {
    let standin = Standin::new("202 Accepted", "");
    let dsn = format!("http://abc123@{}/prefix/two/42", standin.address);
    let project = Project::new().env("SENTRY_DSN", dsn);
    run(project, "sentry", "it::check_in(\"nightly\", \"ok\");");
    assert_eq!(
        received(&standin),
        ["POST /prefix/two/api/42/cron/nightly/abc123/?status=ok"]
    );
}

#[test]
fn github_takes_no_long_description_and_no_unknown_state() {
    let standin = Standin::new("201 Created", "{}");
    let project = github(&standin).file("a", "").git();
    let body = "let long = \"\"; long.pad(160, 'a'); it::status(\"error\", #{ description: long });\n\
                try { it::status(\"sucess\"); } catch (err) { print(err.message); }";
    let (_, stdout) = run(project, "github", body);
    assert!(stdout.starts_with("\"sucess\" is not a state"), "{stdout}");
    let [request] = standin.requests().try_into().expect("one request");
    let message: serde_json::Value = serde_json::from_str(&request.body).expect("JSON");
    let description = message["description"].as_str().expect("a text");
    assert_eq!(description.chars().count(), 140);
}

#[test]
fn github_may_have_no_release_yet() {
    let standin = Standin::new("404 Not Found", "{\"message\":\"Not Found\"}");
    let (_, stdout) = run(
        github(&standin),
        "github",
        "print(it::latest_release() == ());",
    );
    assert_eq!(stdout, "true\n");
}

fn render(standin: &Standin) -> Project {
    Project::new()
        .env("RENDER_API_URL", format!("http://{}", standin.address))
        .env("RENDER_SERVICE_ID", "srv-1")
        .env("RENDER_API_KEY", "rnd_of-the-harbour")
}

#[test]
fn render_goes_back_to_the_deploy_before() {
    let deploys = r#"[{"deploy":{"id":"dep-3","status":"live"},"cursor":"c"},
        {"deploy":{"id":"dep-2","status":"build_failed"},"cursor":"c"},
        {"deploy":{"id":"dep-1","status":"deactivated"},"cursor":"c"}]"#;
    let standin = Standin::answering(&[("200 OK", deploys), ("201 Created", "{}")]);
    let (_, stdout) = run(render(&standin), "render", "print(it::rollback());");
    assert_eq!(stdout, "dep-1\n");
    assert_eq!(
        received(&standin),
        [
            "GET /v1/services/srv-1/deploys?limit=20",
            "POST /v1/services/srv-1/rollback {\"deployId\":\"dep-1\"}",
        ]
    );
}

#[test]
fn render_gets_variables_and_gives_its_log() {
    let logs = r#"{"logs":[{"message":"second"},{"message":"first"}]}"#;
    let standin = Standin::answering(&[
        ("200 OK", "{}"),
        ("200 OK", "{}"),
        ("202 Accepted", ""),
        ("200 OK", "{\"ownerId\":\"own-1\"}"),
        ("200 OK", logs),
    ]);
    let body = "it::set_env(\"A B\", \"1\"); it::set_env(\"N\", 3, #{ deploy: true }); for line in it::logs(#{ limit: 2 }) { print(line); }";
    let (_, stdout) = run(render(&standin), "render", body);
    assert_eq!(stdout, "first\nsecond\n");
    let requests = received(&standin);
    assert_eq!(
        requests[0],
        "PUT /v1/services/srv-1/env-vars/A%20B {\"value\":\"1\"}"
    );
    assert_eq!(
        requests[1],
        "PUT /v1/services/srv-1/env-vars/N {\"value\":\"3\"}"
    );
    assert_eq!(requests[2], "POST /v1/services/srv-1/deploys {}");
    assert_eq!(requests[3], "GET /v1/services/srv-1");
    assert_eq!(
        requests[4],
        "GET /v1/logs?direction=backward&limit=2&ownerId=own-1&resource=srv-1"
    );
}

#[test]
fn all_of_them_can_be_rehearsed() {
    let script = "import \"std/github\" as github;\nimport \"std/sentry\" as sentry;\nimport \"std/render\" as render;\n\
         stage(\"tell\", || {\n    github::release(\"v1\");\n    sentry::release(\"1\");\n    sentry::check_in(\"nightly\", \"ok\");\n    render::set_env(\"A\", \"1\");\n    render::rollback();\n    render::logs();\n    github::latest_release();\n});\n";
    // Not even what they read leads out of this machine.
    let project = Project::new()
        .script(script)
        .git()
        .env("HTTPS_PROXY", "http://127.0.0.1:1");
    let (code, _, stderr) = project.run(["run", "--rehearse"]).streams();
    assert_eq!(code, 0, "{stderr}");
    for told in [
        "GET https://api.github.com/repos/github-repository/releases/latest",
        "POST https://api.github.com/repos/github-repository/releases",
        "POST https://sentry.io/api/0/organizations/sentry-org/releases/",
        "POST https://sentry-dsn.invalid/api/1/cron/nightly/key/?status=ok",
        "render    environment variable A of render-service-id",
        "render    rollback of render-service-id to dep-",
    ] {
        assert!(stderr.contains(told), "{told} is not in:\n{stderr}");
    }
}
