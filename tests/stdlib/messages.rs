//! Slack, Discord, Teams, healthchecks.

use std::fmt::Write as _;

use super::{received, run};
use crate::harness::{Project, Standin};

#[test]
fn slack_gets_a_text_or_blocks() {
    let slack = Standin::new("200 OK", "ok");
    let url = format!("http://{}/services/T0/B0/x", slack.address);
    let project = Project::new().env("SLACK_WEBHOOK_URL", url);
    let body = "it::post(\"*up*\"); it::post(\"up\", #{ blocks: [#{ \"type\": \"divider\" }] });";
    run(project, "slack", body);
    assert_eq!(
        received(&slack),
        [
            r#"POST /services/T0/B0/x {"text":"*up*"}"#,
            r#"POST /services/T0/B0/x {"blocks":[{"type":"divider"}],"text":"up"}"#,
        ]
    );
}

#[test]
fn slack_is_told_of_a_failure_and_nothing_in_it_is_markup() {
    let slack = Standin::new("200 OK", "ok");
    let project = Project::new()
        .env("SLACK_WEBHOOK_URL", format!("http://{}/x", slack.address))
        .script(
            "import \"std/slack\" as slack;\nstage(\"test\", || fail(\"<!channel> & more\\nthe second line\"));\n\
             on_failure(|failure| slack::post_failure(failure));\n",
        )
        .git();
    let (code, ..) = project.run(["run"]).streams();
    assert_eq!(code, 1);
    let told = received(&slack).join("\n");
    assert!(told.contains(":x: *test* failed on *main* at "), "{told}");
    assert!(
        told.contains("\\n>&lt;!channel&gt; &amp; more\\n>the second line"),
        "{told}"
    );
}

#[test]
fn an_address_that_is_no_more_is_a_failure_and_stays_a_secret() {
    let slack = Standin::new("404 Not Found", "no_team");
    let project = Project::new()
        .env(
            "SLACK_WEBHOOK_URL",
            format!("http://{}/services/hush-hush", slack.address),
        )
        .script("import \"std/slack\" as slack;\nstage(\"tell\", || slack::post(\"up\"));\n");
    let (code, stdout, stderr) = project.run(["run"]).streams();
    assert_eq!((code, &*stdout), (1, ""));
    assert!(stderr.contains("answered 404"), "{stderr}");
    assert!(stderr.contains("no_team"), "{stderr}");
    assert!(!stderr.contains("hush-hush"), "{stderr}");
}

/// What a stage returns is kept and shown: an answer's headers are nobody's result.
#[test]
fn what_only_tells_returns_nothing() {
    let slack = Standin::new("200 OK", "ok");
    let url = format!("http://{}/x", slack.address);
    let project = Project::new()
        .env("SLACK_WEBHOOK_URL", &url)
        .env("HEALTHCHECKS_URL", &url);
    let body = "import \"std/healthchecks\" as checks;\nprint(it::post(\"up\") == () && checks::success(\"a\") == ());";
    let (_, stdout) = run(project, "slack", body);
    assert_eq!(stdout, "true\n");
}

/// Nobody can edit the standard library: the call into it is what is shown.
#[test]
fn a_missing_address_is_told_where_the_function_is_called() {
    let project = Project::new()
        .script("import \"std/slack\" as slack;\nstage(\"tell\", || slack::post(\"up\"));\n");
    let told = project.run(["run"]).all();
    insta::assert_snapshot!(told, @r#"
    exit: 2
    ── stderr
    ▸ tell
    ✗ tell failed after [time]
    1 failed in [time]
    error: the environment has no `SLACK_WEBHOOK_URL`
     --> wharf.rhai:2:25
      |
    2 | stage("tell", || slack::post("up"));
      |                         ^^^^
    hint: set it for this run (`SLACK_WEBHOOK_URL=… wharf run`), or write it into `.env`
    "#);
}

#[test]
fn discord_mentions_nobody_and_gets_no_more_than_it_takes() {
    let discord = Standin::new("200 OK", "{}");
    let project = Project::new().env(
        "DISCORD_WEBHOOK_URL",
        format!("http://{}/x", discord.address),
    );
    let body = "let long = \"\"; long.pad(3000, 'a'); it::post(long); it::post(\"up\", #{ username: \"quay\" });";
    run(project, "discord", body);
    let [long, short] = received(&discord).try_into().expect("two messages");
    let (line, message) = long.split_once(' ').expect("a method");
    assert_eq!(line, "POST");
    let (_, message) = message.split_once(' ').expect("a body");
    let message: serde_json::Value = serde_json::from_str(message).expect("JSON");
    let content = message["content"].as_str().expect("a text");
    assert_eq!(content.chars().count(), 2000);
    assert_eq!(message["allowed_mentions"]["parse"], serde_json::json!([]));
    assert!(short.starts_with("POST /x?wait=true "), "{short}");
    assert!(short.contains(r#""username":"quay""#), "{short}");
}

#[test]
fn teams_gets_a_card() {
    let teams = Standin::new("202 Accepted", "");
    let project = Project::new().env("TEAMS_WEBHOOK_URL", format!("http://{}/x", teams.address));
    let body = "it::post(\"up\", #{ title: \"lettings\", link: \"https://example.com\" });";
    run(project, "teams", body);
    let request = &teams.requests()[0];
    let message: serde_json::Value = serde_json::from_str(&request.body).expect("JSON");
    assert_eq!(message["type"], "message");
    let attachment = &message["attachments"][0];
    assert_eq!(
        attachment["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    let card = &attachment["content"];
    assert_eq!(card["type"], "AdaptiveCard");
    assert_eq!(card["body"][0]["text"], "lettings");
    assert_eq!(card["body"][1]["text"], "up");
    assert_eq!(card["actions"][0]["url"], "https://example.com");
}

#[test]
fn healthchecks_gets_pings() {
    let server = Standin::new("200 OK", "OK");
    let project = Project::new().env("HEALTHCHECKS_URL", format!("http://{}", server.address));
    let body = "it::start(\"key/nightly\"); it::success(\"key/nightly\"); it::failure(\"key/nightly\", \"no disk\");\n\
                it::note(\"key/nightly\", \"half\"); it::exit_code(\"key/nightly\", 3);";
    run(project, "healthchecks", body);
    assert_eq!(
        received(&server),
        [
            "POST /key/nightly/start",
            "POST /key/nightly",
            "POST /key/nightly/fail no disk",
            "POST /key/nightly/log half",
            "POST /key/nightly/3",
        ]
    );
}

/// With no address and no network: a rehearsal needs neither.
#[test]
fn all_of_them_can_be_rehearsed() {
    let mut script = String::new();
    for module in ["slack", "discord", "teams"] {
        let _ = writeln!(script, "import \"std/{module}\" as {module};");
    }
    script += "import \"std/healthchecks\" as healthchecks;\nstage(\"tell\", || {\n";
    for module in ["slack", "discord", "teams"] {
        let _ = writeln!(script, "    {module}::post(\"up\");");
    }
    script += "    healthchecks::success(\"key/nightly\");\n});\n";
    let project = Project::new().script(&script);
    let (code, _, stderr) = project.run(["run", "--rehearse"]).streams();
    assert_eq!(code, 0, "{stderr}");
    for told in [
        "POST https://slack-webhook-url.invalid/ {\"text\":\"up\"}",
        "POST https://discord-webhook-url.invalid/?wait=true",
        "POST https://teams-webhook-url.invalid/",
        "POST https://hc-ping.com/key/nightly",
    ] {
        assert!(stderr.contains(told), "{told} is not in:\n{stderr}");
    }
}
