//! Scripts that run, in which a check may find nothing.

use wharf::action::{ACTIONS, Expected};

use crate::harness::Project;

/// What a script does, and the script.
const RIGHT: &[(&str, &str)] = &[
    (
        "closures in maps are called like methods",
        r#"
let boat = #{ sail: |n| n + 1, crew: #{ shout: || "ahoy" } };
print(boat.sail(2));
print(boat.crew.shout());
boat.anchor = || 5;
print(boat.anchor());
boat["moor"] = |n| n;
print(boat.moor(2));
let fleet = [#{ row: |n| n }];
print(fleet[0].row(3));
boat.mixin(#{ tow: || 4 });
print(boat.tow());
"#,
    ),
    (
        "functions are values, and methods of the script see `this`",
        r#"
fn twice() { this * 2 }
fn int.thrice() { this * 3 }
fn next(n) { n + 1 }
let n = 4;
print(n.twice() + n.thrice());
let f = next;
print(f.call(1) + call(f, 2) + Fn("next").call(3) + f.curry(4).call());
let adder = |a, b| { let c = a; || c + b + n };
print(adder.call(1, 2).call());
print(is_def_fn("next", 1) && is_def_var("n") && type_of(f) == "Fn" && n.type_of() == "i64");
fn lent() { n }
print(lent!());
"#,
    ),
    (
        "every kind of statement",
        r#"
let n = 3;
switch n { 1 | 2 => print("few"), 3 if n > 2 => { let q = n; print(q) }, 4..6 => (), _ => print("many") }
for (item, index) in ["a"] { let g = || `${item}${index}`; print(g.call()); }
for c in "ab" { if c == 'b' { continue; } print(c); }
let found = loop { n -= 1; if n == 0 { break 7; } };
do { n += 1 } until n > 2;
while n > 0 { n -= 1; }
try { throw "wind"; } catch (error) { let told = || error; print(told.call()); }
try { fail("fog") } catch (error) { print(error.message); }
try { fail("fog") } catch { print("caught"); }
const DEEP = 5;
fn depth() { global::DEEP }
print(depth() + (|| DEEP + found).call());
let nothing = ();
print(nothing?.name ?? "none");
print(`nested ${if n > 1 { "yes" } else { `no ${[1, 2].map(|v| v * found)}` }}`);
print([3, 1].extract(0..1)); print("abc"[1]); print(1 in [1] && 2 !in [1] && "a" in #{ a: 1 });
print(parse_json("{\"a\": [1, {\"b\": null}]}").a[1].b == ());
{ let inner = 1; inner <<= 2; print(inner); }
print([1, 2, 3].filter(|v| v > 1).map(|v| v.to_string()).reduce(|all, v| all + v, ""));
"#,
    ),
    (
        "functions of the script's own under the names of the language",
        r#"
fn sh(a, b, c) { a + b + c }
fn lint(options) { options.boat }
fn secret(name) { name }
print(sh(1, 2, 3) + lint(#{ boat: 1 }));
print(secret("NOT_SET"));
"#,
    ),
    (
        "modules in modules, in functions, under computed paths, and calling back",
        r#"
import "ops/harbour" as harbour;
fn local(n) { n + 1 }
print(harbour::pilot::sail(1) + harbour::VALUE);
print(harbour::twice(|n| n + harbour::VALUE));
print(harbour::through());
fn first() { import "ops/pilot" as m; m::sail(1) }
fn second() { import "ops/harbour" as m; m::through() }
print(first() + second());
let path = "ops/pilot";
import path as computed;
print(computed::sail(3));
if exists("ops/none.rhai") { import "ops/pilot" as maybe; maybe::sail(1); }
print(calls_back());
fn calls_back() { harbour::uses("local") }
"#,
    ),
    (
        "stages in branches, loops and functions",
        r#"
fn declare(name) { stage(name, || name); }
for name in ["a", "b"] { declare(name); }
if on_branch("*") { stage("x", || 1); } else { stage("x", || 2); }
let image = "x";
stage("y", #{ needs: ["a", "x"], when: || true, timeout: "1m", env: #{ A: "b", N: 1 } }, |a, x| {
    let image = image + "z";
    image += "q";
    for n in 0..2 { let image = 1; image += n; }
    image
});
stage("z", #{ needs: "y", timeout: 90 }, |y| { let sum = 0; [1, 2].for_each(|| sum += this); output("y") });
on_failure(|failure| print(failure.message));
on_success(|| print("done"));
"#,
    ),
    (
        "globs of which some exclude",
        r#"
let one = "!src/b.py";
print(glob(["src/**", "!src/b.py"]).len + glob(["!src/b.py", "src/**"]).len + glob(["src/**", one]).len);
print(hash_files(["**", "!src/b.py"]).len);
if false { changed(["**", "!docs/**"]); }
"#,
    ),
    (
        "a closure's parameter with the name of a constant",
        r#"
const name = "web";
stage(name, || 1);
["api"].map(|name| stage(name, || 1));
["worker"].for_each(|| { let told = |name| stage(name, || 1); told.call(this) });
stage("all", #{ needs: ["api", "web", "worker"] }, |a, b, c| name);
"#,
    ),
    (
        "options that are computed",
        r#"
let how = #{ capture: true };
let command = "true";
sh(command, how);
sh(["true", command]);
sh(#{ command: command, timeout: if true { 3 } else { "1m" } });
sh("true", #{ timeout: 0.5 + 1.0, env: #{ A: `${command}` } });
sh(#{ command: "true" });
if false {
    run_tests(); run_tests(["shop", command]); lint(["src"]); lint(#{ linter: ["ruff", "mypy"], paths: ["."] });
    http("https://example.com", #{ expect: 204, query: #{ page: "2" } });
    http("https://example.com", #{ expect: [200, 201], json: #{ a: [1, #{ b: () }] }, timeout: 3 });
    docker_context("."); docker_build("app"); docker_build(#{ tags: ["app:1"], build_args: #{ A: 1, B: true } });
    docker_push(docker_build("app"), #{ also_tags: ["latest"] }); docker_push(#{ reference: "app", id: "x" });
    render_deploy(); render_deploy("app:1", #{ wait: "10m", health: "https://example.com/" });
    render_deploy(#{ wait: 600 }); sentry_notify("hello"); sentry_notify(#{ message: "hello", extra: #{ n: 1 } });
}
"#,
    ),
];

#[test]
fn the_examples_of_the_actions_are_let_pass() {
    for action in ACTIONS {
        for example in action.examples {
            let Expected::Prints(_) = example.outcome else {
                continue;
            };
            let project = Project::new().script(example.script);
            let (code, stdout, stderr) = project.run(["check"]).streams();
            let shown = format!("{stdout}{stderr}");
            assert_eq!(code, 0, "{} {}\n{shown}", action.name, example.title);
            assert!(!shown.contains("error"), "{shown}");
        }
    }
}

#[test]
fn what_runs_is_let_pass() {
    for (what, script) in RIGHT {
        let project = Project::new()
            .script(script)
            .file(
                "ops/harbour.rhai",
                "import \"pilot\" as pilot;\nexport const VALUE = 3;\nfn twice(f) { f.call(1) + f.call(2) }\n\
                 fn through() { pilot::sail(2) + hidden() }\nprivate fn hidden() { 1 }\n\
                 fn uses(name) { local(1) }\n",
            )
            .file("ops/pilot.rhai", "fn sail(n) { n + 1 }\n")
            .env("HOOK_RENDER", "https://api.render.com/deploy/srv-1?key=harbour")
            .env("SENTRY_DSN", "");
        for arguments in [&["check"][..], &["run", "--quiet"]] {
            let (code, _, stderr) = project.run(arguments).streams();
            assert_eq!((code, stderr.as_str()), (0, ""), "{what}: {arguments:?}");
        }
    }
}
