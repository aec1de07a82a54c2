//! What a rehearsal plays and tells. That of images is with `docker_push`.

use insta::assert_snapshot;

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
    for (fault, script, message) in [
        (
            "render:429",
            "render_deploy();",
            "Render refused with status 429: rate limit exceeded",
        ),
        (
            "sentry:429",
            "sentry_notify(\"hello\");",
            "Sentry accepts no more events for now; it says to wait 1m",
        ),
        (
            "sentry:403",
            "sentry_notify(\"hello\");",
            "Sentry refused with status 403: forbidden",
        ),
        (
            "http:500",
            "http(\"https://hooks.example.com/\", #{ method: \"POST\" });",
            "https://hooks.example.com/ answered 500",
        ),
    ] {
        let project = Project::new().script(script);
        let (code, _, stderr) = project
            .run(["run", "--rehearse", "--fault", fault])
            .streams();
        assert_eq!(code, 1, "{fault}: {stderr}");
        assert!(stderr.contains(message), "{fault}: {stderr}");
    }
}

#[test]
fn a_fault_that_cannot_be_played_is_told() {
    for (arguments, message) in [
        (
            &["--rehearse", "--fault", "rendr:503"][..],
            "did you mean `render`?",
        ),
        (
            &["--rehearse", "--fault", "aws:503"],
            "there are: registry, render, sentry, http",
        ),
        (&["--rehearse", "--fault", "render"], "SERVICE:STATUS*TIMES"),
        (&["--rehearse", "--fault", "render:200"], "from 400 to 599"),
        (
            &["--rehearse", "--fault", "render:503*0"],
            "`0` is no number of times",
        ),
        (&["--fault", "render:503"], "--rehearse"),
    ] {
        let project = Project::new().script("print(1);");
        let (code, _, stderr) = project.run([&["run"], arguments].concat()).streams();
        assert_eq!(code, 2, "{arguments:?}: {stderr}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}
