//! What is secret leaves by no way.

mod names;
mod streams;

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn a_secret_in_every_encoding_a_tool_prints() {
    let told = Project::new()
        .env("TOKEN", "pa ss/wörd+1")
        .script(
            r#"
let token = secret("TOKEN");
let tell = |code| sh(["python3", "-c", "import base64, json, os, shlex, urllib.parse as u; t = os.environ['TOKEN']; b = t.encode(); print(" + code + ")"]);
tell.call("t, repr(t), ascii(t), shlex.quote(t), json.dumps(t), json.dumps(t, ensure_ascii=False), sep='\\n'");
tell.call("b.hex(), b.hex().upper(), sep='\\n'");
tell.call("u.quote(t, safe=''), u.quote_plus(t), u.quote(t, safe='').lower(), sep='\\n'");
tell.call("base64.b64encode(b).decode(), base64.urlsafe_b64encode(b).decode().rstrip('='), sep='\\n'");
tell.call("*[base64.b64encode(b'x' * n + b + b'y').decode() for n in range(3)], sep='\\n'");
"#,
        )
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stdout
    ***
    '***'
    '***'
    '***'
    "***"
    "***"
    ***
    ***
    ***
    ***
    ***
    ***
    ***
    ***Xk=
    eH***F5
    eHh***eQ==
    "#);
}

#[test]
fn a_secret_split_over_pieces_and_in_a_line_that_never_ends() {
    // Longer lines than these are cut where a pipe's buffer and the report's end.
    let token = "correct-horse-battery";
    let (code, stdout, stderr) = Project::new()
        .env("TOKEN", token)
        .script(
            r#"
let token = secret("TOKEN");
sh(["python3", "-c", `
import os, sys, time
token = os.environ["TOKEN"]
for letter in token + "\n":
    sys.stdout.write(letter)
    sys.stdout.flush()
    time.sleep(0.005)
for at in range(65500, 65540, 8):
    sys.stderr.write("." * at + token)
    sys.stderr.flush()
`]);
"#,
        )
        .run(["run", "--quiet"])
        .streams();
    assert_eq!((code, stdout.as_str()), (0, "***\n"));
    assert_eq!(stderr.replace("***", "").trim_matches(['.', '\n']), "");
    assert_eq!(stderr.matches("***").count(), 5);
    assert_eq!(
        stderr.matches('.').count(),
        (65500..65540_usize).step_by(8).sum::<usize>()
    );
}

#[test]
fn a_secret_that_control_sequences_take_apart() {
    let told = Project::new()
        .env("TOKEN", "correct-horse-battery")
        .script(
            r#"
let token = secret("TOKEN");
sh(["printf", "correct-\\033[1mhorse\\033[0m-battery\\n\\033]0;correct-horse-battery\\007title\\n"]);
"#,
        )
        .run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    ***
    title
    ");
}

