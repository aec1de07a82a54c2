//! `sh`: each option, each way a command can end, and what it says meanwhile.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use insta::assert_snapshot;

use crate::harness::{Finished, Project};
use crate::words::told;

fn run(script: &str) -> Finished {
    Project::new().script(script).run(["run", "--quiet"])
}

fn make_executable(project: &Project, path: &str) {
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(project.path(path), executable).expect("a file of ours");
}

#[test]
fn text_goes_to_a_shell_that_stops_at_the_first_error() {
    assert_snapshot!(run(r#"sh("echo one | tr a-z A-Z; false; echo two");"#).all(), @r#"
    exit: 1
    ── stdout
    ONE
    ── stderr
    error: `sh`: the command ended with exit code 1
     --> wharf.rhai:1:1
      |
    1 | sh("echo one | tr a-z A-Z; false; echo two");
      | ^^
      | ONE
    "#);
    assert_snapshot!(run(r#"sh("echo $NO_SUCH_NAME");"#).all(), @r#"
    exit: 1
    ── stderr
    /bin/sh: 1: NO_SUCH_NAME: parameter not set
    error: `sh`: the command ended with exit code 2
     --> wharf.rhai:1:1
      |
    1 | sh("echo $NO_SUCH_NAME");
      | ^^
      | /bin/sh: 1: NO_SUCH_NAME: parameter not set
    "#);
}

#[test]
fn a_shell_that_would_only_execute_one_program_is_left_out() {
    let project = Project::new()
        .file("parent", "#!/bin/sh\ncat /proc/$PPID/comm\necho $PWD\n")
        .file("no-first-line", "echo $0 $1\n")
        .file("deep/a.txt", "");
    make_executable(&project, "parent");
    make_executable(&project, "no-first-line");
    let script = r#"
sh("./parent");
sh("./parent;");
sh("../parent", #{ cwd: "deep" });
sh("./no-first-line given");
"#;
    let told = "wharf\n[project]\nsh\n[project]\nwharf\n[project]/deep\n./no-first-line given\n";
    project
        .script(script)
        .env("PWD", "/")
        .run(["run", "--quiet"])
        .stdout(told);
}

#[test]
fn what_is_not_there_fails_as_in_a_shell() {
    assert_snapshot!(run(r#"
print(sh("no-such-program --quiet", #{ allow_failure: true }).exit_code);
sh("./no-such-file a");
"#).all(), @r#"
    exit: 1
    ── stdout
    127
    ── stderr
    /bin/sh: 1: no-such-program: not found
    /bin/sh: 1: ./no-such-file: not found
    error: `sh`: the command ended with exit code 127
     --> wharf.rhai:3:1
      |
    3 | sh("./no-such-file a");
      | ^^
      | /bin/sh: 1: ./no-such-file: not found
    "#);
}

#[test]
fn an_array_is_executed_as_it_is() {
    run(r#"sh(["printf", "%s|", "$HOME", "a b", "*"]);"#).stdout("$HOME|a b|*|\n");
}

#[test]
fn what_it_gives_back() {
    let script = r#"
let done = sh("echo out; echo more; echo err >&2", #{ capture: true });
print(`${done.exit_code}|${done.stdout}|${done.stderr}|${done.seconds < 60.0}`);
"#;
    run(script).stdout("0|out\nmore|err|true\n");
}

#[test]
fn a_failure_that_is_allowed() {
    let script = r#"
print(sh("exit 3", #{ allow_failure: true }).exit_code);
print(sh("kill -9 $$", #{ allow_failure: true }).exit_code);
"#;
    run(script).stdout("3\n137\n");
}

#[test]
fn folder_environment_input_and_shell() {
    Project::new()
        .script(
            r#"
sh("pwd; echo $ONE $TWO; cat", #{ cwd: "deep", env: #{ ONE: "1", PATH: env("PATH") }, input: "given\n" });
sh("echo $0", #{ shell: ["sh", "-c"] });
sh("import sys; print(sys.argv[0], 6 * 7)", #{ shell: ["python3", "-c"] });
"#,
        )
        .env("TWO", "2")
        .file("deep/a.txt", "")
        .run(["run", "--quiet"])
        .stdout("[project]/deep\n1 2\ngiven\nsh\n-c 42\n");
}

#[test]
fn its_input_is_empty_unless_given() {
    run(r#"sh("cat; echo done");"#).stdout("done\n");
}

#[test]
fn input_that_is_not_read_is_no_failure() {
    run(r#"let text = "x"; text.pad(1000000, "x"); sh("echo done", #{ input: text });"#)
        .stdout("done\n");
}

#[test]
fn output_comes_while_it_runs() {
    let project = Project::new().script(r#"sh("echo up; cat wait-for-me");"#);
    project.tool("mkfifo", ["wait-for-me"]);
    let running = project.spawn(["run", "--quiet"]);
    running.wait_for("up\n");
    project.write("wait-for-me", "go on\n");
    running.finish().stdout("up\ngo on\n");
}

#[test]
fn much_output_is_passed_on_whole() {
    let (code, stdout, _) = run(r#"sh("seq 1 1000000");"#).streams();
    assert_eq!(code, 0);
    assert_eq!(stdout.len(), 6_888_896);
    assert!(stdout.ends_with("\n1000000\n"));
}

#[test]
fn much_output_is_kept_whole() {
    run(r#"print(sh("seq 1 1000000", #{ capture: true }).stdout.len());"#).stdout("6888895\n");
}

#[test]
fn output_that_is_no_text_is_made_text() {
    run(r#"print(sh("printf 'a\\377b'", #{ capture: true }).stdout); sh("printf 'a\\377b'");"#)
        .stdout("a\u{fffd}b\na\u{fffd}b\n");
}

#[test]
fn a_command_that_takes_too_long_dies_with_its_children() {
    let project = Project::new().script(
        r#"sh("sh -c 'trap \"\" TERM; sleep 600 & echo up; wait' & wait", #{ timeout: "300ms" });"#,
    );
    let running = project.spawn(["run", "--quiet"]);
    assert_snapshot!(running.finish_within(Duration::from_secs(5)).all(), @r#"
    exit: 1
    ── stdout
    up
    ── stderr
    error: `sh`: the command took longer than its timeout of [time]
     --> wharf.rhai:1:1
      |
    1 | sh("sh -c 'trap \"\" TERM; sleep 600 & echo up; wait' & wait", #{ timeout: "[time]" });
      | ^^
      | up
    "#);
    project.wait_for_survivors(&[]);
}

#[test]
fn what_a_command_leaves_behind_is_ended() {
    let project = Project::new().script(r#"sh("sleep 600 & echo left"); print("gone on");"#);
    project.run(["run", "--quiet"]).stdout("left\ngone on\n");
    project.wait_for_survivors(&[]);
}

#[test]
fn a_signal_is_named() {
    assert_snapshot!(run(r#"sh("kill -SEGV $$");"#).all(), @r#"
    exit: 1
    ── stderr
    error: `sh`: the command was ended by SIGSEGV
     --> wharf.rhai:1:1
      |
    1 | sh("kill -SEGV $$");
      | ^^
    "#);
}

#[test]
fn a_file_that_cannot_be_executed() {
    let project = Project::new()
        .script(r#"for name in ["plain", "strange", "missing"] { try { sh([`./${name}`]); } catch (err) { print(`${err.message} ${err.causes}`); } } sh(["./plain"]);"#)
        .file("plain", "echo\n")
        .file("strange", "#!/no/such/shell\n");
    make_executable(&project, "strange");
    assert_snapshot!(project.run(["run", "--quiet"]).all(), @r#"
    exit: 1
    ── stdout
    `sh`: `./plain` is not executable []
    `sh`: `./strange` cannot be started ["the program that its `#!` line names is not installed"]
    `sh`: there is no program `./missing` []
    ── stderr
    error: `sh`: `./plain` is not executable
     --> wharf.rhai:1:131
      |
    1 | ...`]); } catch (err) { print(`${err.message} ${err.causes}`); } } sh(["./plain"]);
      |                                                                    ^^
    hint: `chmod +x ./plain` makes it so
    "#);
}

#[test]
fn options_that_make_no_sense() {
    let told = told(&[
        r#"sh("");"#,
        r"sh([]);",
        r#"let c = " "; sh(c);"#,
        r#"let c = ["echo", 1]; sh(c);"#,
        r#"let c = || "echo"; sh(c);"#,
        r#"let c = "a\x00b"; sh(c);"#,
        r#"sh("true", #{ command: "false" });"#,
        r#"sh("true", #{ shell: [] });"#,
        r#"sh(["true"], #{ shell: ["sh"] });"#,
        r#"sh("true", #{ env: #{ A: "a\x00b" } });"#,
        r#"sh("true", #{ cwd: "a\x00b" });"#,
        r#"run_tests(#{ runner: "npm", env: #{ A: "a\x00b" } });"#,
        r#"let t = "soon"; sh("true", #{ timeout: t });"#,
        r#"let t = -1; sh("true", #{ timeout: t });"#,
        r#"let t = 1.0e300; sh("true", #{ timeout: t });"#,
        r#"let e = "deplyo"; sh("true", #{ effect: e });"#,
        r#"let e = #{ A: [] }; sh("true", #{ env: e });"#,
        r#"sh("true", #{ env: #{ "A=B": "" } });"#,
        r#"let o = #{ captrue: true }; sh("true", o);"#,
        r#"let f = [|| 1]; sh("true", #{ input: f });"#,
        r#"let n = 0.0 / 0.0; sh("true", #{ timeout: n });"#,
    ]);
    assert_snapshot!(told, @r#"
    sh("");
       option `command` of `sh`: there is no command in it «""»
    sh([]);
       option `command` of `sh`: there is no command in it «[»
    let c = " "; sh(c);
       option `command` of `sh`: there is no command in it «c»
    let c = ["echo", 1]; sh(c);
       option `command` of `sh` must be text or an array of texts «c»
    let c = || "echo"; sh(c);
       option `command` of `sh`: a function is not plain data «c»
    let c = "a\x00b"; sh(c);
       option `command` of `sh`: a command cannot hold a zero byte «c»
    sh("true", #{ command: "false" });
       `command` is given twice «command»
    sh("true", #{ shell: [] });
       option `shell` of `sh`: there is no program in it «[»
    sh(["true"], #{ shell: ["sh"] });
       option `shell` of `sh`: is not used: a command in an array is executed without a shell «[»
       hint: give the command as one text, or the shell in the array
    sh("true", #{ env: #{ A: "a\x00b" } });
       `sh`: the environment variable `A` holds a zero byte, which no command can be given «sh»
    sh("true", #{ cwd: "a\x00b" });
       `sh`: the name of the folder to run in holds a zero byte, which no command can be given «sh»
    run_tests(#{ runner: "npm", env: #{ A: "a\x00b" } });
       `run_tests`: the environment variable `A` holds a zero byte, which no command can be given «run_tests»
    let t = "soon"; sh("true", #{ timeout: t });
       option `timeout` of `sh`: "soon" is no length of time; write "90s", "1m30s" or "2h" «t»
    let t = -1; sh("true", #{ timeout: t });
       option `timeout` of `sh`: -1 seconds are no length of time «t»
    let t = 1.0e300; sh("true", #{ timeout: t });
       option `timeout` of `sh`: 1e300 seconds are no length of time «t»
    let e = "deplyo"; sh("true", #{ effect: e });
       option `effect` of `sh` cannot be "deplyo" «e»
       hint: did you mean "deploy"?
    let e = #{ A: [] }; sh("true", #{ env: e });
       option `env.A` of `sh` must be text, not an array «e»
    sh("true", #{ env: #{ "A=B": "" } });
       option `env.A=B` of `sh`: `A=B` cannot be the name of an environment variable «""»
    let o = #{ captrue: true }; sh("true", o);
       `sh` has no option `captrue` «sh»
       hint: did you mean `capture`?
    let f = [|| 1]; sh("true", #{ input: f });
       option `input[0]` of `sh`: a function at `input[0]` is not plain data «f»
    let n = 0.0 / 0.0; sh("true", #{ timeout: n });
       option `timeout` of `sh`: a number that is not finite at `timeout` is not plain data «n»
    "#);
}

#[test]
fn a_time_limit_beyond_all_clocks_is_none() {
    Project::new()
        .script("sh(\"echo done\", #{ timeout: 1e19 });")
        .run(["run", "--quiet"])
        .exit(0)
        .stdout("done\n");
}
