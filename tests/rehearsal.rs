//! What a rehearsal plays and tells. That of images is with `docker_push`.

use insta::assert_snapshot;
use regex::Regex;

use crate::harness::Project;

const KEY: &str = "hOok_k3y_of_the_harbour";

const PIPELINE: &str = r#"
stage("deploy", || render_deploy(#{
    image: #{ reference: "me/app:1", digest: "sha256:0123" },
    wait: "1m", health: "https://app.example.com/", health_status: 204,
}));
stage("tell", #{ needs: ["deploy"] }, || {
    http("https://hooks.example.com/boats", #{ json: #{ mast: 2 }, expect: 201 });
    sentry_notify("harbour is live", #{ release: "harbour@1", environment: "production" });
});
"#;

#[test]
fn each_service_tells_what_it_would_have_received() {
    let project = Project::new().script(PIPELINE).env(
        "HOOK_RENDER",
        format!("https://api.render.com/deploy/srv-c0ffee0c0ffee0c0ffee?key={KEY}"),
    );
    let (code, stdout, stderr) = project.run(["run", "--rehearse"]).streams();
    assert_eq!((code, &*stdout), (0, ""), "{stderr}");
    assert!(!stderr.contains(KEY), "{stderr}");
    let (_, summary) = stderr.split_once("received\n").expect("a summary");
    assert_snapshot!(summary, @r#"
      registry  nothing
      render    deploy hook of srv-c0ffee0c0ffee0c0ffee: image me/app:1@sha256:0123
      sentry    event info: harbour is live (release harbour@1, environment production)
      http      GET https://app.example.com/
      http      POST https://hooks.example.com/boats {"mast":2}
    "#);
}

#[test]
fn a_rehearsal_needs_no_settings() {
    let script = r#"render_deploy(); sentry_notify("hello");
print(render_deploy(#{ service: "srv-c0ffee0c0ffee0c0ffee", wait: "1m" }).status);
print(render_deploy(#{ wait: "1m" }).status);"#;
    let (code, stdout, stderr) = Project::new()
        .script(script)
        .run(["run", "--rehearse"])
        .streams();
    assert_eq!((code, &*stdout), (0, "live\nlive\n"), "{stderr}");
    for name in ["HOOK_RENDER", "SENTRY_DSN", "RENDER_API_KEY"] {
        let told = format!("simulated: {name} is not set");
        assert!(stderr.contains(&told), "{name}: {stderr}");
    }
}

#[test]
fn a_fault_is_played_and_can_be_caught() {
    let script = r#"for i in 0..3 {
    try { print(render_deploy("me/app:1").status); } catch (err) { print(err.message); }
}"#;
    let project = Project::new().script(script);
    let (code, stdout, stderr) = project
        .run(["run", "--rehearse", "--fault", "render:503*2"])
        .streams();
    let refused = "`render_deploy`: Render refused with status 503: service unavailable\n";
    let told = format!("{refused}{refused}accepted\n");
    assert_eq!((code, stdout), (0, told), "{stderr}");
    assert!(
        stderr.contains("answered 503 Service Unavailable as told"),
        "{stderr}"
    );
}

#[test]
fn faults_of_each_service_fail_as_it_would() {
    let told = [
        ("render:429", "render_deploy();"),
        ("sentry:429", "sentry_notify(\"hello\");"),
        ("sentry:403", "sentry_notify(\"hello\");"),
        (
            "http:500",
            "http(\"https://hooks.example.com/\", #{ method: \"POST\" });",
        ),
    ]
    .map(|(fault, script)| {
        let project = Project::new().script(script);
        let told = project.run(["run", "--rehearse", "--fault", fault]);
        format!("{fault}\n{}", told.failure())
    });
    assert_snapshot!(told.join("\n"), @r#"
    render:429
    exit: 1
    error: `render_deploy`: Render refused with status 429: rate limit exceeded
    hint: injected by `--fault render:429`: the service itself was not asked

    sentry:429
    exit: 1
    error: `sentry_notify`: Sentry accepts no more events for now; it says to wait [time]
    hint: injected by `--fault sentry:429`: the service itself was not asked

    sentry:403
    exit: 1
    error: `sentry_notify`: Sentry refused with status 403: forbidden
    hint: injected by `--fault sentry:403`: the service itself was not asked

    http:500
    exit: 1
    error: `http`: https://hooks.example.com/ answered 500
      | {"message":"internal server error"}
    hint: injected by `--fault http:500`: the service itself was not asked
    "#);
}

#[test]
fn a_fault_that_lasts_is_counted_and_told_again_by_a_resumed_run() {
    let script = r#"try { render_deploy(#{ health: "https://app.example.com/up", wait: "1s" }); }
catch (err) { fail("not healthy"); }"#;
    let project = Project::new().script(script);
    let counted = Regex::new(
        r"  http      GET https://app\.example\.com/up, and answered 500 Internal Server Error as told × \d\n",
    )
    .expect("a pattern");
    let first = project.run(["run", "--rehearse", "--fault", "http:500"]);
    let (code, _, stderr) = first.streams();
    assert_eq!(code, 1);
    assert!(counted.is_match(&stderr), "{stderr}");
    let (code, _, stderr) = project.run(["resume"]).streams();
    assert_eq!(code, 1);
    let again = "`--fault http:500` is injected again\nrehearsal: ";
    assert!(stderr.starts_with(again), "{stderr}");
    assert!(counted.is_match(&stderr), "{stderr}");
}

#[test]
fn a_fault_that_cannot_be_played_is_told() {
    let told = [
        &["--rehearse", "--fault", "rendr:503"][..],
        &["--rehearse", "--fault", "aws:503"],
        &["--rehearse", "--fault", "render"],
        &["--rehearse", "--fault", "render:200"],
        &["--rehearse", "--fault", "render:503*0"],
        &["--fault", "render:503"],
    ]
    .map(|arguments| {
        let project = Project::new().script("print(1);");
        let told = project.run([&["run"], arguments].concat()).all();
        format!("{}\n{told}", arguments.join(" "))
    });
    assert_snapshot!(told.join("\n"), @"
    --rehearse --fault rendr:503
    exit: 2
    ── stderr
    error: invalid value 'rendr:503' for '--fault <SERVICE:STATUS[*N]>': there is no service `rendr`; did you mean `render`?

    For more information, try '--help'.

    --rehearse --fault aws:503
    exit: 2
    ── stderr
    error: invalid value 'aws:503' for '--fault <SERVICE:STATUS[*N]>': there is no service `aws`; there are: registry, render, sentry, http

    For more information, try '--help'.

    --rehearse --fault render
    exit: 2
    ── stderr
    error: invalid value 'render' for '--fault <SERVICE:STATUS[*N]>': write it as SERVICE:STATUS or SERVICE:STATUS*TIMES

    For more information, try '--help'.

    --rehearse --fault render:200
    exit: 2
    ── stderr
    error: invalid value 'render:200' for '--fault <SERVICE:STATUS[*N]>': `200` is no status of an error: it is from 400 to 599

    For more information, try '--help'.

    --rehearse --fault render:503*0
    exit: 2
    ── stderr
    error: invalid value 'render:503*0' for '--fault <SERVICE:STATUS[*N]>': `0` is no number of times

    For more information, try '--help'.

    --fault render:503
    exit: 2
    ── stderr
    error: the following required arguments were not provided:
      --rehearse

    Usage: wharf run --rehearse --fault <SERVICE:STATUS[*N]> --jobs <N> [STAGE]...

    For more information, try '--help'.
    ");
}
