//! What is given to stages and actions.

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn stages_and_their_needs() {
    let told = Project::new()
        .script(
            r#"
stage("build", #{ needs: ["tset", "lint"] }, || 1);
stage("test", #{ needs: "build" }, || 1);
stage("lint", #{ needs: ["push"] }, || 1);
stage("push", #{ needs: ["lint"] }, || 1);
stage("test", || 2);
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: stage `build` needs `tset`, and there is no stage of that name
     --> wharf.rhai:2:27
      |
    2 | stage("build", #{ needs: ["tset", "lint"] }, || 1);
      |                           ^^^^^^
    hint: did you mean `test`?
    error: these stages wait for each other: `lint` needs `push` needs `lint`
     --> wharf.rhai:4:26
      |
    4 | stage("lint", #{ needs: ["push"] }, || 1);
      |                          ^^^^^^ `lint` needs `push`
      |
     ::: wharf.rhai:5:26
      |
    5 | stage("push", #{ needs: ["lint"] }, || 1);
      |                          ------ `push` needs `lint`
    hint: take one of these needs away
    error: two stages are called `test`
     --> wharf.rhai:6:7
      |
    6 | stage("test", || 2);
      |       ^^^^^^
      |
     ::: wharf.rhai:3:7
      |
    3 | stage("test", #{ needs: "build" }, || 1);
      |       ------ first declared here
    error: 3 errors found
    "#);
}

#[test]
fn options_of_stages() {
    let told = Project::new()
        .script(
            r#"
stage(1, || 1);
stage("a", run_tests(), || 1);
stage("b", #{ need: ["a"], unless: true }, || 1);
stage("c", #{ needs: [1], when: "main", timeout: "soon", env: #{ A: [], B: 1 } }, || 1);
stage("d", #{ needs: #{}, timeout: -1, env: "A=1" }, "true");
stage("e", #{}, #{}, || 1);
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: the name of a stage must be text, not a whole number
     --> wharf.rhai:2:7
      |
    2 | stage(1, || 1);
      |       ^
    error: `run_tests` cannot run while the pipeline is being declared
     --> wharf.rhai:3:12
      |
    3 | stage("a", run_tests(), || 1);
      |            ^^^^^^^^^
    hint: move the call into a `stage`
    error: `stage` has no option `need`
     --> wharf.rhai:4:15
      |
    4 | stage("b", #{ need: ["a"], unless: true }, || 1);
      |               ^^^^
    hint: did you mean `needs`?
    error: `stage` has no option `unless`
     --> wharf.rhai:4:28
      |
    4 | stage("b", #{ need: ["a"], unless: true }, || 1);
      |                            ^^^^^^
    hint: its options are: allow_failure, always, env, environment, inputs, labels, matrix, needs, outputs, retry, silence, timeout, watch, when
    error: `needs` must be names of stages, not a whole number
     --> wharf.rhai:5:23
      |
    5 | stage("c", #{ needs: [1], when: "main", timeout: "soon", env: #{ A: [], B: 1 } }, || 1);
      |                       ^
    error: `when` must be true, false, a condition like `on_branch("main")` or a closure, not text
     --> wharf.rhai:5:33
      |
    5 | stage("c", #{ needs: [1], when: "main", timeout: "soon", env: #{ A: [], B: 1 } }, || 1);
      |                                 ^^^^^^
    error: `timeout` must be a number of seconds or a text like "1m30s", not `soon`
     --> wharf.rhai:5:50
      |
    5 | stage("c", #{ needs: [1], when: "main", timeout: "soon", env: #{ A: [], B: 1 } }, || 1);
      |                                                  ^^^^^^
    error: the value of `A` in `env` must be text, not an array
     --> wharf.rhai:5:69
      |
    5 | stage("c", #{ needs: [1], when: "main", timeout: "soon", env: #{ A: [], B: 1 } }, || 1);
      |                                                                     ^
    error: `needs` must be names of stages, not a map
     --> wharf.rhai:6:22
      |
    6 | stage("d", #{ needs: #{}, timeout: -1, env: "A=1" }, "true");
      |                      ^
    error: `timeout` must be a number of seconds or a text like "1m30s", not `-1`
     --> wharf.rhai:6:36
      |
    6 | stage("d", #{ needs: #{}, timeout: -1, env: "A=1" }, "true");
      |                                    ^
    error: `env` must be a map of names and values, not text
     --> wharf.rhai:6:45
      |
    6 | stage("d", #{ needs: #{}, timeout: -1, env: "A=1" }, "true");
      |                                             ^^^^^
    error: what a stage does must be a closure, not text
     --> wharf.rhai:6:54
      |
    6 | stage("d", #{ needs: #{}, timeout: -1, env: "A=1" }, "true");
      |                                                      ^^^^^^
    error: `stage` takes 2 or 3 arguments, not 4
     --> wharf.rhai:7:1
      |
    7 | stage("e", #{}, #{}, || 1);
      | ^^^^^
    error: 13 errors found
    "#);
}

#[test]
fn options_of_actions() {
    let told = Project::new()
        .script(
            r#"
docker_build(#{ tga: "app", no_cache: "yes", build_args: #{ A: [1] } });
sh("true", #{ timeout: true, cwd: 3, captrue: true });
lint(#{ linter: "flak8" });
lint(#{ linter: ["ruff", "mypi"] });
sentry_notify("m", #{ level: "eror", tags: #{ a: 1 } });
http("https://example.com", #{ retry: #{ count: 2 }, expect: "200" });
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: `docker_build` has no option `tga`
     --> wharf.rhai:2:17
      |
    2 | docker_build(#{ tga: "app", no_cache: "yes", build_args: #{ A: [1] } });
      |                 ^^^
    hint: did you mean `tag`?
    error: option `no_cache` of `docker_build` must be true or false, not text
     --> wharf.rhai:2:39
      |
    2 | docker_build(#{ tga: "app", no_cache: "yes", build_args: #{ A: [1] } });
      |                                       ^^^^^
    error: option `build_args.A` of `docker_build` must be text or true or false or a number, not an array
     --> wharf.rhai:2:64
      |
    2 | docker_build(#{ tga: "app", no_cache: "yes", build_args: #{ A: [1] } });
      |                                                                ^
    error: option `timeout` of `sh` must be a length of time, not true or false
     --> wharf.rhai:3:24
      |
    3 | sh("true", #{ timeout: true, cwd: 3, captrue: true });
      |                        ^^^^
    error: option `cwd` of `sh` must be text, not a whole number
     --> wharf.rhai:3:35
      |
    3 | sh("true", #{ timeout: true, cwd: 3, captrue: true });
      |                                   ^
    error: `sh` has no option `captrue`
     --> wharf.rhai:3:38
      |
    3 | sh("true", #{ timeout: true, cwd: 3, captrue: true });
      |                                      ^^^^^^^
    hint: did you mean `capture`?
    error: option `linter` of `lint` cannot be "flak8"
     --> wharf.rhai:4:17
      |
    4 | lint(#{ linter: "flak8" });
      |                 ^^^^^^^
    hint: did you mean "flake8"?
    error: option `linter[1]` of `lint` cannot be "mypi"
     --> wharf.rhai:5:26
      |
    5 | lint(#{ linter: ["ruff", "mypi"] });
      |                          ^^^^^^
    hint: did you mean "mypy"?
    warning: `sentry_notify` reads `SENTRY_DSN`, which the environment does not have
     --> wharf.rhai:6:1
      |
    6 | sentry_notify("m", #{ level: "eror", tags: #{ a: 1 } });
      | ^^^^^^^^^^^^^
    hint: set it where the pipeline runs, write it into `.env`, or give `dsn`
    error: option `level` of `sentry_notify` cannot be "eror"
     --> wharf.rhai:6:30
      |
    6 | sentry_notify("m", #{ level: "eror", tags: #{ a: 1 } });
      |                              ^^^^^^
    hint: did you mean "error"?
    error: option `tags.a` of `sentry_notify` must be text, not a whole number
     --> wharf.rhai:6:50
      |
    6 | sentry_notify("m", #{ level: "eror", tags: #{ a: 1 } });
      |                                                  ^
    error: option `retry` of `http` must be a whole number, not a map
     --> wharf.rhai:7:39
      |
    7 | http("https://example.com", #{ retry: #{ count: 2 }, expect: "200" });
      |                                       ^
    error: option `expect` of `http` must be a whole number or an array of whole numbers, not text
     --> wharf.rhai:7:62
      |
    7 | http("https://example.com", #{ retry: #{ count: 2 }, expect: "200" });
      |                                                              ^^^^^
    error: 12 errors found
    "#);
}

#[test]
fn arguments_of_actions() {
    let told = Project::new()
        .script(
            r#"
sh("true", "false");
sh(#{ capture: true });
sh();
sh(["ls", 1]);
sh("true", #{ command: "false" });
print(harbour::DEPTH);
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: the second argument of `sh` must be a map of options, not text
     --> wharf.rhai:2:12
      |
    2 | sh("true", "false");
      |            ^^^^^^^
    error: `sh` needs the option `command`
     --> wharf.rhai:3:1
      |
    3 | sh(#{ capture: true });
      | ^^
    error: `sh` needs the option `command`
     --> wharf.rhai:4:1
      |
    4 | sh();
      | ^^
    error: option `command[1]` of `sh` must be text, not a whole number
     --> wharf.rhai:5:11
      |
    5 | sh(["ls", 1]);
      |           ^
    error: `command` is given twice
     --> wharf.rhai:6:15
      |
    6 | sh("true", #{ command: "false" });
      |               ^^^^^^^
    error: no module is imported as `harbour`
     --> wharf.rhai:7:16
      |
    7 | print(harbour::DEPTH);
      |                ^^^^^
    error: 6 errors found
    "#);
}

#[test]
fn actions_before_any_stage_runs() {
    let told = Project::new()
        .script(
            r#"
let tag = "app:1";
docker_push(tag);
sh("true");
sh("true", #{ effect: "read" });
let page = http("https://example.com/");
http("https://example.com/", #{ json: #{ a: tag } });
http(#{ url: tag, method: tag });
if on_branch("main") { sentry_notify("hello"); }
stage("a", || docker_push(tag));
fn later() { docker_push("x") }
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: `docker_push` cannot run while the pipeline is being declared
     --> wharf.rhai:3:1
      |
    3 | docker_push(tag);
      | ^^^^^^^^^^^
    hint: move the call into a `stage`
    error: `sh` cannot run while the pipeline is being declared
     --> wharf.rhai:4:1
      |
    4 | sh("true");
      | ^^
    hint: move the call into a `stage`
    error: `http` cannot run while the pipeline is being declared
     --> wharf.rhai:7:1
      |
    7 | http("https://example.com/", #{ json: #{ a: tag } });
      | ^^^^
    hint: move the call into a `stage`
    error: `sentry_notify` cannot run while the pipeline is being declared
     --> wharf.rhai:9:24
      |
    9 | if on_branch("main") { sentry_notify("hello"); }
      |                        ^^^^^^^^^^^^^
    hint: move the call into a `stage`
    warning: `sentry_notify` reads `SENTRY_DSN`, which the environment does not have
     --> wharf.rhai:9:24
      |
    9 | if on_branch("main") { sentry_notify("hello"); }
      |                        ^^^^^^^^^^^^^
    hint: set it where the pipeline runs, write it into `.env`, or give `dsn`
    error: 4 errors found
    "#);
}

#[test]
fn a_misspelt_option_of_an_action_that_takes_a_map_as_it_is() {
    let told = Project::new()
        .script(
            r#"
docker_push(#{ imge: "me/app:1" });
render_deploy(#{ servce: "srv-1", wiat: "10m" });
docker_push(#{ reference: "me/app:1", id: "sha256:00" });
render_deploy(#{});
"#,
        )
        .run(["check"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    error: `docker_push` needs the option `image`
     --> wharf.rhai:2:1
      |
    2 | docker_push(#{ imge: "me/app:1" });
      | ^^^^^^^^^^^
    error: `docker_push` has no option `imge`
     --> wharf.rhai:2:16
      |
    2 | docker_push(#{ imge: "me/app:1" });
      |                ^^^^
    hint: did you mean `image`?
    warning: `render_deploy` reads `HOOK_RENDER`, which the environment does not have
     --> wharf.rhai:3:1
      |
    3 | render_deploy(#{ servce: "srv-1", wiat: "[time]" });
      | ^^^^^^^^^^^^^
    hint: set it where the pipeline runs, write it into `.env`, or give `hook`
    error: `render_deploy` has no option `servce`
     --> wharf.rhai:3:18
      |
    3 | render_deploy(#{ servce: "srv-1", wiat: "[time]" });
      |                  ^^^^^^
    hint: did you mean `service`?
    error: `render_deploy` has no option `wiat`
     --> wharf.rhai:3:35
      |
    3 | render_deploy(#{ servce: "srv-1", wiat: "[time]" });
      |                                   ^^^^
    hint: did you mean `wait`?
    warning: `render_deploy` reads `HOOK_RENDER`, which the environment does not have
     --> wharf.rhai:5:1
      |
    5 | render_deploy(#{});
      | ^^^^^^^^^^^^^
    hint: set it where the pipeline runs, write it into `.env`, or give `hook`
    error: 4 errors found
    "#);
}
