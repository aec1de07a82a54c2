//! What modules have, and what actions read from the environment.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn what_modules_have_and_how_they_are_imported() {
    let told = Project::new()
        .script(
            r#"
import "ops/names" as m;
print(m::NOSUCH + m::NAME + m::MORE);
print(m::of);
print(git::short_sha);
on_failure(|a, b| 1);
on_success(|a| 1);
on_failure(5);
const BUILD = "build";
stage(BUILD, || { stage("inner", || 1); });
stage("deploy", #{ needs: [BUILD, "biuld"] }, || 1);
"#,
        )
        .file(
            "ops/names.rhai",
            "import \"own\" as own;\nexport const NAME = 1;\nconst HIDDEN = 2;\nexport HIDDEN as MORE;\nfn of() {}\n",
        )
        .file("ops/own.rhai", "import \"own\" as me;\n")
        .run(["check"]);
    assert_snapshot!(crate::words::told(&["import 5 as k;"]), @"
    import 5 as k;
       the path of a module must be text, not a whole number «5»
    ");
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: the module `ops/own.rhai` imports itself
     --> ops/own.rhai:1:8
      |
    1 | import "own" as me;
      |        ^^^^^
    error: module `m` exports no `NOSUCH`
     --> wharf.rhai:3:10
      |
    3 | print(m::NOSUCH + m::NAME + m::MORE);
      |          ^^^^^^
    error: `m::of` is a function
     --> wharf.rhai:4:10
      |
    4 | print(m::of);
      |          ^^
    hint: call it: `m::of()`
    error: `git::short_sha` is a function
     --> wharf.rhai:5:12
      |
    5 | print(git::short_sha);
      |            ^^^^^^^^^
    hint: call it: `git::short_sha()`
    error: the closure of `on_failure` gets the failure and nothing else
     --> wharf.rhai:6:1
      |
    6 | on_failure(|a, b| 1);
      | ^^^^^^^^^^
    error: the closure of `on_success` gets nothing
     --> wharf.rhai:7:1
      |
    7 | on_success(|a| 1);
      | ^^^^^^^^^^
    error: what `on_failure` calls must be a closure, not a whole number
     --> wharf.rhai:8:12
      |
    8 | on_failure(5);
      |            ^
    error: `stage` cannot be called inside a stage or hook
      --> wharf.rhai:10:19
       |
    10 | stage(BUILD, || { stage("inner", || 1); });
       |                   ^^^^^
    hint: declare all stages at the top level of the script
    error: stage `deploy` needs `biuld`, and there is no stage of that name
      --> wharf.rhai:11:35
       |
    11 | stage("deploy", #{ needs: [BUILD, "biuld"] }, || 1);
       |                                   ^^^^^^^
    hint: did you mean `build`?
    error: 9 errors found
    "#);
}

#[test]
fn what_actions_read_from_the_environment() {
    let project = Project::new().script(
        r#"
stage("eu", #{ env: #{ REGION: "eu" } }, || print(env("REGION")));
stage("deploy", || { render_deploy(); render_deploy(#{ service: "srv-1" }) });
stage("given", || { render_deploy(#{ hook: env("HOOK", "") }) });
on_failure(|failure| sentry_notify(failure.message));
"#,
    );
    assert_snapshot!(project.run(["check", "--strict"]).all(), @r#"
    exit: 2
    ── stderr
    error: `render_deploy` reads `HOOK_RENDER`, which the environment does not have
     --> wharf.rhai:3:22
      |
    3 | stage("deploy", || { render_deploy(); render_deploy(#{ service: "srv-1" }) });
      |                      ^^^^^^^^^^^^^
    hint: set it where the pipeline runs, write it into `.env`, or give `hook`
    error: `render_deploy` reads `RENDER_API_KEY`, which the environment does not have
     --> wharf.rhai:3:39
      |
    3 | stage("deploy", || { render_deploy(); render_deploy(#{ service: "srv-1" }) });
      |                                       ^^^^^^^^^^^^^
    hint: set it where the pipeline runs, write it into `.env`, or give `api_key`
    error: `sentry_notify` reads `SENTRY_DSN`, which the environment does not have
     --> wharf.rhai:5:22
      |
    5 | on_failure(|failure| sentry_notify(failure.message));
      |                      ^^^^^^^^^^^^^
    hint: set it where the pipeline runs, write it into `.env`, or give `dsn`
    error: 3 errors found
    "#);
    project
        .env(
            "HOOK_RENDER",
            "https://api.render.com/deploy/srv-1?key=harbour",
        )
        .env("RENDER_API_KEY", "rnd_harbour")
        .env("SENTRY_DSN", "")
        .run(["check", "--strict"])
        .stdout("");
}

#[test]
fn a_function_that_is_not_called_is_told_as_it_can_be() {
    let project = Project::new().script("import \"std/slack\" as slack;\nprint(slack::post);\n");
    let (_, _, stderr) = project.run(["check"]).streams();
    assert!(
        stderr.contains("hint: call it: `slack::post(…)`"),
        "{stderr}"
    );
}

#[test]
fn what_is_done_only_where_the_environment_has_a_name() {
    let project = Project::new().script(
        r#"
stage("a", || 1);
if env("SENTRY_DSN", "") != "" {
    on_failure(|failure| sentry_notify(failure.message));
}
on_success(|| if true && env("HOOK_RENDER", "") != "" { print(secret("HOOK_RENDER")); });
"#,
    );
    project.run(["check", "--strict"]).stdout("");
    let project = Project::new().script(
        r#"
stage("a", || 1);
if env("SENTRY_DSN", "") != "" { print("told"); }
if env("OTHER", "") != "" {
    on_failure(|failure| sentry_notify(failure.message));
}
"#,
    );
    assert_snapshot!(project.run(["check"]).all(), @r"
    exit: 0
    ── stderr
    warning: `sentry_notify` reads `SENTRY_DSN`, which the environment does not have
     --> wharf.rhai:5:26
      |
    5 |     on_failure(|failure| sentry_notify(failure.message));
      |                          ^^^^^^^^^^^^^
    hint: set it where the pipeline runs, write it into `.env`, or give `dsn`
    ");
}
