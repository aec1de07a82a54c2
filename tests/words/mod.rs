//! What the language itself complains about, told in a person's words: every kind of mistake that
//! its parser and its evaluator know.

mod evaluated;
mod parsed;

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::harness::Project;

/// Each script, what is told about it, and `«»` around what is underlined.
pub(crate) fn told(scripts: &[&str]) -> String {
    let mut all = String::new();
    for script in scripts {
        let (code, _, stderr) = Project::new()
            .script(script)
            .run(["run", "--quiet"])
            .streams();
        let _ = writeln!(all, "{}", script.replace('\n', "⏎"));
        if code == 0 {
            all.push_str("   is run\n");
        }
        for line in messages(&stderr) {
            let _ = writeln!(all, "   {line}");
        }
    }
    let foreign = [
        "i64",
        "f64",
        "ImmutableString",
        "&str",
        "Dynamic",
        "FnPtr",
        "INT",
        "anon$",
        "alloc::",
        "Expecting",
        "registered",
        " '",
    ];
    for word in foreign {
        let mut lines = all.lines().filter(|line| line.starts_with("   "));
        let found = lines.find(|line| line.contains(word));
        assert!(
            found.is_none(),
            "`{word}` in: {}",
            found.unwrap_or_default()
        );
    }
    all
}

fn messages(stderr: &str) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    let mut shown = "";
    for line in stderr.lines() {
        let (margin, text) = line.split_once("| ").unwrap_or(("", line));
        if margin.trim().parse::<usize>().is_ok() {
            shown = text;
        } else if text.trim_start().starts_with('^') && !margin.is_empty() {
            let start = text.chars().take_while(|c| *c == ' ').count();
            let length = text.trim().chars().take_while(|c| *c == '^').count();
            let underlined: String = shown.chars().skip(start).take(length).collect();
            let _ = write!(messages.last_mut().expect("a message"), " «{underlined}»");
        } else if line.starts_with("hint: ") || line.starts_with("cause: ") {
            messages.push(line.to_owned());
        } else if let Some(message) = line.strip_prefix("error: ")
            && !message.ends_with("nothing was run")
        {
            messages.push(message.to_owned());
        }
    }
    messages
}

#[test]
fn what_is_caught_is_told_in_the_same_words() {
    let caught = |work: &str| format!("try {{ {work} }} catch (err) {{ print(err.message); }}\n");
    let script: String = [
        "let a = 0; 1 / a",
        "fn_that_fails()",
        "let a = [1, 2]; a[5]",
        "let a = []; a[0]",
        "let a = \"quay\"; a[9]",
        "let a = (); a.b.c",
        "let a = 5; a.depth = 1",
        "let a = true; a[0]",
        "let n = 5; for x in n { }",
        "let n = 1; if n { }",
        "let a = \"a\"; a * 3",
        "let f = Fn(\"nowhere\"); f.call()",
        "let f = |a| a; f.call()",
        "parse_int(\"four\")",
        "const A = [1]; A.push(2)",
        "import \"no\" + \"where\" as it",
        "read_file(\"nowhere\")",
        "throw \"full\"",
    ]
    .into_iter()
    .map(caught)
    .chain(["fn fn_that_fails() { let a = 0; 1 / a }\n".to_owned()])
    .collect();
    let told = Project::new().script(&script).run(["run", "--quiet"]);
    assert_snapshot!(told.all(), @r#"
    exit: 2
    ── stdout
    division by zero: `1 / 0`
    division by zero: `1 / 0`
    there is no item 5 in an array of 2
    there is no item 0: the array is empty
    there is no character 9 in a text of 4
    there is no `b` in nothing
    `depth` of a whole number cannot be set
    true or false has no entries
    `for` goes through an array, a range or a text, not this
    a condition must be true or false, not a whole number
    `*` does not work with text and a whole number
    unknown function `nowhere`
    the closure has 1 parameter more than it is called with
    `four` is no whole number
    `push` would change a constant
    there is no module `nowhere`
    cannot read `nowhere`
    ── stderr
    error: text has no property `message`
      --> wharf.rhai:18:46
       |
    18 | try { throw "full" } catch (err) { print(err.message); }
       |                                              ^^^^^^^
    hint: text that was thrown is the message itself
    "#);
}

#[test]
fn an_error_of_the_language_that_is_thrown_again_keeps_its_place() {
    let told = Project::new()
        .script("let a = 0;\ntry {\n    1 / a\n} catch (err) {\n    log(`${err.stage}, ${err.place}: ${err}`);\n    throw err;\n}\n")
        .run(["run"]);
    assert_snapshot!(told.all(), @"
    exit: 2
    ── stderr
    ▸ script
      script, wharf.rhai:3:7: division by zero: `1 / 0`
    ✗ script failed after [time]
    1 failed in [time]
    error: division by zero: `1 / 0`
     --> wharf.rhai:3:7
      |
    3 |     1 / a
      |       ^
    ");
}