#[test]
fn what_a_file_beside_the_script_holds() {
    let told = Project::new()
        .file(".env", r#"DB_URL=postgres://app:hunter22@db/app
KEY="first line
{
third line"
DEBUG=True
PORT=80
PIN=a1
MODE=dev
"#)
        .script(
            r#"
sh("echo $DB_URL; echo of $DB_URL | sed s/@.*//; echo \"$KEY\" | sed 's/^/  /'; echo $DEBUG $PORT $PIN $MODE");
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    ***
    of postgres://app:***
      ***
      {
      ***
    True 80 a1 dev
    ── stderr
      warning: values of fewer than four characters cannot be hidden: `PORT`, `PIN`, `MODE` in `.env`
    ▸ script
    ✓ script [time]
    1 passed in [time]
    ");
}

#[test]
fn the_key_of_a_deploy_hook() {
    let told = Project::new()
        .env(
            "HOOK_RENDER",
            "https://api.render.com/deploy/srv-c1?key=Zk_41x9QqLs",
        )
        .script(
            r#"
sh("echo $HOOK_RENDER; echo ${HOOK_RENDER#*=}; echo ${HOOK_RENDER%%\\?*}");
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stdout
    ***
    ***
    https://api.render.com/deploy/srv-c1
    ── stderr
    ▸ script
    ✓ script [time]
    1 passed in [time]
    ");
}

#[test]
fn a_secret_in_what_went_wrong() {
    let told = Project::new()
        .env("TOKEN", "correct-horse-battery")
        .script(
            r#"
let token = secret("TOKEN");
try { fail(`no ${token}`); } catch (error) { print(error.message); warn(error.message); }
stage_less(token);
fn stage_less(token) { sh("echo half $TOKEN; echo $TOKEN >&2; exit 3", #{ cwd: ".", env: #{ TOKEN: token } }); }
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stdout
    no ***
    half ***
    ── stderr
    ▸ script
      warning: no ***
    ***
    ✗ script failed after [time]
    1 failed in [time]
    error: `sh`: the command ended with exit code 3
     --> wharf.rhai:5:24
      |
    5 | fn stage_less(token) { sh("echo half $TOKEN; echo $TOKEN >&2; exit 3", #{ cwd: ".", env: #{ TOKEN: token } }); }
      |                        ^^
      |
     ::: wharf.rhai:4:1
      |
    4 | stage_less(token);
      | ---------- `stage_less` called here
      | half ***
      | ***
    hint: see all of it: `wharf logs 1 script`
    "#);
}

#[test]
fn a_secret_in_options_that_do_not_fit() {
    let told = Project::new()
        .env("TOKEN", "correct-horse-battery")
        .script(
            r#"
let token = secret("TOKEN");
sh("true", #{ timeout: token });
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stderr
    ▸ script
    ✗ script failed after [time]
    1 failed in [time]
    error: option `timeout` of `sh`: "***" is no length of time; write "[time]", "1m30s" or "2h"
     --> wharf.rhai:3:24
      |
    3 | sh("true", #{ timeout: token });
      |                        ^^^^^
    "#);
}

#[test]
fn a_secret_in_names_and_reasons() {
    let told = Project::new()
        .env("TOKEN", "correct-horse-battery")
        .script(
            r#"
let token = secret("TOKEN");
stage(token, || sh("true"));
stage("next", #{ needs: token, when: on_branch(token) }, |first| #{ token: token });
"#,
        )
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 0
    ── stderr
    ▸ ***
    ✓ *** [time]
    ○ next skipped: the branch is not known: this is not a git repository
    1 passed, 1 skipped in [time]
    ");
}

#[test]
fn a_secret_in_a_finding() {
    let told = Project::new()
        .file(
            ".env",
            "WORD=correct_horse
",
        )
        .script(
            "
let correct_horse = 1;
print(correct_hors);
",
        )
        .run(["check", "--format", "json"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stdout
    [
      {
        "severity": "error",
        "message": "unknown variable `correct_hors`",
        "file": "wharf.rhai",
        "line": 3,
        "column": 7,
        "end_column": 19,
        "causes": [],
        "related": [],
        "hints": [
          "did you mean `***`?"
        ]
      }
    ]
    ── stderr
    error: 1 error found
    "#);
}

#[test]
fn a_secret_in_what_a_service_would_have_received() {
    let told = Project::new()
        .env("TOKEN", "correct-horse-battery")
        .script(
            r#"
let token = secret("TOKEN");
http("https://hooks.example.com/in?token=a1b2c3d4&app=quay", #{
    headers: #{ Authorization: "Bearer " + token, "X-Api-Key": "f00-ba4" },
    json: #{ text: "the word is " + token },
});
print("f00-ba4 a1b2c3d4");
"#,
        )
        .run(["run", "--rehearse"]);
    assert_snapshot!(told.all(), @r#"
    exit: 0
    ── stdout
    *** ***
    ── stderr
    rehearsal: nothing leaves this machine
    ▸ script
    ✓ script [time]
    1 passed in [time]
    what each service would have received
      registry  nothing
      render    nothing
      sentry    nothing
      http      POST https://hooks.example.com/in?token=***&app=quay {"text":"the word is ***"}
    "#);
}

#[test]
fn what_is_shortened_was_masked_before() {
    let secret = format!("two  spaces {}", "behind ".repeat(20));
    let told = Project::new()
        .env("TOKEN", secret.trim())
        .script(r#"http("https://hooks.example.com/in", #{ body: secret("TOKEN") });"#)
        .run(["run", "--rehearse"]);
    let (_, _, stderr) = told.streams();
    assert!(
        stderr.contains("POST https://hooks.example.com/in ***\n"),
        "{stderr}"
    );
}

#[test]
fn an_error_hides_a_secret_whatever_the_renderer_makes_of_it() {
    let told = Project::new()
        .env("TABBED", "correct\thorse")
        .env("TOKEN", "correct-horse-battery")
        .script(
            r#"
stage("a", || fail("boom " + secret("TABBED") + " correct-\x1b[31mhorse-battery"));
let token = secret("TOKEN");
"#,
        )
        .run(["run", "--junit", "junit.xml"]);
    assert_snapshot!(told.all(), @r#"
    exit: 1
    ── stderr
    ▸ a
    ✗ a failed after [time]
    1 failed in [time]
    error: boom *** ***
     --> wharf.rhai:2:15
      |
    2 | stage("a", || fail("boom " + secret("TABBED") + " correct-\x1b[31mhorse-battery"));
      |               ^^^^
    "#);
}

#[test]
fn a_secret_is_hidden_before_the_stage_that_names_it() {
    let project = Project::new()
        .env("LATER", "correct-horse-battery")
        .env("DATABASE_URL", "postgres://app:hunter22@db.example.com/app")
        .script(
            r#"
stage("first", || sh("echo $LATER; echo $DATABASE_URL"));
stage("second", #{ needs: "first" }, || secret("LATER").len());
"#,
        );
    project
        .run(["run"])
        .stdout("***\npostgres://app:***@db.example.com/app\n")
        .streams();
}
