//! A secret comes out neither in what is broken into lines nor between two streams.

use crate::harness::{Project, Standin};

const TOKEN: &str = "correcthorsebatteryQQ";

fn project(script: &str) -> Project {
    let script = format!("let token = secret(\"TOKEN\");\n{script}");
    Project::new().env("TOKEN", TOKEN).script(&script)
}

#[test]
fn base64_that_is_broken_into_lines() {
    let (code, stdout, stderr) = project(
        r#"sh("printf 'username: application-service-account\npassword: %s\n' \"$TOKEN\" | base64");"#,
    )
    .run(["run", "--quiet"])
    .streams();
    let expected = "dXNlcm5hbWU6IGFwcGxpY2F0aW9uLXNlcnZpY2UtYWNjb3VudApwYXNzd29yZDog***\n***Cg==\n";
    assert_eq!((code, &*stdout), (0, expected), "{stderr}");
}

#[test]
fn what_common_tools_make_of_special_characters() {
    let (code, stdout, stderr) = Project::new()
        .env("QUERY", "pa+ss*wo!rd-q1")
        .env("ODD", r#"a b^c{d}"e<f>&/g"#)
        .script(
            r#"
let hidden = [secret("QUERY"), secret("ODD")];
sh(["python3", "-c", `
import json, os, urllib.parse as u
query, odd = os.environ["QUERY"], os.environ["ODD"]
print(u.quote(query), u.quote(query, safe="*"), u.urlencode({"q": query}))
print("https://a.dev/?q=" + odd.replace(" ", "%20").replace('"', "%22").replace("<", "%3C").replace(">", "%3E"))
print(u.quote(odd), u.quote(u.quote(odd)), u.quote(odd, safe="{}/&^"))
go = json.dumps(odd).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
print(go, json.dumps(go), json.dumps(json.dumps(odd)))
`]);
"#,
        )
        .run(["run", "--quiet"])
        .streams();
    let expected = "*** *** q=***\n\
                    https://a.dev/?q=***\n\
                    *** *** ***\n\
                    \"***\" \"\\\"***\\\"\" \"\\\"***\\\"\"\n";
    assert_eq!((code, &*stdout), (0, expected), "{stderr}");
}

#[test]
fn two_commands_side_by_side_do_not_part_a_secret() {
    let project = project(
        r#"
stage("both", || parallel([|| sh("python3 write.py first"), || sh("python3 write.py second")]));
"#,
    )
    .file(
        "write.py",
        "
import os, sys
def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()
def meet(name, mode):
    with open(name, mode):
        pass
token = os.environ['TOKEN']
if sys.argv[1] == 'first':
    say('tok ' + token[:10])
    meet('begun', 'w')
    meet('parted', 'r')
    say(token[10:] + '\\n')
else:
    meet('begun', 'r')
    say('other line\\n')
    meet('parted', 'w')
",
    );
    for pipe in ["begun", "parted"] {
        let path = project.path(pipe);
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.expect("mkfifo").success());
    }
    let (code, stdout, stderr) = project.run(["run", "--quiet"]).streams();
    assert_eq!(code, 0, "{stderr}");
    let mut lines: Vec<_> = stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["other line", "tok ***"]);
    let (_, log, _) = project.run(["logs", "1", "both"]).streams();
    assert!(log.contains("tok ***\n"), "{log}");
}

#[test]
fn what_a_command_leaves_of_a_line_is_one() {
    project(r#"sh("printf one"); print("two"); sh("echo three");"#)
        .run(["run", "--quiet"])
        .stdout("one\ntwo\nthree\n")
        .streams();
}

#[test]
fn the_end_of_an_output_does_not_mix_two_streams() {
    let told = project(
        r#"
sh(["python3", "-c", `
import os, sys
token = os.environ["TOKEN"]
for stream, text in [(sys.stdout, "token: " + token[:10]), (sys.stderr, "."), (sys.stdout, token[10:] + "\n")]:
    stream.write(text)
    stream.flush()
sys.exit(1)
`]);
"#,
    )
    .run(["run", "--quiet"]);
    let (code, stdout, stderr) = told.streams();
    assert_eq!((code, &*stdout), (1, "token: ***\n"));
    assert!(stderr.contains("| token: ***\n"), "{stderr}");
    assert!(
        !stderr.contains("correct") && !stderr.contains("QQ"),
        "{stderr}"
    );
}

#[test]
fn a_body_is_masked_before_it_is_cut() {
    let body = format!("{} {TOKEN}", "a".repeat(290));
    let standin = Standin::new("400 Bad Request", &body);
    let (code, _, stderr) = project(&format!("http(\"http://{}/\");", standin.address))
        .run(["run", "--quiet"])
        .streams();
    let expected = body.replace(TOKEN, "***");
    assert!(code == 1 && stderr.contains(&expected), "{stderr}");
}

#[test]
fn values_that_are_too_short_are_told() {
    let standin = Standin::new("200 OK", "");
    let script = format!(
        r#"http("http://{}/?token=xyz", #{{ headers: #{{ "X-Api-Key": "abc" }} }});"#,
        standin.address
    );
    let (code, _, stderr) = Project::new()
        .env("DB_PASSWORD", "abc")
        .env("HOOK_RENDER", "https://api.render.com/deploy/srv-1?key=abc")
        .script(&script)
        .run(["run"])
        .streams();
    assert_eq!(code, 0, "{stderr}");
    for place in [
        "`DB_PASSWORD`, `HOOK_RENDER` in the environment",
        "those in the URL",
        "the header `X-Api-Key`",
    ] {
        let warning =
            format!("warning: values of fewer than four characters cannot be hidden: {place}\n");
        assert!(stderr.contains(&warning), "{stderr}");
    }
}

#[test]
fn a_long_line_of_data_is_one() {
    let (code, stdout, stderr) =
        project(r#"sh("python3 -c \"print('a' + '\\u20ac' * 200000)\"");"#)
            .run(["run", "--quiet"])
            .streams();
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout == format!("a{}\n", "€".repeat(200_000)));
}
